"""Work for the desks in the small place that every page is opened in."""

from __future__ import annotations

from typing import Any

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import Journey
from localcare.kernel.access.readers import system_reader
from tests.browser.place import Place


def journey(place: Place) -> Journey:
    """A request to the place's team; made once."""
    service = place.membership.service
    return actions.open_journey(
        person=place.person,
        pathway="community-service-request",
        by=system_reader("the browser tests"),
        asked_by=service,
        priority="routine",
        services={"serve": service},
        reason="Dress the wound.",
        key="tests-desk",
    )


def one_journey(place: Place) -> dict[str, Any]:
    return {"reference": journey(place).reference}


def one_task(place: Place) -> dict[str, Any]:
    return {"reference": journey(place).tasks.earliest("pk").reference}


def some_acts(place: Place) -> list[dict[str, Any]]:
    """One that is possible and one that is not; tests/desk opens every act."""
    return [{**one_task(place), "act": act} for act in ("accept", "start")]


def starting(place: Place) -> dict[str, Any]:
    team = place.membership.service.code
    return {"person": place.person.reference, "team": team, "pathway": "community-service-request"}
