"""The name and marks a page carries, from the settings; no database and no request needed."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Identity:
    """The service as it presents itself."""

    service_name: str
    is_demonstration: bool
    logo: str
    logo_words: str
    contact: str


def identity() -> Identity:
    """Read `SERVICE_NAME`, `IS_DEMONSTRATION`, `SERVICE_LOGO`, `SERVICE_LOGO_WORDS` and `SERVICE_CONTACT`.

    No logo is shipped: the NHS logo has its own identity rules, so whoever may use it names their file.
    """
    return Identity(
        service_name=getattr(settings, "SERVICE_NAME", "Local Care"),
        is_demonstration=getattr(settings, "IS_DEMONSTRATION", False),
        logo=getattr(settings, "SERVICE_LOGO", ""),
        logo_words=getattr(settings, "SERVICE_LOGO_WORDS", "NHS"),
        contact=getattr(
            settings, "SERVICE_CONTACT", "your organisation\N{RIGHT SINGLE QUOTATION MARK}s service desk"
        ),
    )
