"""Forms of the planning desk: move numbers, ask the question the other way round, keep, send a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from localcare.kernel.nhs_design.fields import SplitDateField
from localcare.system.planning.levers import Lever
from localcare.system.planning.moving import Moves, has_moved

MOST_PLACES = 100_000
MOST = 1_000_000
MOST_REPLICATIONS = 1_000
LARGEST_FILE = 1_000_000  # bytes
FIT_WEEKS = {1: "the last week", 4: "the last 4 weeks", 13: "the last 13 weeks", 52: "the last year"}
KINDS = {"places": "How many places are needed?", "stay": "How far must the length of stay fall?"}
UNITS = {"minutes": "minutes", "hours": "hours", "days": "days"}
MINUTES = {"minutes": 1, "hours": 60, "days": 24 * 60}


class NumberField(forms.FloatField):
    """A number; `1,250` is read as it is meant."""

    widget = forms.TextInput
    max_length = 10  # how wide the input is drawn

    def to_python(self, value: Any) -> Any:
        """The number without its commas."""
        found = super().to_python(value.replace(",", "").strip() if isinstance(value, str) else value)
        return found


class WholeField(NumberField):
    """A whole number."""

    def to_python(self, value: Any) -> Any:
        """The whole number; a fraction is refused."""
        found = super().to_python(value)
        if found is not None and found != int(found):
            raise ValidationError(f"{self.label} must be a whole number", code="invalid")
        return found


class LeversForm(forms.Form):
    """One field a lever; what is left empty stays as the scenario says."""

    hides_optional = True

    def __init__(self, data: Any = None, *, levers: Iterable[Lever]) -> None:
        self.levers = tuple(levers)
        super().__init__(data, use_required_attribute=False)
        for lever in self.levers:
            self.fields[lever.name] = _field_of(lever)
            if lever.now is not None:
                self.initial[lever.name] = lever.now if lever.kind == "day" else lever.shown

    @property
    def moves(self) -> Moves:
        """What was moved, of a valid form."""
        return {
            lever.name: self.cleaned_data[lever.name]
            for lever in self.levers
            if self.cleaned_data.get(lever.name) is not None
            and has_moved(lever, self.cleaned_data[lever.name])
        }


def _field_of(lever: Lever) -> forms.Field:
    if lever.kind == "day":
        return SplitDateField(label=lever.short, required=False, help_text="")
    kind = WholeField if lever.kind == "whole" else NumberField
    most = MOST_PLACES if lever.kind == "whole" else MOST
    if lever.kind == "percent" and lever.group in ("branches", "places"):
        most = 100
    return kind(
        label=lever.title,
        required=False,
        min_value=0,
        max_value=most,
        error_messages={
            "invalid": f"{lever.title} must be a number, such as {lever.shown if lever.now is not None else 12}",
            "min_value": f"{lever.title} must be 0 or more",
            "max_value": f"{lever.title} must be {most:,} or less",
        },
    )


class SolveForm(forms.Form):
    """The question the other way round: the aim is said, the number is looked for."""

    hides_optional = True

    ask = forms.ChoiceField(label="What do you want to know?", choices=list(KINDS.items()), initial="places")
    service = forms.ChoiceField(label="Of which service?")
    share = NumberField(
        label="How many of 100 people should be taken up in time?", min_value=1, max_value=99.9, initial=95
    )
    within = NumberField(label="Within how long?", min_value=0, max_value=MOST, initial=2)
    unit = forms.ChoiceField(label="Minutes, hours or days", choices=list(UNITS.items()), initial="hours")

    def __init__(self, data: Any = None, *, services: Mapping[str, str]) -> None:
        super().__init__(data, use_required_attribute=False)
        field = self.fields["service"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(services.items())

    @property
    def minutes(self) -> float:
        """Within how many minutes, of a valid form."""
        return float(self.cleaned_data["within"]) * MINUTES[self.cleaned_data["unit"]]


class RunForm(forms.Form):
    """What a run is asked with; left empty, it is as the scenario says. `beside`: before, the code of a ready one, nothing."""

    hides_optional = True

    replications = WholeField(
        label="Replications",
        min_value=2,
        max_value=MOST_REPLICATIONS,
        required=False,
        help_text="More give narrower intervals",
    )
    seed = WholeField(
        label="Seed",
        min_value=0,
        max_value=2**31 - 1,
        required=False,
        help_text="The same seed gives the same numbers",
    )
    beside = forms.SlugField(required=False, widget=forms.HiddenInput)


class SaveForm(forms.Form):
    """A name for the scenario, and what was changed."""

    name = forms.CharField(label="Name", max_length=100)
    note = forms.CharField(label="What you changed, and why", max_length=300, required=False)


class FitForm(forms.Form):
    """How far back the journal is read when a scenario is fitted to it."""

    hides_optional = True

    weeks = forms.ChoiceField(
        label="Fit it to", choices=[(str(weeks), words) for weeks, words in FIT_WEEKS.items()], initial="4"
    )


class UploadForm(forms.Form):
    """A scenario file."""

    file = forms.FileField(label="Scenario file", help_text="A YAML file, such as one taken from this desk")
    name = forms.CharField(label="Name to keep it under", max_length=100)

    def clean_file(self) -> str:
        """The words of the file."""
        sent = self.cleaned_data["file"]
        if sent.size > LARGEST_FILE:
            raise ValidationError(f"The file must be smaller than {LARGEST_FILE // 1_000_000} megabyte")
        try:
            found: str = sent.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValidationError(
                f"The file must be text in UTF-8; byte {error.start + 1} is not. Save it as UTF-8 and send it again"
            ) from error
        return found


def query_of(levers: Iterable[Lever], moves: Mapping[str, float | date | None]) -> dict[str, str]:
    """The moves as the form sends them."""
    found: dict[str, str] = {}
    for lever in levers:
        value = moves.get(lever.name)
        if isinstance(value, date):
            parts = {"day": value.day, "month": value.month, "year": value.year}
            found |= {f"{lever.name}_{part}": str(number) for part, number in parts.items()}
        elif value is not None:
            found[lever.name] = f"{value:.10g}"
    return found
