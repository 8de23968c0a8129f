"""How much of a journey somebody may see: its whole story, what their team asked or was asked, or nothing.

The whole story: teams that have or had the work, while the journey is open and for a while after their part ended; and
whoever may see the person, unless the pathway is sensitive. Their own part: a team that asked, a team that declined,
and a team whose time has passed.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import IntEnum

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from localcare.analysis.pathways.model import Span
from localcare.foundation.pathways import definitions
from localcare.foundation.pathways.models import Journey, TaskState
from localcare.foundation.pathways.moment import now
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import is_visible, visible_people
from localcare.foundation.services.queries import team_keys
from localcare.kernel.access.readers import Reader

AFTERWARDS = Span(setting="story-after-part")
UNIT = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Sight(IntEnum):
    """How much of one journey."""

    NOTHING = 0
    OWN_PART = 1
    WHOLE = 2


def had_the_work(teams: set[int], moment: datetime) -> Q:
    """The condition that a task (a TaskState) opens the whole story to these teams at a moment.

    Who only declined, or from whom a request was taken away before an answer, never had the work.
    """
    had = ~Q(state="declined") & ~Q(state="cancelled", accepted_at=None)
    ended_lately = Q(finished_at__gte=moment - afterwards(timezone.localdate(moment)))
    return Q(service__in=teams) & had & (Q(is_open=True) | Q(journey__state__is_open=True) | ended_lately)


def had_part(teams: set[int]) -> Q:
    """The condition that these teams have a task or asked for it, in whatever state."""
    return Q(service__in=teams) | Q(asked_by__in=teams)


def afterwards(day: date) -> timedelta:
    """How long a team goes on seeing the whole story after its part has ended."""
    span = definitions.span_on(AFTERWARDS, day)
    return timedelta(**{UNIT[span.unit]: span.amount})


def whole_story(reader: Reader, *, journey: str = "journey", person: str = "person") -> Q:
    """The condition on rows that name a journey and a person: the reader may see the whole story."""
    if reader.is_system:
        return Q()
    if not reader.may("journey.read"):
        return Q(pk__in=[])
    people = visible_people(reader, "person.read").values("pk")
    return _had_part(reader, journey) | (Q(**{f"{person}__in": people}) & _is_open_to_all(reader, journey))


def whole_story_about(person: Person, reader: Reader, *, journey: str = "journey") -> Q:
    """The same on rows about one person, of whom it is known whether the reader may see them."""
    if reader.is_system:
        return Q()
    if not reader.may("journey.read"):
        return Q(pk__in=[])
    if not is_visible(person, reader, "person.read"):
        return _had_part(reader, journey)
    if not closed_versions(reader):
        return Q()
    return _had_part(reader, journey) | _is_open_to_all(reader, journey)


def _had_part(reader: Reader, journey: str) -> Q:
    parts = TaskState.objects.filter(had_the_work(team_keys(reader), now()), journey=OuterRef(journey))
    return Q(Exists(parts))


def _is_open_to_all(reader: Reader, journey: str) -> Q:
    """The condition that the pathway is not sensitive, so that whoever sees the person sees the journey."""
    version = "version" if journey == "pk" else f"{journey}__version"
    return ~Q(**{f"{version}__in": closed_versions(reader)})


def closed_versions(reader: Reader) -> list[int]:
    """The keys of the versions of sensitive pathways; looked up once in a request."""
    return reader.once("closed versions", lambda: list(definitions.sensitive_versions()))


def sight_of(reader: Reader, journey: Journey) -> Sight:
    """How much of one journey the reader may see."""
    if reader.is_system:
        return Sight.WHOLE
    if not reader.may("journey.read"):
        return Sight.NOTHING
    teams = team_keys(reader)
    counted = TaskState.objects.filter(had_part(teams), journey=journey).aggregate(
        whole=Count("pk", filter=had_the_work(teams, now())), any=Count("pk")
    )
    if counted["whole"]:
        return Sight.WHOLE
    is_sensitive = definitions.is_sensitive(journey.version)
    if not is_sensitive and is_visible(journey.person, reader, "person.read"):
        return Sight.WHOLE
    has_part = counted["any"] or journey.opened_by_service_id in teams
    return Sight.OWN_PART if has_part else Sight.NOTHING
