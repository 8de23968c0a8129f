"""Structured logs: JSON in production, readable on one's own machine, and no personal data in either."""

from __future__ import annotations

import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

TEN_DIGITS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
DATABASE_DETAIL = re.compile(r"^(DETAIL|CONTEXT): .*$", re.MULTILINE)
REMOVED = "[number removed]"
OUR_OWN_NUMBER = "request_id"  # random letters and digits, among which ten digits may follow each other
FIELDS = ("request_id", "method", "route", "status", "milliseconds", "user_id", "job", "count", "room")


def without_personal_data(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Defence in depth: whatever looks like an NHS number, or quotes a database row, is taken out."""
    return {name: value if name == OUR_OWN_NUMBER else _cleaned(value) for name, value in event.items()}


def without_addresses(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Django logs the address of a failed request, which may name a person: keep only what happened."""
    record = event.get("_record")
    if record is not None and record.name == "django.request":
        event["event"] = str(record.msg).partition(":")[0]
    return event


def logging_settings(*, readable: bool, level: str) -> dict[str, Any]:
    """Django's `LOGGING`; modules may log with `logging` or with `structlog`."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(allow=FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    last = structlog.dev.ConsoleRenderer(colors=False) if readable else structlog.processors.JSONRenderer()
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [
            without_addresses,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_personal_data,
            last,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.request": {"level": "ERROR", "propagate": True},  # every answer is in our own request log
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "procrastinate": {"level": "WARNING", "propagate": True},  # its job lines quote arguments
            "axes": {"level": "ERROR", "propagate": True},  # its lines quote what was typed as a name
            "gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True},
            "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},  # quotes addresses
        },
    }


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return TEN_DIGITS.sub(REMOVED, DATABASE_DETAIL.sub(r"\1: [removed]", value))
    if isinstance(value, dict):
        return {name: _cleaned(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_cleaned(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and TEN_DIGITS.fullmatch(str(value)):
        return REMOVED
    return value
