"""The rows of one table: checked, the good ones put in, the others kept in quarantine with their fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from localcare.exchange.extracts.engine import Received
from localcare.exchange.extracts.faults import Fault, faults_of, first_fault, typed_rows
from localcare.exchange.extracts.lookups import (
    EVERYONE,
    fetch_people,
    fetch_practices,
    fetch_stays,
    find_repeated,
    keys_in,
)  # fmt: skip
from localcare.exchange.extracts.persons import put_persons_in
from localcare.exchange.extracts.register_rows import REGISTER_TABLES, put_register_rows_in
from localcare.exchange.extracts.targets import record_target
from localcare.exchange.loads.merging import Merged, put_in
from localcare.exchange.loads.models import LoadRun
from localcare.exchange.loads.quarantine import Refused
from localcare.foundation.record.copying import Counted
from localcare.foundation.record.models import Source

FETCHED_ROWS = 2_000


Refuse = Callable[[Iterable[Refused]], int]


@dataclass(frozen=True)
class Rows:
    """Rows received for one table, the run and source they come with, and the last day an event can have.

    `refuse` takes the rows that cannot go in and gives their number. Rows that `are_few` look up only whom they name.
    """

    received: Received
    run: LoadRun
    source: Source
    latest_day: date
    refuse: Refuse
    are_few: bool = False


@dataclass(frozen=True)
class Placed:
    """What became of the rows."""

    merged: Merged
    quarantined: int


@dataclass(frozen=True)
class Checked:
    """A DuckDB query over the typed rows with `fault`, the number of the first fault, or empty."""

    query: str
    faults: list[Fault]

    @property
    def good(self) -> str:
        """The rows without a fault."""
        return f"SELECT * FROM ({self.query}) AS checked WHERE fault IS NULL"


def put_rows_in(engine: Any, rows: Rows, *, counted: Counted) -> Placed:
    """Put good rows into the database and hand over the others; the caller holds the source's lock."""
    checked = check(engine, rows)
    refused = rows.refuse(faulty_rows(engine, rows.received, checked))
    name = rows.received.table.name
    if name == "persons":
        placed = put_persons_in(engine, checked.good, rows.source, today=rows.latest_day, counted=counted)
        refused += rows.refuse(_others(engine, rows.received, placed.others))
        return Placed(placed.merged, refused)
    if name in REGISTER_TABLES:
        table = REGISTER_TABLES[name]
        merged = put_register_rows_in(engine, checked.good, table, source_id=rows.source.pk, counted=counted)
        return Placed(merged, refused)
    target = record_target(rows.received.table, source_id=rows.source.pk, run_id=rows.run.pk)
    return Placed(put_in(engine, checked.good, target, source_id=rows.source.pk, counted=counted), refused)


def check(engine: Any, rows: Rows) -> Checked:
    """The rows with what they refer to looked up and their first fault found."""
    faults = faults_of(rows.received, latest_day=rows.latest_day)
    typed = typed_rows(rows.received, _lookups(engine, rows))
    return Checked(f"SELECT *, {first_fault(faults)} AS fault FROM ({typed}) AS typed", faults)


def faulty_rows(engine: Any, received: Received, checked: Checked) -> Iterator[Refused]:
    """The rows with a fault, as received, and whom they are about where that is known."""
    names = list(received.types)
    contents = ", ".join(f'received."{name}"::VARCHAR' for name in names)
    person = "NULL" if received.table.name == "persons" else "person"
    bad = f"SELECT row_number, fault, {person} AS person FROM ({checked.query}) AS checked WHERE fault IS NOT NULL"
    cursor = engine.cursor()
    cursor.execute(
        f"SELECT received.row_number, bad.fault, bad.person, {contents} FROM {received.view} AS received"
        f" JOIN ({bad}) AS bad ON bad.row_number = received.row_number ORDER BY received.row_number"
    )
    while batch := cursor.fetchmany(FETCHED_ROWS):
        for number, fault, whom, *values in batch:
            content = dict(zip(names, values, strict=True))
            yield _refused(received, number, checked.faults[fault], content, whom)


def _refused(
    received: Received,
    number: int,
    fault: Fault,
    content: dict[str, str | None],
    person_id: int | None = None,
) -> Refused:
    sent = content.get(fault.column)
    message = f"{fault.message}: {sent!r}" if sent not in (None, "") else fault.message
    return Refused(
        row_number=number, row_key=str(content.get(received.table.key) or ""), column=fault.column,
        reason=fault.reason, message=message, content=content, person_id=person_id,
    )  # fmt: skip


def _others(engine: Any, received: Received, numbers: tuple[int, ...]) -> Iterator[Refused]:
    """Rows of people whose identifiers belong to somebody else."""
    if not numbers:
        return
    names = list(received.types)
    contents = ", ".join(f'"{name}"::VARCHAR' for name in names)
    fault = Fault(
        "nhs_number", "another-person", "", "the identifiers belong to somebody born on another day"
    )
    listed = ", ".join(map(str, numbers))
    query = f"SELECT row_number, {contents} FROM {received.view} WHERE row_number IN ({listed}) ORDER BY 1"
    for number, *values in engine.execute(query).fetchall():
        yield _refused(received, number, fault, dict(zip(names, values, strict=True)))


def _lookups(engine: Any, rows: Rows) -> dict[str, str]:
    """Everyone was fetched for a whole load; a few rows to replay fetch only whom they need."""
    received, source_id, table = rows.received, rows.source.pk, rows.received.table
    has = {column.name for column in table.columns}
    found = {"repeated": find_repeated(engine, received), "people": EVERYONE}
    if rows.are_few:
        names = [name for name in ("person_id", "related_person_id") if name in has]
        keys = keys_in(engine, received, names)
        found["people"] = fetch_people(engine, source_id, keys=keys, table=table)
    if "stay_id" in has and table.key != "stay_id":
        stay_keys = keys_in(engine, received, ["stay_id"]) if rows.are_few else None
        found["stays"] = fetch_stays(engine, source_id, keys=stay_keys, table=table)
    if "practice_code" in has:
        found["practices"] = fetch_practices(engine)
    return found
