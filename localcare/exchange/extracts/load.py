"""Load a linked dataset (Parquet or CSV) into the database: file by file, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from localcare.analysis.dataset.linked_dataset import DatasetError
from localcare.analysis.dataset.schema import TABLES, Table
from localcare.analysis.dataset.writing import read_metadata
from localcare.exchange.extracts.engine import Received, loading_engine, received_file
from localcare.exchange.extracts.rows import Placed, Rows, put_rows_in
from localcare.exchange.loads.models import LoadRun
from localcare.exchange.loads.runs import (
    Stopwatch, digest_of, keep_file, load_run, loaded_before, source_named, whole_file,
)  # fmt: skip
from localcare.exchange.loads.summaries import FileSummary, LoadSummary
from localcare.foundation.record.models import Source
from localcare.kernel.access.readers import Reader

FEED = "dataset"
Progress = Callable[[int, int, str], None]


@dataclass
class _Counter:
    """Rows that have passed, for the progress shown."""

    total: int
    progress: Progress | None
    done: int = 0

    def for_table(self, what: str) -> Callable[[int], None]:
        def counted(rows: int) -> None:
            self.done += rows
            if self.progress:
                self.progress(min(self.done, self.total), self.total, what)

        return counted


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
        counter = _Counter(sum(received.rows for received, _ in files), progress)
        with load_run(feed=FEED, source=sender, location=str(folder), by=by) as run:
            latest = _latest_day(metadata)
            done = tuple(
                _load_file(engine, received, parts, run=run, source=sender, latest=latest, counter=counter)
                for received, parts in files
            )
        return LoadSummary(run.pk, sender.name, done, stopwatch.seconds, notes=tuple(_notes(files)))


def _files(engine: Any, folder: Path) -> list[tuple[Received, list[Path]]]:
    if not folder.is_dir():
        raise DatasetError(f"{folder} is not a folder: give the folder that holds persons.parquet")
    found = [file for table in TABLES if (file := received_file(engine, folder, table))]
    if not found:
        names = ", ".join(f"{table.name}.parquet" for table in TABLES)
        raise DatasetError(
            f"{folder} holds no table of a linked dataset: it needs {names} (or .csv, .csv.gz)"
        )
    return found


def _load_file(
    engine: Any, received: Received, parts: list[Path], *, run: LoadRun, source: Source, latest: date,
    counter: _Counter,
) -> FileSummary:  # fmt: skip
    table, name, stopwatch = received.table, _name(parts), Stopwatch()
    counted = counter.for_table(table.name)
    digest = digest_of(*parts)
    with whole_file(source):
        if loaded_before(source, table.name, digest):
            counted(received.rows)
            return FileSummary(
                table.name, name, received.rows, unchanged=received.rows, was_loaded_before=True
            )
        rows = Rows(received, run=run, source=source, file_name=name, latest_day=latest)
        placed = put_rows_in(engine, rows, counted=counted)
        summary = _summary(table, name, received.rows, placed, stopwatch.seconds)
        keep_file(run, digest, summary)
    return summary


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


def _notes(files: list[tuple[Received, list[Path]]]) -> list[str]:
    notes = []
    for received, _ in files:
        known = {column.name for column in received.table.columns}
        if unknown := sorted(set(received.types) - known):
            notes.append(
                f"{received.table.name}: columns not in the schema were left out: {', '.join(unknown)}"
            )
    return notes
