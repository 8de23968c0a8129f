"""The work of rapid response teams, within the reader's own teams; a fixed number of queries however much there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import queries as journeys
from localcare.foundation.pathways.definitions import pathways
from localcare.foundation.pathways.models import JournalEntry, Task, TaskState
from localcare.foundation.record.models import Fact
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import services_of
from localcare.kernel.access.readers import Reader

KIND = "rapid-response"
VISIT_FORM = "urgent-response-visit"
REQUEST_FORMS = ("single-point-of-access-contact", "clinical-triage", "discharge-support")
MOST = 300  # rows of one board; what is beyond is counted and said


def teams_of(reader: Reader) -> QuerySet[Service]:
    """The rapid response teams in which the reader works today."""
    return services_of(reader).filter(kind=KIND).order_by("title")


def lasting_steps() -> Q:
    """The condition that a task is of a step that goes on for days."""
    condition = Q(pk__in=[])
    for code, pathway in pathways().items():
        steps = [step.code for step in pathway.steps.values() if step.lasts is not None]
        if steps:
            condition |= Q(pathway=code, step__in=steps)
    return condition


def board_tasks(reader: Reader, teams: Iterable[Service]) -> QuerySet[TaskState]:
    """What waits for an answer or for somebody to be seen: everything open but packages under way."""
    tasks = journeys.tasks_of(reader, services=teams).select_related("journey__version", "asked_by")
    return tasks.exclude(lasting_steps() & ~Q(state=TaskState.State.REQUESTED))


def package_tasks(reader: Reader, teams: Iterable[Service]) -> QuerySet[TaskState]:
    """The packages under way, the visit due first at the top."""
    tasks = journeys.tasks_of(reader, services=teams).select_related("journey__version", "asked_by")
    under_way = tasks.filter(lasting_steps()).exclude(state=TaskState.State.REQUESTED)
    return under_way.order_by("review_due_at", "lasts_until", "task")


def waiting_count(reader: Reader) -> int:
    """How many people wait to be seen."""
    waiting = board_tasks(reader, list(teams_of(reader)))
    return waiting.exclude(milestone="seen").values("person").distinct().count()


@dataclass(frozen=True)
class Asked:
    """The forms that came with a request, the latest last."""

    responses: tuple[FormResponse, ...] = ()
    reason: str = ""

    def answer(self, code: str) -> Any:
        """The latest answer to a question, None when nobody answered it."""
        given = (one.answers.get(code) for one in reversed(self.responses))
        return next((answer for answer in given if answer not in (None, "", [])), None)

    @property
    def answers(self) -> dict[str, Any]:
        """All answers together; a later form wins."""
        found: dict[str, Any] = {}
        for one in self.responses:
            found |= {code: answer for code, answer in one.answers.items() if answer not in (None, "", [])}
        return found


def asked_for(states: Iterable[TaskState]) -> dict[int, Asked]:
    """What each request says, by journey: from its own forms, and from the contact that it came from."""
    origins = {state.journey_id: state.journey.opened_from_id for state in states}
    tasks = {pk for pk in origins.values() if pk}
    contacts = dict(Task.objects.filter(pk__in=tasks).values_list("pk", "journey"))
    wanted = set(origins) | set(contacts.values())
    entries = (
        JournalEntry.objects.filter(journey__in=wanted, undone_by=None)
        .filter(Q(event="opened") | Q(response__version__form__in=REQUEST_FORMS))
        .select_related("response__version")
        .order_by("pk")
    )
    by_journey: dict[int, list[JournalEntry]] = {}
    for entry in entries:
        by_journey.setdefault(entry.journey_id, []).append(entry)
    return {
        journey: _asked(by_journey.get(contacts.get(origin or 0, 0), ()), by_journey.get(journey, ()))
        for journey, origin in origins.items()
    }


def _asked(contact: Sequence[JournalEntry], own: Sequence[JournalEntry]) -> Asked:
    responses = {
        entry.response.pk: entry.response
        for entry in (*contact, *own)
        if entry.response is not None and entry.response.version.form in REQUEST_FORMS
    }
    reason = next((entry.reason for entry in own if entry.event == "opened"), "")
    return Asked(tuple(responses.values()), reason)


def latest_news2(people: Iterable[int], since: date) -> dict[int, tuple[int, date]]:
    """The latest NEWS2 total of each person since a day, with its day."""
    facts = Fact.objects.filter(
        person__in=set(people), kind="observation", system="LOCAL", code="NEWS2", occurred_on__gte=since
    ).exclude(value=None)
    rows = facts.order_by("occurred_on", "pk").values_list("person", "value", "occurred_on")
    return {person: (round(value), day) for person, value, day in rows if value is not None}


@dataclass(frozen=True)
class Visit:
    """One visit of a journey, as it was written down."""

    at: datetime
    who: str
    response: FormResponse | None
    note: str = ""
    news2: int | None = None
    is_first: bool = False


def visits_of(states: Iterable[TaskState]) -> dict[int, list[Visit]]:
    """The visits of each journey, oldest first: the first response and the reviews of its package."""
    wanted = {state.journey_id for state in states}
    entries = (
        JournalEntry.objects.filter(journey__in=wanted, undone_by=None)
        .filter(Q(event="reviewed") | Q(event="done", response__version__form=VISIT_FORM))
        .select_related("response__version")
        .order_by("effective_at", "pk")
    )
    found: dict[int, list[Visit]] = {}
    for entry in entries:
        found.setdefault(entry.journey_id, []).append(
            Visit(
                at=entry.effective_at,
                who=entry.actor_name,
                response=entry.response,
                note=entry.reason,
                news2=news2_of(entry.response),
                is_first=entry.event == "done",
            )
        )
    return found


def news2_of(response: FormResponse | None) -> int | None:
    """The NEWS2 total of a visit; None when it was not worked out."""
    value = (response.scores or {}).get("news2", {}).get("value") if response is not None else None
    return int(value) if value is not None else None


@dataclass
class ReferralEntries:
    """The journal of one referral as far as the numbers need it."""

    journey: int
    entries: list[JournalEntry] = field(default_factory=list)


def referral_entries(teams: Iterable[Service], since: datetime, until: datetime) -> list[ReferralEntries]:
    """The journals of referrals that were asked of, arrived at or seen by the teams in the time."""
    keys = [team.pk for team in teams]
    window = JournalEntry.objects.filter(
        service__in=keys, effective_at__gte=since, effective_at__lt=until, undone_by=None
    ).filter(Q(event__in=("requested", "transferred")) | Q(event="milestone", code__in=("arrived", "seen")))
    wanted = window.filter(Exists(TaskState.objects.filter(task=OuterRef("task"), step="respond"))).values(
        "journey"
    )
    entries = (
        JournalEntry.objects.filter(journey__in=wanted)
        .filter(Q(task=None) | Q(task__step="respond"))
        .select_related("journey__person", "journey__version", "task")
        .order_by("journey", "pk")
    )
    found: dict[int, ReferralEntries] = {}
    for entry in entries:
        found.setdefault(entry.journey_id, ReferralEntries(entry.journey_id)).entries.append(entry)
    return list(found.values())


def day_bounds(day: date, days: int = 1) -> tuple[datetime, datetime]:
    """The moments at which a local day begins, and the day so many days later."""
    zone = timezone.get_current_timezone()
    first = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = day + timedelta(days=days)
    return first, datetime(after.year, after.month, after.day, tzinfo=zone)


def completed_visit(task: Task) -> FormResponse | None:
    """The visit record of a task that waits for its outcome."""
    return (
        FormResponse.objects.filter(
            context=str(task.reference), version__form=VISIT_FORM, state="completed", superseded_by=None
        )
        .select_related("version")
        .order_by("-completed_at", "-pk")
        .first()
    )
