"""A replication as a journal folder: the same table that the lived journal is exported to."""

from __future__ import annotations

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
from localcare.analysis.simulation.network import Plan
from localcare.analysis.simulation.people import people_of
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
    people = _people_numbers(history)
    _write(table(plan, history, people), folder / "journal.parquet")
    firsts = np.unique(history.journey_rows[:, c.PERSON])
    stream = streams(result.seed, replication)
    _write(people_of(plan, history.journey_rows[firsts, c.AREA], stream), folder / "people.parquet")
    _write(_services(plan), folder / "services.parquet")
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


def _people_numbers(history: History) -> np.ndarray:
    """The number of the person of each journey."""
    _, places = np.unique(history.journey_rows[:, c.PERSON], return_inverse=True)
    return np.asarray(places) + 1


def table(plan: Plan, history: History, people: np.ndarray) -> Any:
    """The journal of a history as a table; words are kept by number, which the file does not show."""
    entries = entries_of(plan, history)
    whose = history.journey_rows[entries.journey]
    has_task = entries.task >= 0
    of_task = history.task_rows[np.maximum(entries.task, 0)] if history.tasks else None
    assert of_task is not None
    step = np.where(has_task, of_task[:, c.STEP], -1)
    service = np.where(has_task, of_task[:, c.SERVICE], -1)
    because = np.where(entries.is_request, of_task[:, c.BECAUSE], -1)
    asked_by = np.where(because >= 0, history.task_rows[np.maximum(because, 0), c.SERVICE], -1)
    at = (
        pa.array(entries.at + plan.calendar.start_since_1970)
        .cast(pa.timestamp("us"))
        .cast(pa.timestamp("us", tz="UTC"))
    )
    opened_from = whose[:, c.OPENED_FROM]
    codes = [pathway.code for pathway in plan.pathways]
    versions = [pathway.version for pathway in plan.pathways]
    columns = {
        "entry": pa.array(np.arange(1, len(entries.at) + 1, dtype=np.int64)),
        "journey": pa.array(entries.journey + 1),
        "person": pa.array(people[entries.journey]),
        "pathway": _words(codes, whose[:, c.PATHWAY]),
        "version": _words(versions, whose[:, c.PATHWAY]),
        "opened_from": pa.array(opened_from + 1, mask=opened_from < 0),
        "task": pa.array(entries.task + 1, mask=~has_task),
        "step": _words([step.code for _, step in plan.steps], step),
        "event": _words(entries.event_names, entries.event),
        "from_state": _words(entries.state_names, entries.from_state),
        "to_state": _words(entries.state_names, entries.to_state),
        "effective_at": at,
        "recorded_at": at,
        "service": _words([one.code for one in plan.services], service),
        "service_kind": _words([one.kind for one in plan.services], service),
        "asked_by": _words([one.code for one in plan.services], asked_by),
        "code": _words(entries.code_names, entries.code),
        "priority": _words(["", *plan.priorities], _priorities(plan, entries, whose)),
        "undoes": pa.nulls(len(entries.at), pa.int64()),
        "detail": _details(entries, because),
    }
    return pa.table(columns, schema=_by_number(JOURNAL))


def _by_number(schema: Any) -> Any:
    fields = [
        pa.field(field.name, pa.dictionary(pa.int32(), pa.string()), field.nullable)
        if field.name in WORDS
        else field
        for field in schema
    ]
    return pa.schema(fields, metadata=schema.metadata)


def _words(names: Any, places: np.ndarray) -> Any:
    """Words by number; -1 is none."""
    found = pa.array(places.astype(np.int32), mask=places < 0)
    return pa.DictionaryArray.from_arrays(found, pa.array(list(names), pa.string()))


def _priorities(plan: Plan, entries: Entries, whose: np.ndarray) -> np.ndarray:
    """What the entries that set a priority set: the opening, and the request of a task."""
    named = np.array([bool(plan.scenario.pathways[one.code].priorities) for one in plan.pathways])
    sets = (entries.is_request | entries.is_opening) & named[whose[:, c.PATHWAY]]
    return np.where(sets, whose[:, c.PRIORITY] + 1, 0)


def _details(entries: Entries, because: np.ndarray) -> Any:
    """Which entry led to a request."""
    leads = np.flatnonzero(because >= 0)
    finished = pa.array(entries.finished_by[because[leads]] + 1).cast(pa.string())
    texts = pa.compute.binary_join_element_wise('{"because": ', finished, "}", "")
    places = np.zeros(len(because), dtype=np.int32)
    places[leads] = np.arange(1, len(leads) + 1)
    return pa.DictionaryArray.from_arrays(pa.array(places), pa.concat_arrays([pa.array(["{}"]), texts]))


def _services(plan: Plan) -> Any:
    rows = [
        {"code": one.code, "kind": one.kind, "title": one.title,
         "area": one.scenario.areas[0] if one.scenario and len(one.scenario.areas) == 1 else None}
        for one in plan.services
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SERVICES)


def _write(found: Any, file: Path) -> None:
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
