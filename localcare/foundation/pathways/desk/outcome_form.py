"""How work on a task ended, and who is asked next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from localcare.foundation.pathways.desk.act_form import ActForm, ask_reason, radios
from localcare.foundation.pathways.desk.matches import service_choices, service_of

Choices = Sequence[tuple[str, str]]


class DoneForm(ActForm):
    """How it ended, and who is asked next."""

    def build(self) -> None:
        """Offer the outcomes, each with the services for what follows."""
        at = self.situation
        self.fields["outcome"] = radios(
            "How did it end?", [(code, found.title) for code, found in at.step.outcomes.items()]
        )
        known: dict[str, Choices] = {}
        for outcome in at.step.outcomes.values():
            for step in outcome.to:
                kind = at.pathway.steps[step].by
                if kind not in known:
                    known[kind] = service_choices(kind=kind, person=at.task.journey.person)
                self.fields[f"service-{outcome.code}-{step}"] = forms.ChoiceField(
                    label=f"Who does “{at.pathway.steps[step].title}”?",
                    choices=[("", "Choose for me"), *known[kind]],
                    required=False,
                    help_text="“Choose for me” asks the team already working on this pathway, else the nearest that can",
                )
        ask_reason(self, "Anything to add?", required=False, hint=self._needing_reason())

    def _needing_reason(self) -> str:
        needing = [
            f"“{found.title}”" for found in self.situation.step.outcomes.values() if found.needs_reason
        ]
        return f"Needed for {', '.join(needing)}." if needing else ""

    @property
    def questions(self) -> list[BoundField]:
        """The outcome is drawn by itself, with what follows inside it."""
        return [self["reason"]]

    @property
    def outcome_items(self) -> list[dict[str, Any]]:
        """The radios of the outcome, each with the choices it leads to."""
        chosen = self["outcome"].value()
        return [
            {
                "value": code,
                "text": outcome.title,
                "checked": chosen == code,
                "hint": {"text": self._leads_to(code)},
            }
            for code, outcome in self.situation.step.outcomes.items()
        ]

    @property
    def following(self) -> list[tuple[str, list[BoundField]]]:
        """For each outcome that leads on: its title, and the questions who is asked."""
        return [
            (outcome.title, [self[f"service-{code}-{step}"] for step in outcome.to])
            for code, outcome in self.situation.step.outcomes.items()
            if outcome.to
        ]

    def _leads_to(self, code: str) -> str:
        outcome, pathway = self.situation.step.outcomes[code], self.situation.pathway
        said = [f"Then: {pathway.steps[step].title}." for step in outcome.to]
        end = outcome.end or outcome.stop
        if end:
            said.append(f"Ends: {pathway.ends.get(end, end.replace('_', ' '))}.")
        said += [f"Opens: {opening.pathway.replace('-', ' ')}." for opening in outcome.opens]
        return " ".join(said)

    def clean(self) -> dict[str, Any]:
        """The services of the chosen outcome; a reason where the outcome needs one."""
        found = super().clean()
        code = found.get("outcome")
        outcome = self.situation.step.outcomes.get(code) if code else None
        if outcome and outcome.needs_reason and not (found.get("reason") or "").strip():
            self.add_error("reason", f"Say why: “{outcome.title}” needs a reason")
        picked = {step: found.get(f"service-{code}-{step}") for step in outcome.to} if outcome else {}
        found["services"] = {step: service_of(chosen) for step, chosen in picked.items() if chosen}
        return found
