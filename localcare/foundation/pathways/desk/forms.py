"""What each act on a task asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from localcare.foundation.pathways.desk.act_form import ActForm, ask_reason, radios
from localcare.foundation.pathways.desk.matches import service_choices, service_of
from localcare.foundation.pathways.desk.moments import LONDON, TimeField, day_field
from localcare.foundation.pathways.desk.outcome_form import DoneForm
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import members_of
from localcare.kernel.access.models import User

Choices = Sequence[tuple[str, str]]


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
            self.fields["code"] = radios("Why do you decline?", reasons.items())
        ask_reason(
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
        ask_reason(self, "Why is it paused?")
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
        ask_reason(self, "Anything to know about it?", required=False)

    def clean(self) -> dict[str, Any]:
        """Put the time together."""
        found = super().clean()
        found["for"] = self._until(found, "for_on", "for_at")
        return found


class ReviewForm(ActForm):
    """What the review found."""

    def build(self) -> None:
        """Ask for it in words."""
        ask_reason(self, "What did the review find?", required=not self.review_form)

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
        ask_reason(self, "What should they know?", hint="Why it comes to them, and what is urgent about it")

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
        ask_reason(self, "Why does it go on longer?")

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
        self.fields["priority"] = radios("New priority", others)
        ask_reason(self, "Why does it change?")


class ReasonForm(ActForm):
    """Only a reason."""

    has_when = False
    words = "Why?"

    def build(self) -> None:
        """Ask for the reason."""
        ask_reason(self, self.words)


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
