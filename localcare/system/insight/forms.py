"""Forms of this room: a fair comparison, a chart begun anew, and taking that back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from localcare.kernel.nhs_design.fields import SplitDateField
from localcare.system.insight.comparison import COMPARABLE
from localcare.system.insight.definitions import measured_indicators
from localcare.system.insight.sight import Sight


class ComparisonForm(forms.Form):
    """Which indicator, where and from when the change was, and which places to compare with."""

    hides_optional = True
    indicator = forms.ChoiceField(label="Indicator")
    changed = forms.MultipleChoiceField(
        label="Places with the change",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose the places where the change was made"},
    )
    starts_on = forms.ChoiceField(
        label="First whole month with the change",
        error_messages={"required": "Choose the first whole month with the change"},
    )
    others = forms.MultipleChoiceField(
        label="Places without it, to compare with",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Leave all empty to compare with every other place you may see.",
    )
    baseline = forms.FloatField(
        label="Planned count for the same months, if there is one",
        required=False,
        min_value=0,
        help_text="Such as the baseline of a contract. Left empty, the same months of the year before are taken.",
        error_messages={"invalid": "Enter the planned count as a number", "min_value": "Enter 0 or more"},
    )

    def __init__(
        self, *arguments: Any, sight: Sight, months: list[date], level: str, **keywords: Any
    ) -> None:
        super().__init__(*arguments, **keywords)
        fields: dict[str, Any] = self.fields
        fields["baseline"].max_length = 10  # how wide it is drawn
        fields["indicator"].choices = [
            (code, one.title)
            for code, one in sorted(measured_indicators().items(), key=lambda pair: pair[1].title)
            if one.kind in COMPARABLE and not one.not_yet
        ]
        places = [place for place in sight.tree.places.values() if place.level == level]
        named = [(place.code, place.name) for place in sorted(places, key=lambda place: place.name)]
        fields["changed"].choices = named
        fields["others"].choices = named
        fields["starts_on"].choices = [(month.isoformat(), f"{month:%B %Y}") for month in reversed(months)]


class RebaseForm(forms.Form):
    """From which day a chart begins anew, and the known change that justifies it."""

    starts_on = SplitDateField(
        label="First day after the change",
        error_messages={"required": "Enter the first day after the change"},
    )
    reason = forms.CharField(
        label="Which known change the new limits follow",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        min_length=10,
        help_text="For example: second rapid response team began in Deal. Limits that look wide are no reason.",
        error_messages={
            "required": "Say which known change the new limits follow",
            "min_length": "Say it in ten letters or more",
        },
    )


class TakeBackForm(forms.Form):
    """Why a new beginning is taken back."""

    reason = forms.CharField(
        label="Why the limits go back to how they were",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        min_length=10,
        error_messages={
            "required": "Say why the limits go back to how they were",
            "min_length": "Say it in ten letters or more",
        },
    )
