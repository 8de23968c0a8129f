"""Journeys read from the journal as a table, entry by entry: for the fold, and for whatever must be slow and sure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from localcare.analysis.journal.entry import JournalLine
from localcare.analysis.journal.parquet import PathwayKey
from localcare.analysis.journal.timeline import JourneyStanding, fold
from localcare.analysis.pathways.model import Pathway


@dataclass
class ServiceNumbers:
    """Services by number, as the fold wants them, for a journal that names them by code."""

    of_code: dict[str, int] = field(default_factory=dict)
    of_number: dict[int, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def number(self, code: str | None) -> int | None:
        """The number of a service; None for none."""
        if code is None:
            return None
        found = self.of_code.setdefault(code, len(self.of_code) + 1)
        self.of_number[found] = code
        return found

    def code(self, number: int | None) -> str | None:
        """The code of a service by its number; None for none."""
        return None if number is None else self.of_number[number]


@dataclass(frozen=True)
class JourneyLines:
    """One journey with its entries in their order."""

    journey: int
    person: int
    key: PathwayKey
    opened_from: int | None
    steps: Mapping[int, str]
    lines: list[JournalLine]
    asked_by: Mapping[int, str]  # task -> the service that asked for it

    def standing(self, pathways: Mapping[PathwayKey, Pathway]) -> JourneyStanding:
        """Where the journey stands."""
        return fold(pathways[self.key], dict(self.steps), self.lines)


def journeys_of(rows: Iterable[Mapping[str, Any]], services: ServiceNumbers) -> Iterator[JourneyLines]:
    """The journeys of rows of the journal, in the order of their numbers."""
    ordered = sorted(rows, key=lambda row: (row["journey"], row["entry"]))
    for journey, found in groupby(ordered, key=lambda row: row["journey"]):
        yield _journey(journey, list(found), services)


def _journey(journey: int, rows: list[Mapping[str, Any]], services: ServiceNumbers) -> JourneyLines:
    first = rows[0]
    asked_by: dict[int, str] = {}
    for row in rows:
        if row["service"] and row["service_kind"]:
            services.kinds[row["service"]] = row["service_kind"]
        if row["task"] is not None and row["asked_by"]:
            asked_by[row["task"]] = row["asked_by"]
    return JourneyLines(
        journey,
        first["person"],
        (first["pathway"], first["version"]),
        first["opened_from"],
        {row["task"]: row["step"] for row in rows if row["task"] is not None},
        [line_of(row, services) for row in rows],
        asked_by,
    )


def line_of(row: Mapping[str, Any], services: ServiceNumbers) -> JournalLine:
    """A row of the journal as an entry."""
    detail = json.loads(row["detail"]) if row["detail"] else {}
    if row["priority"]:
        detail["priority"] = row["priority"]
    if row["asked_by"] is not None:
        detail["asked_by"] = services.number(row["asked_by"])
    return JournalLine(
        pk=row["entry"],
        journey_id=row["journey"],
        task_id=row["task"],
        event=row["event"],
        effective_at=row["effective_at"],
        recorded_at=row["recorded_at"],
        from_state=row["from_state"],
        to_state=row["to_state"],
        service_id=services.number(row["service"]),
        code=row["code"],
        detail=detail,
        undoes_id=row["undoes"],
    )
