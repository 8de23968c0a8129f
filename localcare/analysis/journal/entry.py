"""One thing that happened on a journey, however it is kept: a row of the database, of a file, or of a simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


class Entry(Protocol):
    """What the fold reads of an entry. Times are UTC; entries are in the order of `pk`."""

    @property
    def pk(self) -> int:
        """Its place in the journal."""

    @property
    def task_id(self) -> int | None:
        """The task it concerns; none: the journey as a whole."""

    @property
    def event(self) -> str:
        """What happened."""

    @property
    def from_state(self) -> str:
        """The state of the task before it."""

    @property
    def effective_at(self) -> datetime:
        """When it happened."""

    @property
    def service_id(self) -> int | None:
        """Whose queue the task is in after it."""

    @property
    def code(self) -> str:
        """Outcome, reason, milestone, timer or party, by event."""

    @property
    def reason(self) -> str:
        """Why, in words."""

    @property
    def detail(self) -> Mapping[str, Any]:
        """What else the event carries."""

    @property
    def undoes_id(self) -> int | None:
        """The entry that it takes back."""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """An entry outside a database, as read from a file or written by a simulation."""

    pk: int
    journey_id: int
    task_id: int | None
    event: str
    effective_at: datetime
    recorded_at: datetime
    from_state: str = ""
    to_state: str = ""
    service_id: int | None = None
    code: str = ""
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    undoes_id: int | None = None
