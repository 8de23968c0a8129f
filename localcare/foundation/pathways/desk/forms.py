"""What each act on a task asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone

from localcare.foundation.pathways.desk.matches import service_choices, service_of
from localcare.foundation.pathways.desk.moments import LONDON, TimeField, day_field, moment_of
from localcare.foundation.pathways.desk.situation import Situation
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import members_of
from localcare.kernel.access.models import User

Choices = Sequence[tuple[str, str]]
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
                self.fields["reason"] = _text("Why it is recorded afterwards", required=False, rows=2)

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


def _text(label: str, *, required: bool = True, hint: str = "", rows: int = 4) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, required=required, help_text=hint, widget=widget, max_length=LONGEST_TEXT
    )


def _reason(form: ActForm, label: str, *, required: bool = True, hint: str = "") -> None:
    form.fields["reason"] = _text(label, required=required, hint=hint, rows=3)
    form.asks_reason = True


class PlainForm(ActForm):
    """Asks nothing but whether it happened earlier."""


class AcceptForm(ActForm):
    """By when it will be done, and who does it."""

    def build(self) -> None:
        """Ask for a promise; who sees the person first can take it at once."""
        self.fields["mine"] = forms.BooleanField(label="I will do it myself", required=False)
        self.fields["promise_on"] = day_field("Day you promise to be there or to answer")
        self.fields["promise_at"] = TimeField(label="Time you promise", required=False)

    def clean(self) -> dict[str, Any]:
        """Put the promise together."""
        found = super().clean()
        found["promise"] = self._until(found, "promise_on", "promise_at", "17:00")
        return found


class DeclineForm(ActForm):
    """Which reason, and what the team that asked should know."""

    has_when = False

    def build(self) -> None:
        """Ask for a reason of the definition, or in words."""
        reasons = self.situation.step.decline_reasons
        if reasons:
            self.fields["code"] = _radios("Why do you decline?", reasons.items())
        _reason(
            self,
            "What should they know?",
            required=not reasons,
            hint="For example what would have made it possible",
        )

    def clean(self) -> dict[str, Any]:
        """Another reason has to be said."""
        found = super().clean()
        if found.get("code") == "other" and not (found.get("reason") or "").strip():
            self.add_error("reason", "Say what the other reason is")
        return found


class QuickForm(ActForm):
    """Asks nothing."""

    has_when = False


class GiveForm(ActForm):
    """Which colleague."""

    has_when = False

    def build(self) -> None:
        """Offer the team."""
        service = self.situation.state.service
        self.fields["user"] = forms.ChoiceField(
            label="Colleague", choices=[("", "Choose a colleague"), *colleagues(service)]
        )

    def clean_user(self) -> User:
        """The colleague chosen."""
        return User.objects.get(pk=self.cleaned_data["user"])


class PauseForm(ActForm):
    """Why, and until when."""

    def build(self) -> None:
        """Ask for the reason and the end."""
        _reason(self, "Why is it paused?")
        self.fields["until_on"] = day_field("Goes on by itself on this day")
        self.fields["until_at"] = TimeField(label="At this time", required=False)
        stops = [clock.title for clock in self.situation.step.clocks if clock.stops_when_paused]
        self.fields["reason"].help_text = (
            f"These clocks stop meanwhile: {', '.join(stops)}." if stops else "Clocks go on meanwhile."
        )

    def clean(self) -> dict[str, Any]:
        """Put the end together; eight in the morning unless said otherwise."""
        found = super().clean()
        found["until"] = self._until(found, "until_on", "until_at", "08:00")
        return found


class BookForm(ActForm):
    """For when."""

    has_when = False

    def build(self) -> None:
        """Ask for the time."""
        self.fields["for_on"] = day_field("Day", required=True)
        self.fields["for_at"] = TimeField(label="Time")
        _reason(self, "Anything to know about it?", required=False)

    def clean(self) -> dict[str, Any]:
        """Put the time together."""
        found = super().clean()
        found["for"] = self._until(found, "for_on", "for_at")
        return found


class ReviewForm(ActForm):
    """What the review found."""

    def build(self) -> None:
        """Ask for it in words."""
        _reason(self, "What did the review find?", required=not self.review_form)

    @property
    def review_form(self) -> str:
        """The form of the definition that is filled in first."""
        lasts = self.situation.step.lasts
        return lasts.review_form if lasts else ""


class ServiceForm(ActForm):
    """Which other service, and why."""

    has_when = False

    def build(self) -> None:
        """Offer the services of the kind, best first."""
        at = self.situation
        choices = service_choices(kind=at.step.by, person=at.task.journey.person, without=at.state.service_id)
        self.fields["to"] = forms.ChoiceField(label="Service", choices=[("", "Choose a service"), *choices])
        _reason(self, "What should they know?", hint="Why it comes to them, and what is urgent about it")

    def clean_to(self) -> Service:
        """The service chosen."""
        return service_of(self.cleaned_data["to"])


class ExtendForm(ActForm):
    """Until when, and why."""

    has_when = False

    def build(self) -> None:
        """Ask for the new end."""
        ends = self.situation.state.lasts_until
        until = f"It ends on {ends.astimezone(LONDON):%-d %B %Y} as it stands" if ends else ""
        self.fields["until_on"] = day_field("New last day", required=True, example=until)
        _reason(self, "Why does it go on longer?")

    def clean(self) -> dict[str, Any]:
        """The end of that day."""
        found = super().clean()
        found["until"] = self._until(found, "until_on", "until_at", "23:59")
        return found


class PriorityForm(ActForm):
    """Which priority, and why."""

    has_when = False

    def build(self) -> None:
        """Offer the other priorities."""
        now = self.situation.state.priority
        others = [pair for pair in self.situation.pathway.priorities.items() if pair[0] != now]
        self.fields["priority"] = _radios("New priority", others)
        _reason(self, "Why does it change?")


class ReasonForm(ActForm):
    """Only a reason."""

    has_when = False
    words = "Why?"

    def build(self) -> None:
        """Ask for the reason."""
        _reason(self, self.words)


class CancelForm(ReasonForm):
    """Why it is cancelled."""

    has_when = True
    words = "Why is it cancelled?"


class ReopenForm(ReasonForm):
    """Why it is taken up again."""

    words = "Why is it taken up again?"


class UndoForm(ReasonForm):
    """Why the last step is taken back."""

    words = "What was wrong?"


class NoteForm(ReasonForm):
    """A note."""

    words = "Note"


class DoneForm(ActForm):
    """How it ended, and who is asked next."""

    def build(self) -> None:
        """Offer the outcomes, each with the services for what follows."""
        at = self.situation
        self.fields["outcome"] = _radios(
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
        _reason(self, "Anything to add?", required=False, hint=self._needing_reason())

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


def _radios(label: str, choices: Iterable[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=list(choices), widget=forms.RadioSelect)


def colleagues(service: Service | None) -> list[tuple[str, str]]:
    """The people who work in a service today, once each."""
    if service is None:
        return []
    today = timezone.localdate()
    found = {
        str(member.user_id): member.user.get_full_name() or member.user.get_username()
        for member in members_of(service, on=today)
        if member.starts_on <= today and member.user.is_active
    }
    return list(found.items())


FORMS: dict[str, type[ActForm]] = {
    "accept": AcceptForm, "decline": DeclineForm, "resume": PlainForm, "milestone": PlainForm, "start": PlainForm,
    "done": DoneForm, "ask-again": ServiceForm, "take": QuickForm, "give": GiveForm, "review": ReviewForm, "book": BookForm,
    "note": NoteForm, "pause": PauseForm, "extend": ExtendForm, "priority": PriorityForm, "hand-on": ServiceForm,
    "cancel": CancelForm, "reopen": ReopenForm, "undo": UndoForm,
}  # fmt: skip
