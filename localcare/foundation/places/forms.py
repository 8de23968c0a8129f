"""What is typed to change the places: a day, a reason, and what goes where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from localcare.foundation.places.rules import Part, Snapshot
from localcare.kernel.nhs_design.fields import SplitDateField

Choices = Sequence[tuple[str, str]]


class DayForm(forms.Form):
    """The day as of which the places are shown."""

    on = SplitDateField(label="Show the places as they were on", required=False)


class OperationForm(forms.Form):
    """What every dated change needs."""

    on = SplitDateField(
        label="From which day",
        error_messages={"required": "Enter the day from which it holds"},
        help_text="The change holds from this day. Earlier days stay as they were.",
    )
    reason = forms.CharField(
        label="Reason",
        max_length=200,
        help_text="It is kept with the change.",
        error_messages={"required": "Enter the reason for the change"},
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.order_fields([name for name in self.fields if name not in ("on", "reason")])


class RenameForm(OperationForm):
    """Another name."""

    name = forms.CharField(
        label="New name", max_length=200, error_messages={"required": "Enter the new name"}
    )


class MoveForm(OperationForm):
    """A practice goes to another cluster."""

    practice = forms.ChoiceField(label="Practice", error_messages={"required": "Choose the practice"})
    to_area = forms.ChoiceField(
        label="To which area", error_messages={"required": "Choose the area it goes to"}
    )

    def __init__(self, *arguments: Any, practices: Choices, areas: Choices, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _choices(self, "practice", [("", "Choose a practice"), *practices])
        _choices(self, "to_area", [("", "Choose an area"), *areas])


class MergeForm(OperationForm):
    """Other areas beside this one become one with it."""

    others = forms.MultipleChoiceField(
        label="Merge with",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one area to merge with"},
    )
    into_code = forms.SlugField(
        label="Code of the merged area",
        max_length=64,
        help_text="A new code in small letters with hyphens, or the code of one of the areas to keep that one.",
        error_messages={"required": "Enter the code of the merged area"},
    )
    into_name = forms.CharField(
        label="Name of the merged area", max_length=200, required=False, help_text="Needed for a new code."
    )

    def __init__(self, *arguments: Any, neighbours: Choices, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _choices(self, "others", neighbours)


class SplitForm(OperationForm):
    """Two parts, and for each thing in the area the part it goes to."""

    first_code = forms.SlugField(
        label="Code of the first part", max_length=64, help_text="A new code, or the code of the area itself.",
        error_messages={"required": "Enter the code of the first part"},
    )  # fmt: skip
    first_name = forms.CharField(
        label="Name of the first part",
        max_length=200,
        error_messages={"required": "Enter the name of the first part"},
    )
    second_code = forms.SlugField(
        label="Code of the second part", max_length=64,
        error_messages={"required": "Enter the code of the second part"},
    )  # fmt: skip
    second_name = forms.CharField(
        label="Name of the second part", max_length=200,
        error_messages={"required": "Enter the name of the second part"},
    )  # fmt: skip
    in_first = forms.MultipleChoiceField(
        label="What goes to the first part", widget=forms.CheckboxSelectMultiple, required=False,
        help_text="Everything else goes to the second part.",
    )  # fmt: skip

    def __init__(self, *arguments: Any, contents: Choices, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.contents = [code for code, _ in contents]
        _choices(self, "in_first", contents)

    def parts(self) -> list[Part]:
        """The two parts as typed."""
        typed = self.cleaned_data
        first = list(typed["in_first"])
        second = [code for code in self.contents if code not in first]
        return [
            Part(typed["first_code"], typed["first_name"], first),
            Part(typed["second_code"], typed["second_name"], second),
        ]


class ReverseForm(OperationForm):
    """A change is taken back."""


def neighbours_of(now: Snapshot, code: str) -> Choices:
    """The areas of the same kind that lie in the same area."""
    area = now.areas[code]
    return sorted(
        ((other.code, other.name) for other in now.areas.values()
         if other.parent == area.parent and other.kind == area.kind and other.code != code),
        key=lambda choice: choice[1],
    )  # fmt: skip


def _choices(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)
