"""What follows from a visit: the outcomes of the definition, as far as the record allows them."""

from __future__ import annotations

from typing import Any

from django import forms

from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways.desk.forms import DoneForm
from localcare.foundation.pathways.desk.situation import Situation


class OutcomeForm(DoneForm):
    """The outcomes possible now: without a visit record only those that need none."""

    def __init__(
        self, data: Any = None, *, situation: Situation, response: FormResponse | None = None, **options: Any
    ) -> None:
        self.response = response
        super().__init__(data, situation=situation, **options)

    def build(self) -> None:
        """Leave out what needs the visit record while there is none."""
        super().build()
        step = self.situation.step
        if step.form and self.response is None:
            possible = [(code, found.title) for code, found in step.outcomes.items() if found.without_form]
            self.fields["outcome"].choices = possible  # type: ignore[attr-defined]

    @property
    def outcome_items(self) -> list[dict[str, Any]]:
        """The radios of the outcomes that are possible."""
        codes = {code for code, _ in self.fields["outcome"].choices}  # type: ignore[attr-defined]
        return [item for item in super().outcome_items if item["value"] in codes]


class LateForm(forms.Form):
    """Why somebody was seen late."""

    reason = forms.CharField(
        label="Why was it late?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: asked twenty minutes before the time ran out; the team before declined",
        error_messages={"required": "Say why it was late"},
    )
