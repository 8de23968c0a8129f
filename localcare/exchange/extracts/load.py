"""Load a linked dataset (Parquet or CSV) into the database: file by file, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from django.db import connection
from django.utils import timezone

from localcare.analysis.dataset.linked_dataset import DatasetError
from localcare.analysis.dataset.schema import TABLES, Table
from localcare.analysis.dataset.writing import read_metadata
from localcare.exchange.extracts.engine import Received, loading_engine, received_file
from localcare.exchange.extracts.lookups import fetch_everyone
from localcare.exchange.extracts.rows import Placed, Rows, put_rows_in
from localcare.exchange.loads.models import LoadRun
from localcare.exchange.loads.quarantine import Refused, keep_out
from localcare.exchange.loads.runs import (
    Stopwatch,
    digest_of,
    keep_file,
    load_run,
    loaded_before,
    settle,
    source_named,
    whole_file,
)  # fmt: skip
from localcare.exchange.loads.summaries import FileSummary, LoadSummary
from localcare.foundation.record.models import Source
from localcare.kernel.access.readers import Reader

FEED = "dataset"
Progress = Callable[[int, int, str], None]


# Files of one chain follow one another; chains go side by side, for a load waits mostly for the server.
CHAINS = (
    ("facts",),
    ("contacts", "attendances"),
    ("stays", "diagnoses", "procedures"),
    ("registrations", "relationships", "packages"),
)
SIDE_BY_SIDE = 2


@dataclass
class _Counter:
    """Rows that have passed, for the progress shown."""

    total: int
    progress: Progress | None
    done: int = 0
    lock: Lock = field(default_factory=Lock)

    def for_table(self, what: str) -> Callable[[int], None]:
        def counted(rows: int) -> None:
            with self.lock:
                self.done += rows
                if self.progress:
                    self.progress(min(self.done, self.total), self.total, what)

        return counted


@dataclass(frozen=True)
class _Loading:
    """What every file of a load shares."""

    engine: Any
    run: LoadRun
    source: Source
    latest_day: date
    counter: _Counter
    files: dict[str, tuple[Received, list[Path]]]

    def load(self, names: Iterable[str]) -> list[FileSummary]:
        """Load the named tables that there are, one after the other."""
        return [_load_file(self, *self.files[name]) for name in names if name in self.files]

    def load_apart(self, names: Iterable[str]) -> list[FileSummary]:
        """The same in a thread, with a connection and an engine's cursor of its own."""
        try:
            return replace(self, engine=self.engine.cursor()).load(names)
        finally:
            connection.close()


def load_dataset(
    path: Path | str, *, by: Reader, progress: Progress | None = None, source: str | None = None
) -> LoadSummary:
    """Load every table of the dataset in the folder `path`; rows that cannot go in are kept in quarantine.

    `source` names the sender (by default what `dataset.json` says): with a row's key it makes the row known, so loading
    again changes nothing and a corrected row replaces the earlier one. Raises FileRefused for a file that cannot be
    read; the files before it are in, and loading again goes on from there.
    """
    folder, stopwatch = Path(path), Stopwatch()
    metadata = read_metadata(folder)
    sender = source_named(source or metadata.get("source") or "linked dataset")
    with loading_engine() as engine:
        files = _files(engine, folder)
        counter = _Counter(sum(received.rows for received, _ in files.values()), progress)
        with load_run(feed=FEED, source=sender, location=str(folder), by=by) as run:
            loading = _Loading(engine, run, sender, _latest_day(metadata), counter, files)
            done = loading.load(["persons"])
            fetch_everyone(engine, sender.pk)
            done += _load_chains(loading)
        return LoadSummary(run.pk, sender.name, tuple(done), stopwatch.seconds, notes=tuple(_notes(files)))


def _load_chains(loading: _Loading) -> list[FileSummary]:
    """Side by side where each thread can have its own transaction; one after the other inside somebody else's."""
    if connection.in_atomic_block:
        return [summary for chain in CHAINS for summary in loading.load(chain)]
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        chains = [pool.submit(loading.load_apart, chain) for chain in CHAINS]
    return [summary for chain in chains for summary in chain.result()]


def _files(engine: Any, folder: Path) -> dict[str, tuple[Received, list[Path]]]:
    if not folder.is_dir():
        raise DatasetError(f"{folder} is not a folder: give the folder that holds persons.parquet")
    found = {table.name: file for table in TABLES if (file := received_file(engine, folder, table))}
    if not found:
        names = ", ".join(f"{table.name}.parquet" for table in TABLES)
        raise DatasetError(
            f"{folder} holds no table of a linked dataset: it needs {names} (or .csv, .csv.gz)"
        )
    return found


def _load_file(loading: _Loading, received: Received, parts: list[Path]) -> FileSummary:
    table, name, stopwatch = received.table, _name(parts), Stopwatch()
    counted = loading.counter.for_table(table.name)
    digest = digest_of(*parts)
    with whole_file(loading.source, table.name):
        if loaded_before(loading.source, table.name, digest):
            counted(received.rows)
            return FileSummary(
                table.name, name, received.rows, unchanged=received.rows, was_loaded_before=True
            )
        refuse = partial(_keep_out, loading.run, table.name, name)
        rows = Rows(received, loading.run, loading.source, loading.latest_day, refuse)
        placed = put_rows_in(loading.engine, rows, counted=counted)
        settle()
        summary = _summary(table, name, received.rows, placed, stopwatch.seconds)
        keep_file(loading.run, digest, summary)
    return summary


def _keep_out(run: LoadRun, table: str, file_name: str, refused: Iterable[Refused]) -> int:
    return keep_out(run, table=table, file_name=file_name, refused=refused)


def _summary(table: Table, name: str, received: int, placed: Placed, seconds: float) -> FileSummary:
    merged = placed.merged
    return FileSummary(
        table.name,
        name,
        received,
        merged.added,
        merged.updated,
        merged.unchanged,
        placed.quarantined,
        seconds,
    )


def _name(parts: list[Path]) -> str:
    return parts[0].name if len(parts) == 1 else f"{parts[0].parent.name}/*.parquet"


def _latest_day(metadata: dict[str, Any]) -> date:
    """No event can be later than today, or than the day a (synthetic) dataset says it is complete up to."""
    today = timezone.localdate()
    try:
        return max(today, date.fromisoformat(metadata["as_of"]))
    except (KeyError, TypeError, ValueError):
        return today


def _notes(files: dict[str, tuple[Received, list[Path]]]) -> list[str]:
    notes = []
    for received, _ in files.values():
        known = {column.name for column in received.table.columns}
        if unknown := sorted(set(received.types) - known):
            notes.append(
                f"{received.table.name}: columns not in the schema were left out: {', '.join(unknown)}"
            )
    return notes
