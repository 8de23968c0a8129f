"""Reading journeys and tasks: always within the reader's teams or the people whom they may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from localcare.foundation.pathways.models import (
    ClockState,
    Journey,
    JourneyState,
    Notice,
    Task,
    TaskState,
)
from localcare.foundation.pathways.moment import now
from localcare.foundation.pathways.sight import Sight, had_part, sight_of, whole_story, whole_story_about
from localcare.foundation.people.models import Person
from localcare.foundation.services.models import Service
from localcare.foundation.services.performance import Performance
from localcare.foundation.services.queries import team_keys
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

RECENT = timedelta(weeks=4)
ANSWERS = (
    "accepted",
    "declined",
    "done",
    "cancelled",
    "transferred",
    "nobody",
    "ended",
)  # of one's own request


class NotVisible(Http404):
    """There is no such journey or task, or none that the reader may see: the two look alike on purpose."""


def tasks_of(
    reader: Reader, *, services: Iterable[Service] | None = None, open_only: bool = True
) -> QuerySet[TaskState]:
    """The tasks in the queues of the reader's own teams (of `services`, as far as those are theirs), due first."""
    own = team_keys(reader)
    wanted = own if services is None else own & {service.pk for service in services}
    tasks = TaskState.objects.filter(service__in=wanted)
    if open_only:
        tasks = tasks.filter(is_open=True)
    return tasks.select_related("task", "person", "service", "assigned_to").order_by("due_at", "task")


def asked_by(reader: Reader, *, services: Iterable[Service] | None = None) -> QuerySet[TaskState]:
    """What the reader's teams asked of others and is not finished."""
    own = team_keys(reader)
    wanted = own if services is None else own & {service.pk for service in services}
    tasks = TaskState.objects.filter(asked_by__in=wanted, is_open=True).exclude(service__in=wanted)
    return tasks.select_related("task", "person", "service", "assigned_to").order_by("requested_at", "task")


def unanswered_refusals(reader: Reader) -> QuerySet[TaskState]:
    """What others declined and nobody has asked anew, or what nobody was found for: the asker must act."""
    own = team_keys(reader)
    refused = Q(state=TaskState.State.DECLINED, is_dealt_with=False, journey__state__is_open=True)
    nobody = Q(is_open=True, service=None)
    tasks = TaskState.objects.filter(refused | nobody, asked_by__in=own)
    return tasks.select_related("task", "person", "service").order_by("since", "task")


def may_see(reader: Reader, journey: Journey) -> bool:
    """Whether the reader may see the whole story of a journey."""
    return sight_of(reader, journey) is Sight.WHOLE


def task_for(reader: Reader, reference: UUID | str) -> Task:
    """The task; NotVisible (audited as denied) when there is none of which the reader may see the whole story."""
    return _task(reader, reference, Sight.WHOLE)[0]


def task_with_sight(reader: Reader, reference: UUID | str) -> tuple[Task, Sight]:
    """The task and how much the reader may see of its journey; NotVisible (audited as denied) for nothing."""
    return _task(reader, reference, Sight.OWN_PART)


def _task(reader: Reader, reference: UUID | str, least: Sight) -> tuple[Task, Sight]:
    task = (
        Task.objects.filter(reference__in=_valid(reference))
        .select_related(
            "journey__version", "journey__person", "journey__state", "state__service", "state__asked_by"
        )
        .defer("journey__version__content")
        .first()
    )
    sight = sight_of(reader, task.journey) if task is not None else Sight.NOTHING
    if task is None or sight < least:
        raise _denied(reader, "task.read", reference)
    return task, sight


def journey_for(reader: Reader, reference: UUID | str) -> Journey:
    """The journey; NotVisible (audited as denied) when there is none of which the reader may see the whole story."""
    return _journey(reader, reference, Sight.WHOLE)[0]


def journey_with_sight(reader: Reader, reference: UUID | str) -> tuple[Journey, Sight]:
    """The journey and how much the reader may see of it; NotVisible (audited as denied) for nothing."""
    return _journey(reader, reference, Sight.OWN_PART)


def _journey(reader: Reader, reference: UUID | str, least: Sight) -> tuple[Journey, Sight]:
    journey = (
        Journey.objects.filter(reference__in=_valid(reference))
        .select_related("version", "person", "state", "opened_by_service")
        .defer("version__content")
        .first()
    )
    sight = sight_of(reader, journey) if journey is not None else Sight.NOTHING
    if journey is None or sight < least:
        raise _denied(reader, "journey.read", reference)
    return journey, sight


def _valid(reference: UUID | str) -> list[UUID]:
    try:
        return [reference if isinstance(reference, UUID) else UUID(reference)]
    except ValueError:
        return []


def _denied(reader: Reader, action: str, reference: UUID | str) -> NotVisible:
    record_access(reader=reader, action=action, outcome="denied", detail={"asked for": str(reference)[:64]})
    return NotVisible("There is nothing at this address that you may see.")


def journeys_of(reader: Reader, person: Person) -> list[Journey]:
    """The journeys of a person whose whole story the reader may see, open ones first, then the latest."""
    return list(journeys_seen(reader, person))


def journeys_seen(reader: Reader, person: Person) -> QuerySet[Journey]:
    """The same, to be counted and shown by the page."""
    return (
        person.journeys.filter(whole_story_about(person, reader, journey="pk"))
        .select_related("version", "state", "opened_by_service")
        .defer("version__content")
        .order_by("-state__is_open", "-state__opened_at", "-pk")
    )


def open_requests(
    person: Person, *, reader: Reader, pathway: str | None = None, kind: str | None = None
) -> QuerySet[TaskState]:
    """What is open for a person already and the reader may know of, so that nobody is asked twice for the same need."""
    tasks = TaskState.objects.filter(whole_story_about(person, reader), person=person, is_open=True)
    if pathway is not None:
        tasks = tasks.filter(pathway=pathway)
    if kind is not None:
        tasks = tasks.filter(service__kind=kind)
    return tasks.select_related("task", "service", "journey").order_by("requested_at", "task")


def clocks_of(task: Task) -> QuerySet[ClockState]:
    """The clocks of a task, the nearest first."""
    return task.clocks.order_by("due_at", "pk")


def running_clocks(reader: Reader, *, services: Iterable[Service] | None = None) -> QuerySet[ClockState]:
    """Every running clock of the reader's teams, the nearest first."""
    own = team_keys(reader)
    wanted = own if services is None else own & {service.pk for service in services}
    running = ClockState.objects.filter(service__in=wanted, stopped_at=None, is_void=False)
    return running.select_related("task__state__person", "service").order_by("due_at", "pk")


def notices_of(reader: Reader, *, unread_only: bool = False) -> QuerySet[Notice]:
    """The inbox of the reader's teams, the newest first."""
    teams = team_keys(reader)
    notices = Notice.objects.filter(_may_be_told(reader, teams), service__in=teams)
    if unread_only:
        notices = notices.filter(read_at=None)
    return notices.select_related("service", "person", "journey", "task", "read_by").order_by("-made_at")


def _may_be_told(reader: Reader, teams: set[int]) -> Q:
    """What became of their own request, whoever it is about; everything else with the whole story or the person."""
    part = TaskState.objects.filter(had_part(teams), journey=OuterRef("journey"))
    answered = Q(kind__in=ANSWERS) & (Exists(part) | Q(journey__opened_by_service__in=teams))
    return answered | whole_story(reader)


LATEST = 1000  # requests of each service: what a busy one did of late is known from them, and quickly
PERFORMANCE = """
    WITH asked AS (
        SELECT latest.* FROM unnest(%(services)s::bigint[]) AS service (id)
        CROSS JOIN LATERAL (
            SELECT entry.id, entry.task_id, entry.service_id, entry.effective_at
            FROM unnest(ARRAY['requested', 'transferred']) AS kind (event)
            CROSS JOIN LATERAL (
                SELECT * FROM pathways_journalentry entry
                WHERE entry.service_id = service.id AND entry.event = kind.event
                  AND entry.effective_at >= %(since)s
                  AND NOT EXISTS (SELECT 1 FROM pathways_journalentry undo WHERE undo.undoes_id = entry.id)
                ORDER BY entry.effective_at DESC LIMIT %(latest)s
            ) entry
            ORDER BY entry.effective_at DESC LIMIT %(latest)s
        ) latest
    ), answered AS (
        SELECT asked.service_id, asked.effective_at AS asked_at, answer.event, answer.effective_at AS answered_at
        FROM asked LEFT JOIN LATERAL (
            SELECT entry.event, entry.effective_at FROM pathways_journalentry entry
            WHERE entry.task_id = asked.task_id AND entry.id > asked.id
              AND entry.event IN ('accepted', 'declined', 'transferred', 'cancelled')
              AND NOT EXISTS (SELECT 1 FROM pathways_journalentry undo WHERE undo.undoes_id = entry.id)
            ORDER BY entry.id LIMIT 1
        ) answer ON true
    )
    SELECT service_id, count(*), count(*) FILTER (WHERE event = 'accepted'),
           count(*) FILTER (WHERE event = 'declined'),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - asked_at) / 60)
               FILTER (WHERE event IN ('accepted', 'declined'))
    FROM answered GROUP BY service_id
"""


def performance(
    services: Collection[int], *, since: datetime | None = None, latest: int = LATEST
) -> dict[int, Performance]:
    """Answers and the median time to an answer of services (by key), from the journal.

    Counted are the requests since a moment (four weeks ago), and of each service so many at most.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            PERFORMANCE, {"services": list(services), "since": since or now() - RECENT, "latest": latest}
        )
        return {
            service: Performance(
                accepted + declined,
                accepted,
                timedelta(minutes=float(minutes)) if minutes is not None else None,
            )
            for service, _, accepted, declined, minutes in cursor.fetchall()
        }


def people_of_teams(reader: Reader) -> QuerySet[TaskState]:
    """The tasks that make people visible to a reader: what their teams are asked to do, or do, or have done.

    Who declined, or was asked no longer, has no part in what goes on without them. To have asked for something opens
    nobody's record: whoever knows a number and a birth date can ask.
    """
    return TaskState.objects.filter(
        Q(is_open=True) | Q(journey__state__is_open=True), service__in=team_keys(reader)
    ).exclude(state__in=("declined", "cancelled"))


def open_journeys(*, pathway: str | None = None) -> QuerySet[JourneyState]:
    """Every open journey (for jobs and measures, not for pages)."""
    states = JourneyState.objects.filter(is_open=True)
    return states.filter(pathway=pathway) if pathway else states
