"""The filters and orders of the list: a form that works as a plain address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import F, Q, QuerySet

from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.models import ListEntry
from localcare.care.stratification.queries import PlaceChoice
from localcare.care.stratification.risk.rules import BANDS

STATES = {
    "review": "To review",
    "mdt": "Taken to the MDT",
    "not-now": "Not now",
    "known": "Known to a team",
    "all": "Everyone on the list",
}
AGE_BANDS = {"0-17": (0, 17), "18-64": (18, 64), "65-74": (65, 74), "75-84": (75, 84), "85-": (85, 200)}
AGE_LABELS = {
    "0-17": "Under 18",
    "18-64": "18 to 64",
    "65-74": "65 to 74",
    "75-84": "75 to 84",
    "85-": "85 and over",
}
FRAILTY = {"severe": "Severe", "moderate": "Moderate", "mild": "Mild", "fit": "Fit"}
ORDERS = {
    "priority": ("Priority", ("-priority", "person_id")),
    "age": ("Oldest first", ("-age", "person_id")),
    "risk": ("Highest risk", (F("risk_per_mille").desc(nulls_last=True), "person_id")),
    "admissions": ("Most emergency admissions", ("-emergency_admissions_12m", "person_id")),
    "tier": ("Highest tier", ("-tier", "-priority", "person_id")),
    "contact": ("Longest without a contact", (F("last_contact_on").asc(nulls_first=True), "person_id")),
    "joined": ("Latest on the list", ("-joined_on", "-priority", "person_id")),
    "name": ("Name", ("person__family_name", "person__given_name", "person_id")),
}
ANY = ("", "Any")


class ListFilters(forms.Form):
    """What to show of the list, and in which order."""

    hides_optional = True
    state = forms.ChoiceField(label="Show", required=False, choices=list(STATES.items()), initial="review")
    q = forms.CharField(label="Name or NHS number", required=False, max_length=60)
    place = forms.ChoiceField(label="Practice or area", required=False)
    cohort = forms.ChoiceField(label="Cohort", required=False)
    tier = forms.ChoiceField(label="Tier of acuity", required=False)
    segment = forms.ChoiceField(label="Segment", required=False)
    frailty = forms.ChoiceField(label="Frailty", required=False, choices=[ANY, *FRAILTY.items()])
    risk = forms.ChoiceField(
        label="Risk of an emergency admission",
        required=False,
        choices=[ANY, *((key, f"{value // 10} in 100 or more") for key, value in BANDS.items())],
    )
    age = forms.ChoiceField(label="Age", required=False, choices=[ANY, *AGE_LABELS.items()])
    order = forms.ChoiceField(
        label="Order", required=False, choices=[(key, label) for key, (label, _) in ORDERS.items()]
    )
    new = forms.BooleanField(label="New since the last run", required=False)
    no_plan = forms.BooleanField(label="No care plan recorded", required=False)

    def __init__(
        self,
        data: Any,
        *,
        places: Sequence[PlaceChoice],
        definitions: Definitions,
        by_risk: bool = False,
    ) -> None:
        super().__init__(data or None, auto_id="filter-%s")
        if not by_risk:
            self._without_risk()
        self.places = {place.value: place for place in places}
        self.definitions = definitions
        self._choices("place", [(place.value, place.label) for place in places])
        self._choices("cohort", [(cohort.code, cohort.title) for cohort in definitions.cohorts])
        self._choices(
            "tier", [(str(tier.tier), f"{tier.tier}: {tier.title}") for tier in reversed(definitions.tiers)]
        )
        self._choices("segment", [(segment.code, segment.title) for segment in definitions.segments])

    def _without_risk(self) -> None:
        """No published model: nothing to filter or order by."""
        del self.fields["risk"]
        self.fields["order"].choices = [  # type: ignore[attr-defined]
            (key, label) for key, (label, _) in ORDERS.items() if key != "risk"
        ]

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = [ANY, *choices]  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        """The valid values; what was not understood counts as not chosen."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return self.cleaned_data

    @property
    def state_shown(self) -> str:
        """Which state is shown."""
        return self.values.get("state") or "review"

    @property
    def is_in_use(self) -> bool:
        """Whether anything but the state and the order was chosen."""
        return any(value for name, value in self.values.items() if name not in ("state", "order"))

    def apply(self, entries: QuerySet[ListEntry], *, today: date) -> QuerySet[ListEntry]:
        """The entries asked for, in the order asked for."""
        values = self.values
        entries = entries.filter(in_state(self.state_shown, today))
        if values.get("q"):
            entries = entries.filter(_named(values["q"]))
        if values.get("place"):
            entries = entries.filter(practice_code__in=sorted(self.places[values["place"]].practice_codes))
        if values.get("cohort"):
            entries = in_cohort(entries, self.definitions.cohort(values["cohort"]).bit)
        if values.get("tier"):
            entries = entries.filter(tier=int(values["tier"]))
        if values.get("segment"):
            entries = entries.filter(segment=values["segment"])
        if values.get("frailty"):
            entries = entries.filter(efi_category=values["frailty"])
        if values.get("risk"):
            entries = entries.filter(risk_per_mille__gte=BANDS[values["risk"]])
        if values.get("age"):
            entries = entries.filter(age__range=AGE_BANDS[values["age"]])
        if values.get("new"):
            entries = entries.filter(is_new=True)
        if values.get("no_plan"):
            entries = entries.filter(plan_recorded_on=None)
        return entries.order_by(*ORDERS[values.get("order") or "priority"][1])


def in_state(state: str, today: date) -> Q:
    """The condition of a state: put aside until a later day with that decision, or to be reviewed."""
    aside = Q(hidden_until__gt=today)
    if state == "all":
        return Q()
    if state == "review":
        return Q(hidden_until=None) | Q(hidden_until__lte=today)
    return aside & Q(decision_kind=state)


def in_cohort(entries: QuerySet[ListEntry], bit: int) -> QuerySet[ListEntry]:
    """Those whose cohorts have the bit."""
    return entries.alias(in_cohort=F("cohorts").bitand(bit)).filter(in_cohort__gt=0)


def _named(words: str) -> Q:
    digits = words.replace(" ", "").replace("-", "")
    if digits.isdecimal():
        return Q(person__nhs_number__startswith=digits)
    found = Q()
    for word in words.replace(",", " ").split():
        found &= Q(person__family_name__istartswith=word) | Q(person__given_name__istartswith=word)
    return found
