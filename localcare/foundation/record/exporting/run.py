"""One export from its snapshot to finished files, with what is to be reported and remembered of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from localcare.analysis.dataset.schema import Table
from localcare.analysis.dataset.writing import METADATA_FILE
from localcare.analysis.libraries import duckdb
from localcare.foundation.record.dataset_queries import MODELS, Selection
from localcare.foundation.record.exporting import states
from localcare.foundation.record.exporting.changes import Changes, changes_since
from localcare.foundation.record.exporting.deletions import hold_deletions, remember, transactions
from localcare.foundation.record.exporting.giving_way import Pace
from localcare.foundation.record.exporting.keys import PseudonymKey
from localcare.foundation.record.exporting.people import PEOPLE, fetch_people
from localcare.foundation.record.exporting.report import JSON_FILE, Report
from localcare.foundation.record.exporting.shaping import Shape, quoted
from localcare.foundation.record.exporting.tables import TableWriter
from localcare.foundation.record.exporting.withheld import withhold

Progress = Callable[[int, int, str], None]
MEMORY_LIMIT = "512MB"
WORK = "work"


@dataclass(frozen=True)
class Wanted:
    """What was asked for, checked."""

    tables: list[Table]
    selection: Selection
    key: PseudonymKey | None
    since: Path | None

    @property
    def names(self) -> list[str]:
        """The tables' names."""
        return [found.name for found in self.tables]


@dataclass(frozen=True)
class Finished:
    """Files that are complete, what to report of them and what to remember."""

    report: Report
    state: states.State
    people: Path


@dataclass
class _Progress:
    """Rows that have passed, as told to whoever waits."""

    tell: Progress | None
    total: int
    done: int = 0

    def passed(self, rows: int) -> None:
        self.done += rows
        if self.tell:
            self.tell(min(self.done, self.total), self.total, "rows read")

    def finish(self) -> None:
        if self.tell:
            self.tell(self.total, self.total, "rows written")


def export_tables(wanted: Wanted, folder: Path, pace: Pace, tell: Progress | None) -> Finished:
    """Write the tables into the folder, from one state of the database; the transaction must not have looked at it yet."""
    hold_deletions()
    _, horizon = transactions()
    work = folder / WORK
    work.mkdir()
    engine = _engine(work)
    try:
        fetch_people(engine, wanted.selection, wanted.key, pace)
        people = work / states.PEOPLE
        engine.execute(f"COPY {PEOPLE} TO '{quoted(people)}' (FORMAT parquet)")
        rules = wanted.selection.rules
        withheld = withhold(engine, rules, wanted.names) if rules else {}
        pace.rest()
        made_of = states.made_of(wanted.selection, wanted.names, wanted.key)
        changes, why_whole = _changes(engine, wanted, made_of)
        shape = Shape(is_pseudonymous=wanted.key is not None, withholds=rules is not None)
        progress = _Progress(tell, _expected_rows(wanted.names))
        writer = TableWriter(engine, folder, wanted.selection, shape, pace, changes, progress.passed)
        for described in wanted.tables:
            writer.write(described)
        progress.finish()
        opted_out = _people_on_the_register() - _people_exported(engine)
    finally:
        engine.close()
    name = states.new_name()
    remember(name, horizon)
    report = Report(
        name, wanted.selection, {one: writer.written[one] for one in wanted.names},
        changes.state.export if changes else "", why_whole, wanted.key, opted_out, withheld,
    )  # fmt: skip
    digests = {file.name: states.file_digest(file) for file in sorted(folder.glob("*.parquet"))}
    state = states.State(
        name, wanted.selection.as_of.isoformat(), horizon, made_of, states.practices_digest(), digests
    )
    return Finished(report, state, people)


def _engine(work: Path) -> Any:
    return duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(work), "threads": 1})


def _changes(engine: Any, wanted: Wanted, made_of: dict[str, str]) -> tuple[Changes | None, str]:
    """What changed since the earlier export, or why everything is read."""
    if wanted.since is None:
        return None, ""
    latest, _ = transactions()
    try:
        state, people = states.earlier(
            _name_of(wanted.since), wanted.since, made_of=made_of, latest_transaction=latest
        )
        return changes_since(engine, state, people, wanted.since, practices=states.practices_digest()), ""
    except states.NoBase as reason:
        return None, str(reason)


def _name_of(folder: Path) -> str:
    try:
        (folder / METADATA_FILE).stat()  # goes last, so without it the dataset is not whole
        return str(json.loads((folder / JSON_FILE).read_text(encoding="utf-8"))["export"])
    except (OSError, ValueError, KeyError, TypeError):
        raise states.NoBase(f"{folder} holds no finished export with its {JSON_FILE}") from None


def _expected_rows(tables: list[str]) -> int:
    """About how many rows there are, from the database's own statistics."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_class WHERE oid = ANY(%s::regclass[])",
            [[MODELS[name] for name in tables]],
        )
        return int(cursor.fetchone()[0]) or 1


def _people_on_the_register() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_person WHERE merged_into_id IS NULL")
        return int(cursor.fetchone()[0])


def _people_exported(engine: Any) -> int:
    (people,) = engine.execute(f"SELECT count(DISTINCT person_id) FROM {PEOPLE}").fetchone()
    return int(people)
