"""Who is in hospital, what is planned for them and how it goes: always within what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import (
    Case,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from localcare.care.discharge import pathways
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways.models import JourneyState, TaskState
from localcare.foundation.pathways.sight import whole_story
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import visible_people
from localcare.foundation.places.models import Organisation, Site
from localcare.foundation.record.models import Stay
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import services_of
from localcare.kernel.access.readers import Reader

ASKS_FOR_CRITERIA = ("criteria-to-reside", "discharge-support")
NOT_KNOWN = "9999-12-31"


def in_hospital(reader: Reader) -> QuerySet[Stay]:
    """People in a hospital bed now whom the reader may see: fit to leave first, the longest wait first."""
    people = visible_people(reader).filter(death_date=None)
    stays = Stay.objects.filter(discharged_on=None, person__in=people).select_related("person")
    said = _reviews_of_a_stay()
    found = stays.annotate(
        meets=Subquery(
            said.annotate(said=KeyTextTransform("criteria-to-reside", "answers")).values("said")[:1]
        ),
        ready_on=Subquery(
            said.annotate(said=KeyTextTransform("discharge-ready-on", "answers")).values("said")[:1]
        ),
    )
    turn = Case(
        When(meets="false", then=Value(0)),
        When(meets="true", then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return found.annotate(turn=turn, ready=Coalesce(F("ready_on"), Value(NOT_KNOWN, TextField()))).order_by(
        "turn", "ready", "admitted_on", "pk"
    )


def _reviews_of_a_stay() -> QuerySet[FormResponse]:
    return FormResponse.objects.filter(
        person=OuterRef("person"),
        version__form__in=ASKS_FOR_CRITERIA,
        state=FormResponse.State.COMPLETED,
        superseded_by=None,
        completed_at__date__gte=OuterRef("admitted_on"),
    ).order_by("-completed_at", "-pk")


def reviews_of(stays: Sequence[Stay]) -> dict[int, FormResponse]:
    """The latest word on staying in hospital, by stay: one query."""
    earliest = {stay.person_id: stay.admitted_on for stay in stays}
    found = FormResponse.objects.filter(
        person__in=earliest,
        version__form__in=ASKS_FOR_CRITERIA,
        state=FormResponse.State.COMPLETED,
        superseded_by=None,
    )
    latest: dict[int, FormResponse] = {}
    for response in found.select_related("version").order_by("completed_at", "pk"):
        assert response.completed_at is not None
        if response.completed_at.date() >= earliest[response.person_id]:
            latest[response.person_id] = response
    return {stay.pk: latest[stay.person_id] for stay in stays if stay.person_id in latest}


def stay_of(person: Person) -> Stay | None:
    """The stay that has not ended, the latest where a feed left several open."""
    return Stay.objects.filter(person=person, discharged_on=None).order_by("-admitted_on", "-pk").first()


def hospitals(reader: Reader) -> list[tuple[str, str]]:
    """Where people are in hospital now whom the reader may see: code and name."""
    rows = in_hospital(reader).order_by().values_list("site_code", "provider_code").distinct()
    names = hospital_names({code for row in rows for code in row})
    found = {site or provider: names.get(site or provider, site or provider) for site, provider in rows}
    return sorted(((code, name) for code, name in found.items() if code), key=lambda one: one[1])


def hospital_names(codes: Iterable[str]) -> dict[str, str]:
    """The names of sites and organisations by their codes."""
    wanted = [code for code in codes if code]
    named = dict(Organisation.objects.filter(code__in=wanted).values_list("code", "name"))
    return named | dict(Site.objects.filter(code__in=wanted).values_list("code", "name"))


def visible_journeys(reader: Reader) -> QuerySet[JourneyState]:
    """Journeys of discharge and reablement whose whole story the reader may see."""
    return JourneyState.objects.filter(whole_story(reader), pathway__in=pathways.codes())


def journeys_of_people(reader: Reader, people: Iterable[int]) -> QuerySet[JourneyState]:
    """The journeys of these people, open ones first, then the latest."""
    found = visible_journeys(reader).filter(person__in=list(people))
    return found.select_related("journey__version", "journey__person").order_by("-is_open", "-opened_at")


def tasks_of_journeys(journeys: Iterable[int]) -> QuerySet[TaskState]:
    """Every task of these journeys in their order, with who has it and who asked."""
    found = TaskState.objects.filter(journey__in=list(journeys))
    related = ("task", "service", "asked_by", "person", "journey", "assigned_to")
    return found.select_related(*related).order_by("journey", "task")


def _at_steps(reader: Reader, steps: Iterable[tuple[str, str]]) -> QuerySet[TaskState]:
    wanted = Q(pk=None)
    for pathway, step in steps:
        wanted |= Q(pathway=pathway, step=step)
    journeys = visible_journeys(reader).values("journey")
    found = TaskState.objects.filter(wanted, journey__in=journeys)
    return found.select_related("task", "service", "asked_by", "person", "journey__version", "assigned_to")


def assessments(reader: Reader) -> QuerySet[TaskState]:
    """Assessments at home that are not done, the nearest clock first."""
    found = _at_steps(reader, pathways.assessing_steps()).filter(is_open=True)
    return found.order_by(F("due_at").asc(nulls_last=True), "task")


def packages(reader: Reader) -> QuerySet[TaskState]:
    """Packages that are asked for or run, the nearest review first."""
    found = _at_steps(reader, pathways.lasting_steps()).filter(is_open=True)
    return found.order_by(F("review_due_at").asc(nulls_last=True), "requested_at", "task")


def ended_packages(reader: Reader, *, since: datetime) -> QuerySet[TaskState]:
    """Packages that ended since a moment, the latest first."""
    found = _at_steps(reader, pathways.lasting_steps()).filter(state="done", finished_at__gte=since)
    return found.order_by("-finished_at", "-task")


def discharging_services(reader: Reader) -> list[Service]:
    """The reader's own teams that may plan a discharge."""
    return list(services_of(reader).filter(kind__in=pathways.DISCHARGERS).order_by("title"))
