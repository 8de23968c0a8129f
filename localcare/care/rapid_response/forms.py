"""What follows from a visit: the outcomes of the definition, as far as the record allows them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways.desk.matches import service_choices, service_of
from localcare.foundation.pathways.desk.outcome_form import DoneForm
from localcare.foundation.pathways.desk.situation import Situation


class OutcomeForm(DoneForm):
    """The outcomes possible now: without a visit record only those that need none.

    Who does what follows is asked once for each step that another team does; the team's own package is its own.
    """

    def __init__(
        self, data: Any = None, *, situation: Situation, response: FormResponse | None = None, **options: Any
    ) -> None:
        self.response = response
        self.onward: list[str] = []
        super().__init__(data, situation=situation, **options)

    def build(self) -> None:
        """Leave out what needs the visit record while there is none."""
        super().build()
        step, pathway = self.situation.step, self.situation.pathway
        for name in [name for name in self.fields if name.startswith("service-")]:
            del self.fields[name]
        possible = {
            code: found
            for code, found in step.outcomes.items()
            if self.response is not None or not step.form or found.without_form
        }
        self.fields["outcome"].choices = [(code, found.title) for code, found in possible.items()]  # type: ignore[attr-defined]
        following = dict.fromkeys(code for found in possible.values() for code in found.to)
        for code in following:
            if pathway.steps[code].by != step.by:
                self.onward.append(f"to-{code}")
                self.fields[f"to-{code}"] = self._service_field(code)

    def _service_field(self, code: str) -> forms.ChoiceField:
        kind = self.situation.pathway.steps[code].by
        found = service_choices(kind=kind, person=self.situation.task.journey.person)
        return forms.ChoiceField(
            label=f"Who does “{self.situation.pathway.steps[code].title}”?",
            choices=[("", "Choose for me"), *found],
            required=False,
            help_text="“Choose for me” asks the team already working on this pathway, else the nearest that can",
        )

    @property
    def onward_fields(self) -> list[BoundField]:
        """Who does what follows."""
        return [self[name] for name in self.onward]

    @property
    def outcome_items(self) -> list[dict[str, Any]]:
        """The radios of the outcomes that are possible, each with what it leads to."""
        chosen = self["outcome"].value()
        return [
            {"value": code, "text": title, "checked": chosen == code, "hint": {"text": self._leads_to(code)}}
            for code, title in self.fields["outcome"].choices  # type: ignore[attr-defined]
        ]

    def clean(self) -> dict[str, Any]:
        """The services chosen for the steps of the chosen outcome."""
        found = super().clean()
        outcome = self.situation.step.outcomes.get(found.get("outcome") or "")
        picked = {code: found.get(f"to-{code}") for code in (outcome.to if outcome else ())}
        found["services"] = {code: service_of(chosen) for code, chosen in picked.items() if chosen}
        return found


class LateForm(forms.Form):
    """Why somebody was seen late."""

    reason = forms.CharField(
        label="Why was it late?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: asked twenty minutes before the time ran out; the team before declined",
        error_messages={"required": "Say why it was late"},
    )
