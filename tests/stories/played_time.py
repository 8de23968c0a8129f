"""Weeks of a story lived in a minute: each request of the story's server is answered at the moment it is set to.

The engine's own clock (`pathways.moment.as_if_at`) is what moves; nothing of ours is replaced. What falls due
on the way fires as it would have, and the audit trail keeps the true time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import ClassVar

from django.http import HttpRequest, HttpResponseBase

from localcare.foundation.pathways.changes import look_for_changes
from localcare.foundation.pathways.moment import as_if_at
from localcare.foundation.pathways.timers import fire_due


class PlayedTime:
    """Middleware of the story's server: answers at the played moment, or now when none is played."""

    moment: ClassVar[datetime | None] = None

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        if PlayedTime.moment is None:
            return self.get_response(request)
        with as_if_at(PlayedTime.moment):
            return self.get_response(request)


@contextmanager
def played() -> Iterator[Callable[[datetime], None]]:
    """`go_to(moment)` moves the story on; afterwards the time is true again."""

    def go_to(moment: datetime) -> None:
        assert PlayedTime.moment is None or moment >= PlayedTime.moment, "A story does not go back."
        PlayedTime.moment = moment
        with as_if_at(moment):
            fire_due(moment)
            look_for_changes(moment)

    try:
        yield go_to
    finally:
        PlayedTime.moment = None
