"""What the navigation desk asks besides its reviewed forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import named
from localcare.foundation.services.models import Service

NOBODY = [("", "Nobody was found: it has to be chosen later")]
NEEDS = {"never": "Never assessed", "open": "Assessment or support open", "before": "Assessed before"}


class CarerFilters(forms.Form):
    """What narrows the list of carers."""

    hides_optional = True
    q = forms.CharField(label="Carer", required=False, max_length=80, help_text="Name or NHS number")
    state = forms.ChoiceField(
        label="Own needs", required=False, choices=[("", "Assessed or not"), *NEEDS.items()]
    )

    @property
    def is_used(self) -> bool:
        """Whether anything narrows the list."""
        return self.is_valid() and any(self.cleaned_data.values())

    def apply(self, people: QuerySet[Person]) -> QuerySet[Person]:
        """The carers that fit."""
        chosen = self.cleaned_data if self.is_valid() else {}
        wanted = {
            "never": Q(was_assessed=False),
            "open": Q(is_open=True),
            "before": Q(was_assessed=True, is_open=False),
        }
        if chosen.get("state"):
            people = people.filter(wanted[chosen["state"]])
        return people.filter(named(chosen["q"])) if chosen.get("q") else people


class AskForm(forms.Form):
    """Why an assessment is asked for, by whom and of whom."""

    reason = forms.CharField(
        label="Why now?",
        help_text="What does caring do to them, and what worries you or them?",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        error_messages={"required": "Say why now: the navigator reads this first"},
    )
    agrees = forms.BooleanField(
        label="The carer agrees to be contacted",
        error_messages={"required": "Ask the carer first: nobody is assessed without agreeing"},
    )
    asked_by = forms.ChoiceField(label="Asked by", help_text="This team hears every answer and the end.")
    service = forms.ChoiceField(label="Asked of", help_text="The best match comes first.", required=False)

    def __init__(self, data: Any, *, teams: Sequence[Service], services: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["asked_by"].choices = [(team.code, team.title) for team in teams]  # type: ignore[attr-defined]
        self.fields["service"].choices = list(services) or NOBODY  # type: ignore[attr-defined]
