"""A day and a time typed by a person in Europe/London, as one moment."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from localcare.kernel.nhs_design.fields import SplitDateField

LONDON = ZoneInfo("Europe/London")
TIME = re.compile(r"([01]?\d|2[0-3])[:.]?([0-5]\d)")


class TimeField(forms.CharField):
    """A time of day on the 24-hour clock: `14:05`, `14.05`, `1405` or `9:30`."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "24-hour clock, for example 14:05")
        super().__init__(max_length=5, strip=True, **options)

    def clean(self, value: Any) -> str:
        """Give `HH:MM`, or nothing when nothing was typed."""
        typed = super().clean(value)
        if not typed:
            return ""
        match = TIME.fullmatch(typed)
        if match is None:
            raise ValidationError(f"{self.label} must be a time like 14:05", code="invalid")
        return f"{int(match[1]):02}:{match[2]}"


def moment_of(day: date, time: str) -> datetime:
    """The moment of a local day and time; ValidationError for an hour that the clocks skipped."""
    local = datetime(day.year, day.month, day.day, int(time[:2]), int(time[3:]), tzinfo=LONDON)
    if local.astimezone(ZoneInfo("UTC")).astimezone(LONDON).replace(tzinfo=None) != local.replace(
        tzinfo=None
    ):
        raise ValidationError("The clocks went forward that night: there was no such time", code="skipped")
    return local


def day_field(label: str, *, required: bool = False, example: str = "") -> SplitDateField:
    """A day in three parts."""
    return SplitDateField(label=label, required=required, help_text=example or "For example, 27 11 2026")
