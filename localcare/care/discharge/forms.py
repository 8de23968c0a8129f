"""What the discharge desk asks besides its reviewed forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from localcare.analysis.pathways.model import Pathway
from localcare.care.discharge.pathways import codes
from localcare.foundation.pathways.models import JourneyState
from localcare.foundation.people.queries import named
from localcare.foundation.record.models import Stay
from localcare.foundation.services.models import Service

FITNESS = {"ready": "Fit to leave", "unknown": "Not reviewed", "stays": "Needs the hospital"}
TURNS = {"ready": 0, "unknown": 1, "stays": 2}
NOBODY = [("", "Nobody was found: it has to be chosen later")]
PLANS = {"none": "Nothing planned", "open": "A plan is open"}


class BoardFilters(forms.Form):
    """What narrows the board."""

    hides_optional = True
    q = forms.CharField(label="Person", required=False, max_length=80, help_text="Name or NHS number")
    hospital = forms.ChoiceField(label="Hospital", required=False)
    fit = forms.ChoiceField(
        label="Fit to leave", required=False, choices=[("", "Fit or not"), *FITNESS.items()]
    )
    plan = forms.ChoiceField(label="Plan", required=False, choices=[("", "Planned or not"), *PLANS.items()])

    def __init__(self, data: Any, *, hospitals: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["hospital"].choices = [("", "Any hospital"), *hospitals]  # type: ignore[attr-defined]

    @property
    def is_used(self) -> bool:
        """Whether anything narrows the board."""
        return self.is_valid() and any(self.cleaned_data.values())

    def apply(self, stays: QuerySet[Stay]) -> QuerySet[Stay]:
        """The stays that fit; all of them when the choice is not understood."""
        chosen = self.cleaned_data if self.is_valid() else {}
        if chosen.get("hospital"):
            code = chosen["hospital"]
            stays = stays.filter(Q(site_code=code) | Q(site_code="", provider_code=code))
        if chosen.get("fit"):
            stays = stays.filter(Q(("turn", TURNS[chosen["fit"]])))
        if chosen.get("plan"):
            opened = JourneyState.objects.filter(person=OuterRef("person"), is_open=True, pathway__in=codes())
            stays = stays.filter(Exists(opened) if chosen["plan"] == "open" else ~Exists(opened))
        return stays.filter(named(chosen["q"], of="person__")) if chosen.get("q") else stays


class PathwayForm(forms.Form):
    """Which way home."""

    pathway = forms.ChoiceField(
        label="Which way home?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose which way home"},
    )

    def __init__(self, data: Any, *, pathways: Sequence[Pathway]) -> None:
        super().__init__(data)
        self.fields["pathway"].choices = [(one.code, one.title) for one in pathways]  # type: ignore[attr-defined]
        self.hints = {one.code: one.summary for one in pathways}


class AskingForm(forms.Form):
    """In whose name it is asked, and of whom."""

    asked_by = forms.ChoiceField(label="Asked by", help_text="This team hears every answer and the end.")
    service = forms.ChoiceField(label="Asked of", help_text="The best match comes first.")

    def __init__(self, data: Any, *, teams: Sequence[Service], services: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["asked_by"].choices = [(team.code, team.title) for team in teams]  # type: ignore[attr-defined]
        self.fields["service"].choices = list(services) or NOBODY  # type: ignore[attr-defined]
        self.fields["service"].required = bool(services)


class PlainAskingForm(AskingForm):
    """For a pathway that opens without a form: why, in words."""

    reason = forms.CharField(
        label="Why, and what is needed?",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
        error_messages={"required": "Say why and what is needed: whoever arranges it reads this first"},
    )
