"""Form fields the design system has and the framework lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
PARTS = ("day", "month", "year")


class SplitDateWidget(forms.MultiWidget):
    """Day, month and year as three short inputs, named `field_day`, `field_month` and `field_year`."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(widgets={part: forms.TextInput() for part in PARTS}, attrs=attrs)

    def decompress(self, value: date | None) -> list[int | None]:
        """Split a date for the three inputs."""
        return [value.day, value.month, value.year] if value else [None, None, None]

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """The fieldset's legend labels the whole; the first input is what the error summary links to."""
        return f"{id_}_0" if id_ else id_


class SplitDateField(forms.MultiValueField):
    """A date typed in three parts; says which part is missing or that no such day exists."""

    widget = SplitDateWidget

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "For example, 27 3 1941")
        self.named = str(options.get("label") or "Date")
        fields = tuple(forms.CharField(required=False, max_length=12) for _ in PARTS)
        super().__init__(fields=fields, require_all_fields=False, **options)

    def clean(self, value: Sequence[str | None] | date | None) -> date | None:
        """Return the date, `None` when empty and not required."""
        if isinstance(value, date):
            return value
        parts = [(part or "").strip() for part in value or ("", "", "")]
        if not any(parts):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        missing = [name for name, part in zip(PARTS, parts, strict=True) if not part]
        if missing:
            raise ValidationError(f"{self.named} must include a {' and a '.join(missing)}", code="incomplete")
        day = self.compress(parts)
        self.run_validators(day)
        return day

    def compress(self, parts: Sequence[str]) -> date:
        """Put the parts together; a month may be a number or a name."""
        day, month, year = (re.sub(r"[^0-9a-z]", "", part.lower()) for part in parts)
        number = MONTHS.index(month[:3]) + 1 if month[:3] in MONTHS else month
        if not re.fullmatch(r"[0-9]{4}", year):
            raise ValidationError(f"{self.named} must have a year of 4 digits, like 1941", code="invalid")
        try:
            return date(int(year), int(number), int(day))
        except (ValueError, OverflowError) as error:
            raise ValidationError(f"{self.named} must be a real date", code="invalid") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the typed date differs from the one shown; what cannot be read counts as changed."""
        try:
            return bool(self.clean(data) != (initial or None))
        except ValidationError:
            return True
