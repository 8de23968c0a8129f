"""Forms of this desk: a decision, and the name of a view."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.models import Decision
from localcare.care.stratification.rules import LONGEST_WAIT, default_look_again
from localcare.kernel.nhs_design.fields import SplitDateField


class DecisionForm(forms.Form):
    """One decision about one or several people."""

    hides_optional = True  # what is needed depends on the decision: the hints say it
    kind = forms.ChoiceField(
        label="What do you decide?",
        choices=Decision.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you decide", "invalid_choice": "Choose what you decide"},
    )
    reason = forms.ChoiceField(
        label="If not now: the reason", required=False, help_text="Needed when you choose not now."
    )
    team = forms.CharField(
        label="If already known: which team",
        required=False,
        max_length=120,
        help_text="Needed when you choose already known to a team. For example, community nursing.",
    )
    look_again_on = SplitDateField(
        label="Look again on",
        required=False,
        help_text="The person comes back to the list on this day. Needed for not now. Left empty: 4 weeks for the MDT"
        " meeting, 13 weeks when already known.",
    )
    note = forms.CharField(
        label="Note for the team, if any",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )

    def __init__(self, *arguments: Any, today: date, definitions: Definitions, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.today = today
        self.fields["reason"].choices = [("", "Choose a reason"), *definitions.not_now_reasons.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Check what each decision needs, and give a day to look again."""
        values = super().clean() or {}
        kind, day = values.get("kind"), values.get("look_again_on")
        if kind == Decision.Kind.NOT_NOW and not values.get("reason"):
            self.add_error("reason", "Choose a reason why not now")
        if kind == Decision.Kind.KNOWN and not values.get("team"):
            self.add_error("team", "Enter the team that knows the person")
        if kind == Decision.Kind.NOT_NOW and not day and "look_again_on" not in self.errors:
            self.add_error("look_again_on", "Enter the day to look again")
        if day and not self.today < day <= self.today + LONGEST_WAIT:
            last = self.today + LONGEST_WAIT
            self.add_error(
                "look_again_on", f"The day to look again must be after today and by {last.day} {last:%B %Y}"
            )
        if kind and not day:
            values["look_again_on"] = default_look_again(kind, self.today)
        if kind == Decision.Kind.REOPEN:
            values["look_again_on"] = None
        return values


class ViewForm(forms.Form):
    """A name for the filters and the order of now."""

    name = forms.CharField(
        label="Name of the view", max_length=60, error_messages={"required": "Enter a name for the view"}
    )
    query = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    is_default = forms.BooleanField(label="Open the list with this view", required=False)
