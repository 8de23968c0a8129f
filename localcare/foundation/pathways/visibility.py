"""A team sees the people it works for: the legitimate relationship that an open task gives."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from localcare.foundation.pathways.queries import people_of_teams
from localcare.foundation.services.queries import team_keys
from localcare.kernel.access.readers import Reader

OPENED_BY_WORK = frozenset({"person.read"})


def people_through_work(reader: Reader, permission: str) -> QuerySet[Any, Any] | None:
    """The keys of people whom the reader may see through open work of their teams; None when no work opens anybody's."""
    if permission not in OPENED_BY_WORK or not reader.may("task.read") or not team_keys(reader):
        return None
    return people_of_teams(reader).values("person")
