"""A replication as a journal folder: the same table that the lived journal is exported to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from localcare.analysis.journal.parquet import (
    ROWS_IN_A_GROUP,
    About,
    JournalFolder,
    write_about,
    write_pathways,
)
from localcare.analysis.journal.schema import JOURNAL, SERVICES
from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.contents import content_of
from localcare.analysis.simulation.entries import Entries, entries_of
from localcare.analysis.simulation.history import History, in_order
from localcare.analysis.simulation.people import people_of
from localcare.analysis.simulation.plan import Plan
from localcare.analysis.simulation.scenario.digest import digest
from localcare.analysis.simulation.streams import streams

if TYPE_CHECKING:
    from localcare.analysis.simulation.result import SimulationResult

WORDS = (
    "pathway",
    "version",
    "step",
    "event",
    "from_state",
    "to_state",
    "service",
    "service_kind",
    "asked_by",
    "code",
    "priority",
    "detail",
)


def write(result: SimulationResult, folder: Path, replication: int) -> JournalFolder:
    """Run one replication again and write all it did, the warm-up included; `about` says from when on it counts."""
    from localcare.analysis.simulation.replication import history_of

    if not 0 <= replication < result.replications:
        raise LookupError(f"There are replications 0 to {result.replications - 1}, not {replication}.")
    history = history_of(
        result.prepared, "recursion" if result.engine == "recursion" else "events", result.seed, replication
    )
    return write_history(result, in_order(history), folder, replication)


def write_history(
    result: SimulationResult, history: History, folder: Path, replication: int
) -> JournalFolder:
    """Write a history in its order as a journal folder."""
    plan, calendar = result.prepared.plan, result.prepared.plan.calendar
    folder.mkdir(parents=True, exist_ok=True)
    people = people_numbers(history)
    write_table(table(plan, history, people), folder / "journal.parquet")
    firsts = np.flatnonzero(history.journey_rows[:, c.PERSON] == np.arange(history.journeys))
    stream = streams(result.seed, replication)
    write_table(people_of(plan, history.journey_rows[firsts, c.AREA], stream), folder / "people.parquet")
    write_table(_services(plan), folder / "services.parquet")
    write_pathways(folder, {(one.code, one.version): content_of(one) for one in plan.pathways})
    write_about(
        folder,
        About(
            "simulated",
            calendar.moment(calendar.midnights[plan.scenario.warm_up_days]),
            calendar.moment(calendar.end),
            purpose=plan.scenario.title,
            scenario=f"{plan.scenario.code} {digest(plan.scenario)}",
            seed=result.seed,
            replication=replication,
        ),
    )
    return JournalFolder(folder)


def people_numbers(history: History) -> np.ndarray:
    """The number of the person of each journey."""
    owner = history.journey_rows[:, c.PERSON]
    return np.asarray(np.cumsum(owner == np.arange(history.journeys))[owner])


def table(plan: Plan, history: History, people: np.ndarray) -> Any:
    """The journal of a history as a table; words are kept by number, which the file does not show."""
    entries = entries_of(plan, history)
    tasks, journeys = (
        _Columns(history.task_rows, entries.task),
        _Columns(history.journey_rows, entries.journey),
    )
    has_task = entries.task >= 0
    service = tasks[c.SERVICE]
    pathway = journeys[c.PATHWAY]
    because = np.where(entries.is_request, tasks[c.BECAUSE], -1)
    service_of = np.append(history.task_rows[:, c.SERVICE], -1)
    asked_by = service_of[because]
    at = (
        pa.array(entries.at + plan.calendar.start_since_1970)
        .cast(pa.timestamp("us"))
        .cast(pa.timestamp("us", tz="UTC"))
    )
    opened_from = journeys[c.OPENED_FROM]
    codes, versions = [one.code for one in plan.pathways], [one.version for one in plan.pathways]
    columns = {
        "entry": pa.array(np.arange(1, len(entries.at) + 1, dtype=np.int64)),
        "journey": pa.array(entries.journey + 1),
        "person": pa.array(people[entries.journey]),
        "pathway": _words(codes, pathway),
        "version": _words(versions, pathway),
        "opened_from": pa.array(opened_from.astype(np.int64) + 1, mask=opened_from < 0),
        "task": pa.array(entries.task + 1, mask=~has_task),
        "step": _words([step.code for _, step in plan.steps], tasks[c.STEP]),
        "event": _words(entries.event_names, entries.event),
        "from_state": _words(entries.state_names, entries.from_state),
        "to_state": _words(entries.state_names, entries.to_state),
        "effective_at": at,
        "recorded_at": at,
        "service": _words([one.code for one in plan.services], service),
        "service_kind": _words([one.kind for one in plan.services], service),
        "asked_by": _words([one.code for one in plan.services], asked_by),
        "code": _words(entries.code_names, entries.code),
        "priority": _words(["", *plan.priorities], _priorities(plan, entries, pathway, journeys[c.PRIORITY])),
        "undoes": pa.nulls(len(entries.at), pa.int64()),
        "detail": _details(entries, because),
    }
    return pa.table(columns, schema=_by_number(JOURNAL))


class _Columns:
    """Columns of a table at some rows; of no row (-1) each is -1."""

    def __init__(self, rows: np.ndarray, at: np.ndarray) -> None:
        self.rows, self.at = rows, at

    def __getitem__(self, column: int) -> np.ndarray:
        return np.asarray(np.append(self.rows[:, column], -1).astype(np.int32)[self.at])


def _by_number(schema: Any) -> Any:
    fields = [
        pa.field(field.name, pa.dictionary(pa.int32(), pa.string()), field.nullable)
        if field.name in WORDS
        else field
        for field in schema
    ]
    return pa.schema(fields, metadata=schema.metadata)


def _words(names: Iterable[str], places: np.ndarray) -> Any:
    """Words by number, each word once (a file with a word twice is not the same every time); -1 is none."""
    said = list(names)
    words = list(dict.fromkeys(said))
    number = np.array([*map(words.index, said), -1], dtype=np.int32)[places]
    found = pa.array(number, mask=number < 0) if (number < 0).any() else pa.array(number)
    return pa.DictionaryArray.from_arrays(found, pa.array(words, pa.string()))


def _priorities(plan: Plan, entries: Entries, pathway: np.ndarray, priority: np.ndarray) -> np.ndarray:
    """What the entries that set a priority set: the opening, and the request of a task."""
    named = np.array([bool(plan.scenario.pathways[one.code].priorities) for one in plan.pathways])
    sets = (entries.is_request | entries.is_opening) & named[pathway]
    return np.where(sets, priority + 1, 0)


def _details(entries: Entries, because: np.ndarray) -> Any:
    """Which entry led to a request."""
    leads = np.flatnonzero(because >= 0)
    causes, which = np.unique(entries.finished_by[because[leads]], return_inverse=True)
    texts = pa.compute.binary_join_element_wise(
        '{"because": ', pa.array(causes + 1).cast(pa.string()), "}", ""
    )
    places = np.zeros(len(because), dtype=np.int32)
    places[leads] = which + 1
    return pa.DictionaryArray.from_arrays(pa.array(places), pa.concat_arrays([pa.array(["{}"]), texts]))


def _services(plan: Plan) -> Any:
    rows = [
        {"code": one.code, "kind": one.kind, "title": one.title,
         "area": one.scenario.areas[0] if one.scenario and len(one.scenario.areas) == 1 else None}
        for one in plan.services
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SERVICES)


def write_table(found: Any, file: Path) -> None:
    """There whole or not at all; words by number are plain words to whoever reads the file."""
    part = file.with_name(f".{file.name}.part")
    try:
        with pa.parquet.ParquetWriter(
            part, found.schema, compression="zstd", compression_level=1, store_schema=False
        ) as writer:
            writer.write_table(found, row_group_size=8 * ROWS_IN_A_GROUP)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
