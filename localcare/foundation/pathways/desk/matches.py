"""Services that could do something for a person, as choices of a page."""

from __future__ import annotations

from datetime import timedelta

from localcare.foundation.pathways.presenters import length
from localcare.foundation.people.models import Person
from localcare.foundation.services.matching import Match
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import find_services

ANY = "any-service"
MOST = 100


def service_choices(*, kind: str, person: Person | None, without: int | None = None) -> list[tuple[str, str]]:
    """Every service of the kind that serves the person, best first, with what speaks for and against it."""
    found = find_services(kind=None if kind == ANY else kind, person=person)
    return [
        (match.service.code, in_words(match))
        for match in found[:MOST]
        if match.serves and match.service.pk != without
    ]


def service_of(code: str) -> Service:
    """The service with this code."""
    return Service.objects.get(code=code)


def in_words(match: Match) -> str:
    """`Rapid response Deal: open, 3 visits left today, usually answers within 12 minutes`."""
    said = list(match.why_not) or ["open" if match.open_now else "closed now"]
    if match.room_left and match.service.capacity_unit:
        said.append(f"{match.room_left} {match.service.capacity_unit} left today")
    if match.time_to_answer is not None:
        said.append(f"usually answers within {length(max(match.time_to_answer, timedelta(minutes=1)))}")
    if match.acceptance_rate is not None:
        said.append(f"accepts {match.acceptance_rate:.0%}")
    return f"{match.service.title}: {', '.join(said)}"
