"""Carers, who they care for, and the work that supports them: always within what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, F, OuterRef, QuerySet

from localcare.foundation.pathways import definitions
from localcare.foundation.pathways.models import JourneyState, TaskState
from localcare.foundation.pathways.queries import tasks_of
from localcare.foundation.pathways.sight import whole_story
from localcare.foundation.people.carers import caring_on
from localcare.foundation.people.models import Person, Relationship
from localcare.foundation.people.queries import visible_people
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import services_of
from localcare.kernel.access.readers import Reader

PATHWAY = "carers-assessment"
NAVIGATORS = ("care-navigation", "carers-support")


def work_for_carers(reader: Reader) -> QuerySet[TaskState]:
    """What the reader's teams are asked to do for carers, the nearest clock first."""
    return _rows(tasks_of(reader).filter(pathway=PATHWAY)).order_by(F("due_at").asc(nulls_last=True), "task")


def other_work(reader: Reader) -> QuerySet[TaskState]:
    """Everything else that the reader's navigating teams are asked to do: people to support."""
    teams = [team for team in services_of(reader) if team.kind in NAVIGATORS]
    found = tasks_of(reader, services=teams).exclude(pathway=PATHWAY)
    return _rows(found).order_by(F("due_at").asc(nulls_last=True), "task")


def _rows(tasks: QuerySet[TaskState]) -> QuerySet[TaskState]:
    return tasks.select_related("task", "person", "service", "asked_by", "assigned_to", "journey__version")


def carers(reader: Reader, *, on: date) -> QuerySet[Person]:
    """The people whom the reader may see who care for somebody, those without any assessment first."""
    caring = caring_on(on).filter(related_person=OuterRef("pk"))
    assessed = JourneyState.objects.filter(person=OuterRef("pk"), pathway=PATHWAY)
    found = visible_people(reader).filter(Exists(caring), death_date=None)
    return found.annotate(
        is_open=Exists(assessed.filter(is_open=True)), was_assessed=Exists(assessed)
    ).order_by("is_open", "was_assessed", "family_name", "given_name", "pk")


def caring_for(people: Iterable[int], *, on: date) -> dict[int, list[Relationship]]:
    """For whom each of these carers cares: one query."""
    found: dict[int, list[Relationship]] = {}
    for one in caring_on(on).filter(related_person__in=list(people)).select_related("person").order_by("pk"):
        assert one.related_person_id is not None
        found.setdefault(one.related_person_id, []).append(one)
    return found


def visible_among(reader: Reader, people: Iterable[int]) -> set[int]:
    """Which of these people the reader may open."""
    return set(visible_people(reader).filter(pk__in=list(people)).values_list("pk", flat=True))


def journeys_of_carer(reader: Reader, person: Person) -> QuerySet[JourneyState]:
    """The assessments and supports of a carer that the reader may read, open ones first."""
    found = JourneyState.objects.filter(whole_story(reader), person=person)
    return found.select_related("journey__version").order_by("-is_open", "-opened_at")


def steps_of(journeys: Iterable[int]) -> QuerySet[TaskState]:
    """Every task of these journeys, in their order."""
    found = TaskState.objects.filter(journey__in=list(journeys))
    related = ("task", "person", "service", "asked_by", "assigned_to", "journey__version")
    return found.select_related(*related).order_by("journey", "task")


def asking_services(reader: Reader) -> list[Service]:
    """The reader's own teams that may ask for a carer's assessment."""
    may_open = definitions.pathways()[PATHWAY].opened_by
    return list(services_of(reader).filter(kind__in=[*may_open, *NAVIGATORS]).order_by("title"))
