"""A field for each type of question: what is typed becomes an answer, an answer becomes what is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from localcare.foundation.forms.shape import NUMBERS, Item
from localcare.kernel.nhs_design.fields import SplitDateField
from localcare.kernel.nhs_design.formatting import LONDON

MOST_RADIOS = 12
TIME = "__time"
CONFIRMED = "__confirmed"


class TimeOfDayField(forms.CharField):
    """A time typed as 14:05, 14.05 or 1405."""

    def clean(self, value: Any) -> Any:
        """The time; None when empty."""
        typed = re.sub(r"[.\s]", ":", str(value or "").strip())
        if not typed:
            return None
        found = re.fullmatch(r"([01]?\d|2[0-3]):?([0-5]\d)", typed)
        if not found:
            raise ValidationError(f"{self.label} must be a time like 14:05", code="invalid_time")
        return time(int(found[1]), int(found[2]))


class NumberField(forms.FloatField):
    """A number that stays a whole one where the question asks for that."""

    def __init__(self, *, whole: bool, named: str, **options: Any) -> None:
        self.whole, self.named = whole, named
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        """An int or float; None when empty."""
        typed = str(value if value is not None else "").strip().replace(",", "")
        try:
            number = super().clean(typed)
        except ValidationError as error:
            raise ValidationError(f"{self.named} must be a number", code="not_a_number") from error
        if number is None or not self.whole:
            return number
        if not float(number).is_integer():
            raise ValidationError(f"{self.named} must be a whole number", code="not_whole")
        return int(number)


def _text(item: Item, options: dict[str, Any]) -> forms.Field:
    return forms.CharField(max_length=item.longest, **options)


def _long_text(item: Item, options: dict[str, Any]) -> forms.Field:
    widget = forms.Textarea(attrs={"rows": "4"})
    return forms.CharField(max_length=item.longest, widget=widget, **options)


def _number(item: Item, options: dict[str, Any]) -> forms.Field:
    whole = item.type == "integer"
    attributes = {"inputmode": "numeric" if whole else "decimal", "class": "nhsuk-input--width-5"}
    if item.unit:
        options["label"] = f"{options['label']} ({item.unit})"
    return NumberField(
        whole=whole, named=item.text.rstrip("?: "), widget=forms.TextInput(attrs=attributes), **options
    )


def _yes_no(item: Item, options: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect, **options)


def _choice(item: Item, options: dict[str, Any]) -> forms.Field:
    choices = [(choice.code, choice.text) for choice in item.choices]
    if len(choices) <= MOST_RADIOS:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)
    return forms.ChoiceField(choices=[("", "Select"), *choices], **options)


def _choices(item: Item, options: dict[str, Any]) -> forms.Field:
    choices = [(choice.code, choice.text) for choice in item.choices]
    return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **options)


def _date(item: Item, options: dict[str, Any]) -> forms.Field:
    options["help_text"] = options["help_text"] or "For example, 27 3 2026"
    return SplitDateField(**options)


_MAKERS: Mapping[str, Callable[[Item, dict[str, Any]], forms.Field]] = {
    "text": _text,
    "long-text": _long_text,
    "integer": _number,
    "decimal": _number,
    "quantity": _number,
    "yes-no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "date": _date,
    "date-time": _date,
}


def fields_of(name: str, item: Item, *, label: str, hint: str) -> dict[str, forms.Field]:
    """The fields of one question by name: one, or a date and a time."""
    options = {"label": label, "help_text": hint, "required": False}
    made = {name: _MAKERS[item.type](item, options)}
    if item.type == "date-time":
        attributes = {"class": "nhsuk-input--width-5"}
        made[name + TIME] = TimeOfDayField(
            label=f"{item.text.rstrip('?: ')}: time", help_text="For example, 14:05", required=False,
            widget=forms.TextInput(attrs=attributes),
        )  # fmt: skip
    return made


def confirmation(item: Item, value: float) -> forms.Field:
    """The box that confirms an unusual number, for exactly this number."""
    words = f"Yes, {value:g}{' ' + item.unit if item.unit else ''} is right"
    return forms.MultipleChoiceField(
        label=f"{item.text.rstrip('?: ')}: is it right?", required=False, choices=[(f"{value:g}", words)],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


def answer_from(name: str, item: Item, cleaned: Mapping[str, Any]) -> Any:
    """The answer that the cleaned fields say; None for nothing."""
    value = cleaned.get(name)
    if item.type == "date-time":
        clock = cleaned.get(name + TIME)
        if value and clock is not None:
            return datetime.combine(value, clock, LONDON).isoformat(timespec="minutes")
        return None
    if value in (None, "", []):
        return None
    if item.type == "yes-no":
        return value == "yes"
    if item.type == "date":
        return value.isoformat()
    return round(value, item.places) if item.type in NUMBERS and item.type != "integer" else value


def shown_from(name: str, item: Item, value: Any) -> dict[str, Any]:
    """What the fields show for an answer, by field name."""
    if value is None:
        return {}
    if item.type == "yes-no":
        return {name: "yes" if value else "no"}
    if item.type == "date":
        return {name: date.fromisoformat(value)}
    if item.type == "date-time":
        moment = datetime.fromisoformat(value).astimezone(LONDON)
        return {name: moment.date(), name + TIME: f"{moment:%H:%M}"}
    if item.type in NUMBERS:
        return {name: f"{value:g}" if isinstance(value, float) else value}
    return {name: value}
