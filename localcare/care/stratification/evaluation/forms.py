"""Which list to evaluate: a form that works as a plain address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.evaluation.questions import (
    EVERYBODY,
    THRESHOLDS,
    USUAL_THRESHOLD,
    WINDOWS,
    Question,
)
from localcare.care.stratification.models import Run
from localcare.kernel.nhs_design.formatting import format_date


class QuestionForm(forms.Form):
    """The night, the time, whom of the list, and the risk from which the team agreed to act."""

    hides_optional = True
    night = forms.ChoiceField(label="The list of", required=False)
    days = forms.ChoiceField(
        label="Followed for", required=False, choices=[(str(days), words) for days, words in WINDOWS.items()]
    )
    who = forms.ChoiceField(label="Whom of the list", required=False)
    threshold = forms.ChoiceField(
        label="A team acts from a risk of", required=False, choices=list(THRESHOLDS.items())
    )

    def __init__(
        self, data: Any, *, nights: Sequence[Run], suggested: Question, definitions: Definitions
    ) -> None:
        initial = {
            "night": str(suggested.run.pk),
            "days": str(suggested.days),
            "who": EVERYBODY,
            "threshold": str(USUAL_THRESHOLD),
        }
        super().__init__(
            initial | {name: data[name] for name in initial if data.get(name)}, auto_id="evaluation-%s"
        )
        self._runs = {str(run.pk): run for run in nights}
        self._suggested = suggested
        fields: dict[str, Any] = self.fields
        fields["night"].choices = [(str(run.pk), format_date(run.as_of)) for run in reversed(nights)]
        fields["who"].choices = [
            (EVERYBODY, "Everybody on the list"),
            *(
                (f"cohort:{one.code}", f"Cohort: {one.title}")
                for one in definitions.cohorts
                if one.puts_on_list
            ),
            *((f"segment:{one.code}", f"Segment: {one.title}") for one in definitions.segments),
        ]

    @property
    def question(self) -> Question:
        """What is asked; what was not understood is as suggested."""
        self.is_valid()
        said = self.cleaned_data
        return Question(
            run=self._runs.get(said.get("night", ""), self._suggested.run),
            days=int(said.get("days") or self._suggested.days),
            who=said.get("who", EVERYBODY),
            threshold=int(said.get("threshold") or USUAL_THRESHOLD),
        )
