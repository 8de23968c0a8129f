"""A team sees the people it works for: the legitimate relationship that an open task gives."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from localcare.foundation.pathways.queries import people_of_teams
from localcare.kernel.access.readers import Reader

OPENED_BY_WORK = frozenset({"person.read"})


def people_through_work(reader: Reader, permission: str) -> QuerySet[Any, Any] | None:
    """The keys of people whom the reader may see through open work of their teams; None for other permissions."""
    if permission not in OPENED_BY_WORK or reader.user is None or not reader.may("task.read"):
        return None
    return people_of_teams(reader).values("person")
