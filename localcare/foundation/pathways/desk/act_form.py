"""What the questions of every act on a task have in common: a reason, and a time when it happened earlier."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone

from localcare.foundation.pathways.desk.moments import TimeField, day_field, moment_of
from localcare.foundation.pathways.desk.situation import Situation

LONGEST_TEXT = 4000


class ActForm(forms.Form):
    """The questions of one act; most acts may also say that it happened earlier."""

    has_when = True

    def __init__(self, data: Any = None, *, situation: Situation, **options: Any) -> None:
        super().__init__(data, **options)
        self.situation = situation
        self.asks_reason = False
        self.build()
        if self.has_when:
            self.fields["on"] = day_field("Day it happened")
            self.fields["at"] = TimeField(label="Time it happened", required=False)
            if "reason" not in self.fields:
                self.fields["reason"] = text_field("Why it is recorded afterwards", required=False, rows=2)

    def build(self) -> None:
        """Add the questions of this act."""

    @property
    def questions(self) -> list[BoundField]:
        """The questions of the act itself, as fields to draw."""
        return [self[name] for name in self.fields if name not in self._of_when]

    @property
    def when(self) -> list[BoundField]:
        """The questions about an earlier time; empty when the act always happens now."""
        return [self[name] for name in self._of_when if name in self.fields]

    @property
    def when_is_open(self) -> bool:
        """Whether something was typed about an earlier time, or is wrong with it."""
        return self.is_bound and any(field.errors or _typed(self, field.name) for field in self.when)

    @property
    def _of_when(self) -> tuple[str, ...]:
        if not self.has_when:
            return ()
        return ("on", "at") if self.asks_reason else ("on", "at", "reason")

    def clean(self) -> dict[str, Any]:
        """Put the day and the time together."""
        found = super().clean() or {}
        if self.has_when:
            found["moment"] = self._moment(found.get("on"), found.get("at"))
        return found

    def _moment(self, day: Any, clock: str | None) -> datetime | None:
        if self.errors or not (day or clock):
            return None
        if not clock:
            self.add_error("at", "Enter the time it happened")
            return None
        try:
            return moment_of(day or timezone.localdate(), clock)
        except forms.ValidationError as error:
            self.add_error("at", error)
            return None

    def _until(self, found: dict[str, Any], day: str, clock: str, default: str = "") -> datetime | None:
        """A moment to come from a day and a time; `default` is the time when none was typed."""
        on, at = found.get(day), found.get(clock) or default
        if self.errors or not (on or found.get(clock)):
            return None
        if not at:
            self.add_error(clock, "Enter the time too")
            return None
        try:
            moment = moment_of(on or timezone.localdate(), at)
        except forms.ValidationError as error:
            self.add_error(clock, error)
            return None
        if moment <= timezone.now():
            self.add_error(day, "Enter a day and time that are still to come")
        return moment


def _typed(form: forms.Form, name: str) -> bool:
    return any(
        value.strip()
        for key in (name, f"{name}_day", f"{name}_month", f"{name}_year")
        for value in form.data.getlist(key)
    )


def text_field(label: str, *, required: bool = True, hint: str = "", rows: int = 4) -> forms.CharField:
    """A question answered in words."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, required=required, help_text=hint, widget=widget, max_length=LONGEST_TEXT
    )


def ask_reason(form: ActForm, label: str, *, required: bool = True, hint: str = "") -> None:
    """Ask why, as a question of the act itself."""
    form.fields["reason"] = text_field(label, required=required, hint=hint, rows=3)
    form.asks_reason = True


def radios(label: str, choices: Iterable[tuple[str, str]]) -> forms.ChoiceField:
    """A question with one answer of several."""
    return forms.ChoiceField(label=label, choices=list(choices), widget=forms.RadioSelect)
