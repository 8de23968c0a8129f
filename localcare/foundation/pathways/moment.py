"""What time it is for a journey. A demonstration and a test may live through weeks in a minute; nobody else may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.conf import settings
from django.utils import timezone

_as_if: ContextVar[datetime | None] = ContextVar("as_if", default=None)
_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


class ClockNotYours(RuntimeError):
    """Somebody tried to write a journal at another time than now where real people are looked after."""


def now() -> datetime:
    """The time at which something is written down."""
    return _as_if.get() or timezone.now()


def wakes_nobody() -> bool:
    """Whether timers made now wake no worker: the time is played, or the views are built again."""
    return _as_if.get() is not None or _quiet.get()


@contextmanager
def quietly() -> Iterator[None]:
    """Wake no worker for timers that are made within; each minute finds those that are due."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


@contextmanager
def as_if_at(moment: datetime) -> Iterator[None]:
    """Live at another time: for the generator of demonstrations and for tests, refused in production.

    The audit trail keeps the true time.
    """
    if not getattr(settings, "LOCALCARE_MAY_PLAY_TIME", False):
        raise ClockNotYours("Another time than now can be played only with synthetic people.")
    if moment > timezone.now():
        raise ValueError("A journal is written of what has happened: choose a time that has passed.")
    token = _as_if.set(moment)
    try:
        yield
    finally:
        _as_if.reset(token)
