"""What people choose on the pages of possible duplicates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from localcare.analysis.linkage.bands import linkage_bands
from localcare.foundation.people.duplicates import BY_RULES_ONLY
from localcare.foundation.people.likeness import STRONG, VERY_STRONG
from localcare.foundation.people.models import Person, PossibleDuplicate
from localcare.kernel.nhs_design.formatting import format_nhs_number


class DuplicateFilters(forms.Form):
    """Which pairs to list; what is not understood counts as not chosen."""

    state = forms.ChoiceField(
        label="Decision",
        required=False,
        choices=[("", "To decide"), ("not-sure", "Not sure yet"), ("not-same", "Not the same person")],
    )
    strength = forms.ChoiceField(
        label="Strength by the rules",
        required=False,
        choices=[
            ("", "All"),
            (str(STRONG), "Strong and very strong"),
            (str(VERY_STRONG), "Very strong only"),
        ],
    )

    likeness = forms.ChoiceField(
        label="Found by likeness",
        required=False,
        choices=[
            ("", "All"),
            *((band.code, band.title) for band in linkage_bands().all),
            (BY_RULES_ONLY, "Not found by likeness"),
        ],
    )

    def __init__(self, chosen: QueryDict) -> None:
        super().__init__(chosen)
        self.is_valid()

    @property
    def decision(self) -> str:
        """The decision asked for."""
        return str(self.cleaned_data.get("state") or PossibleDuplicate.Decision.OPEN)

    @property
    def at_least(self) -> int:
        """The least strength asked for."""
        return int(self.cleaned_data.get("strength") or 0)

    @property
    def band(self) -> str:
        """The band asked for."""
        return str(self.cleaned_data.get("likeness") or "")

    @property
    def is_used(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.decision or self.at_least or self.band)


class ReasonForm(forms.Form):
    """Why a decision was taken; the reason is kept with it."""

    reason = forms.CharField(
        label="Reason",
        max_length=200,
        help_text="How you know. For example, checked with the person by telephone. It is kept with your name.",
        error_messages={"required": "Enter the reason for the decision"},
        widget=forms.TextInput(),
    )


class MergeForm(ReasonForm):
    """Why, and which NHS number is right where the two have different ones."""

    nhs_number = forms.ChoiceField(
        label="Which NHS number is right?",
        widget=forms.RadioSelect,
        help_text="Compare with a letter, a card or the national register first.",
        error_messages={"required": "Choose which NHS number is right"},
    )
    field_order = ("nhs_number", "reason")

    def __init__(self, *arguments: Any, kept: Person, removed: Person, **options: Any) -> None:
        super().__init__(*arguments, **options)
        numbers = [
            (person.nhs_number, f"{format_nhs_number(person.nhs_number)}, on {which}")
            for person, which in (
                (kept, "the record that is kept"),
                (removed, "the record that is merged into it"),
            )
            if person.nhs_number
        ]
        if len(numbers) < 2:
            del self.fields["nhs_number"]
        else:
            self.fields["nhs_number"].choices = numbers  # type: ignore[attr-defined]
