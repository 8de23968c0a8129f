"""Forms of the risk models: what to train, and why a model is published or withdrawn."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from localcare.care.stratification.risk.definitions import known_outcomes
from localcare.care.stratification.risk.rules import METHODS, SHORTEST_WHY
from localcare.kernel.nhs_design.fields import SplitDateField

SEED = 1


class TrainForm(forms.Form):
    """What to train."""

    hides_optional = True
    outcome = forms.ChoiceField(
        label="What should the model predict?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the model should predict"},
    )
    method = forms.ChoiceField(
        label="Method",
        widget=forms.RadioSelect,
        choices=[
            ("logistic", "Logistic regression: each fact has one weight. The default."),
            ("lightgbm", "Gradient boosting: finds combinations. Only if it is clearly better here."),
        ],
        initial="logistic",
        error_messages={"required": "Choose a method"},
    )
    as_of = SplitDateField(
        label="Learn from everything up to",
        required=True,
        help_text="Usually today. What happened later is not used.",
        error_messages={"required": "Enter the day up to which to learn"},
    )
    seed = forms.IntegerField(
        label="Seed",
        min_value=0,
        max_value=2**31 - 1,
        initial=SEED,
        help_text="The same data, day, method and seed give the same model again.",
        error_messages={
            "required": "Enter a seed, a whole number",
            "invalid": "The seed must be a whole number",
        },
    )

    def __init__(self, *arguments: Any, today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.today = today
        self.fields["as_of"].initial = today
        found = known_outcomes()
        self.fields["outcome"].choices = [(name, outcome.title) for name, outcome in found.items()]  # type: ignore[attr-defined]
        self.fields["outcome"].initial = next(iter(found), None)

    def clean_as_of(self) -> date:
        """Not after today."""
        day: date = self.cleaned_data["as_of"]
        if day > self.today:
            raise forms.ValidationError("The day up to which to learn must be today or earlier")
        return day

    def clean_method(self) -> str:
        """Only what this program can train."""
        method: str = self.cleaned_data["method"]
        if method not in METHODS:
            raise forms.ValidationError("Choose a method")
        return method


class WhyForm(forms.Form):
    """Why a model is published or withdrawn."""

    why = forms.CharField(
        label="Why",
        max_length=1000,
        min_length=SHORTEST_WHY,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="Kept with your name and the time, and shown to everybody who reads the number.",
        error_messages={
            "required": "Say why in a sentence",
            "min_length": "Say why in a sentence, so that whoever reads it later understands",
        },
    )


class PublishForm(WhyForm):
    """Why a model is published, by somebody who has read its card."""

    has_read = forms.BooleanField(
        label="I have read the card: for whom it is less right, what it cannot see, and whom it misses",
        error_messages={"required": "Read the card first, then say so here"},
    )
