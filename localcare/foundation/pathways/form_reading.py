"""Completed forms as the journal knows them: which are closed with a sensitive pathway, and whose team completed one."""

from __future__ import annotations

from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast, Left
from django.utils import timezone

from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways.models import JournalEntry, Journey, Task, TaskState
from localcare.foundation.pathways.moment import now
from localcare.foundation.pathways.sight import closed_versions, had_the_work
from localcare.foundation.services.models import Membership
from localcare.foundation.services.queries import in_force_on, team_keys
from localcare.kernel.access.readers import Reader

REFERENCE = 36  # characters; a context begins with the reference of its task, and may say more after a colon


def closed_to(reader: Reader) -> Q | None:
    """The condition on responses that belong to a sensitive pathway in which the reader's teams have no part.

    Also those filled in for one of its tasks and not used yet, and amendments of them.
    """
    sensitive = closed_versions(reader)
    if reader.is_system or not sensitive:
        return None
    parts = TaskState.objects.filter(had_the_work(team_keys(reader), now()), journey=OuterRef("pk"))
    closed = Journey.objects.filter(~Exists(parts), version__in=sensitive).values("pk")
    used = JournalEntry.objects.filter(
        journey__in=closed,
        response__person=OuterRef("person"),
        response__context=OuterRef("context"),
        response__version__form=OuterRef("version__form"),
    )
    filled_in_for = Task.objects.annotate(named=Cast("reference", CharField())).filter(
        named=Left(OuterRef("context"), REFERENCE), journey__in=closed, journey__person=OuterRef("person")
    )
    return Q(Exists(used)) | Q(Exists(filled_in_for))


def completed_by_team(reader: Reader, response: FormResponse) -> bool:
    """Whether one of the reader's teams completed the response: the team whose work it was part of.

    A form that belongs to no journey is its author's; the teams in which the author works stand for it.
    """
    teams, services = team_keys(reader), _services_of(response)
    if services:
        return bool(services & teams)
    members = Membership.objects.filter(in_force_on(timezone.localdate()), user=response.author_id)
    return members.filter(service__in=teams).exists()


def _services_of(response: FormResponse) -> set[int]:
    same = Q(
        response__person=response.person_id,
        response__context=response.context,
        response__version__form=response.version.form,
    )
    entries = JournalEntry.objects.filter(Q(response=response) | (same & ~Q(response__context="")))
    found = {
        service or opener for service, opener in entries.values_list("service", "journey__opened_by_service")
    }
    if not found:
        named = Task.objects.annotate(named=Cast("reference", CharField()))
        tasks = named.filter(named=response.context[:REFERENCE])
        found = set(tasks.values_list("state__service", flat=True))
    return {service for service in found if service is not None}
