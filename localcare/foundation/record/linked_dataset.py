"""The database written as a linked dataset: one consistent snapshot, for care or, without those who opted out, beyond."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from localcare.analysis.dataset.linked_dataset import DUCKDB_TYPES, DatasetError
from localcare.analysis.dataset.schema import TABLES, Table, table
from localcare.analysis.dataset.writing import write_metadata
from localcare.analysis.libraries import duckdb
from localcare.foundation.record.copying import stream_out
from localcare.foundation.record.dataset_queries import Purpose, Selection, select_people, table_query
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

Progress = Callable[[int, int, str], None]
MEMORY_LIMIT = "512MB"


class ExportFailed(RuntimeError):
    """The dataset could not be written; the message says why and what to do."""


@dataclass(frozen=True)
class ExportSummary:
    """What was written: rows of each table, and how long it took."""

    path: Path
    purpose: str
    rows: dict[str, int]
    seconds: float

    @property
    def total(self) -> int:
        """Rows of all tables."""
        return sum(self.rows.values())


def export_dataset(
    out: Path | str,
    *,
    as_of: date,
    by: Reader,
    purpose: str,
    progress: Progress | None = None,
    tables: Collection[str] | None = None,
    pseudonymous: bool | None = None,
) -> ExportSummary:
    """Write the tables (all, or those named) as Parquet with `dataset.json` into the folder `out`.

    `purpose` is "direct-care" (everyone), "planning" or "research" (people with a national data opt-out left out,
    names and identifiers removed, dates of birth shown as the first of the month). `pseudonymous` removes names and
    identifiers for direct care too. `person_id` is the key of the person in the database. Raises ExportFailed.
    """
    if not by.may("dataset.export"):
        raise PermissionError("To export the dataset you need the permission dataset.export.")
    started, folder = time.perf_counter(), Path(out)
    wanted = _wanted(tables)
    selection = _selection(purpose, as_of, pseudonymous)
    record_access(
        reader=by, action="dataset.export", basis=purpose,
        detail={"as_of": as_of.isoformat(), "tables": [found.name for found in wanted],
                "pseudonymous": selection.without_identifiers},
    )  # fmt: skip
    with _said_plainly(folder), _snapshot():
        folder.mkdir(parents=True, exist_ok=True)
        select_people(selection)
        rows = _write(wanted, folder, selection, progress)
        write_metadata(folder, as_of=as_of, source=f"localcare export for {purpose}")
    return ExportSummary(folder, purpose, rows, time.perf_counter() - started)


def _wanted(names: Collection[str] | None) -> list[Table]:
    try:
        return list(TABLES) if names is None else [table(name) for name in names]
    except KeyError as error:
        raise DatasetError(f"{error.args[0]}; the tables are {', '.join(t.name for t in TABLES)}") from error


def _selection(purpose: str, as_of: date, pseudonymous: bool | None) -> Selection:
    try:
        chosen = Purpose(purpose)
    except ValueError as error:
        raise DatasetError(
            f"{purpose!r} is no purpose of an export: choose {', '.join(item.value for item in Purpose)}"
        ) from error
    if chosen is not Purpose.DIRECT_CARE and pseudonymous is False:
        raise DatasetError(f"an export for {purpose} always goes without names and identifiers")
    return Selection(chosen, as_of, bool(pseudonymous) or chosen is not Purpose.DIRECT_CARE)


@contextmanager
def _snapshot() -> Iterator[None]:
    """One state of the database for all tables; inside somebody else's transaction, that transaction's."""
    with transaction.atomic():
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _write(
    wanted: list[Table], folder: Path, selection: Selection, progress: Progress | None
) -> dict[str, int]:
    done, total = 0, _expected_rows()

    def counted(rows: int) -> None:
        nonlocal done
        done += rows
        if progress:
            progress(min(done, total), total, "rows written")

    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(folder)}) as engine:
        written = {found.name: _write_table(engine, found, folder, selection, counted) for found in wanted}
    if progress:
        progress(total, total, "rows written")
    return written


def _write_table(
    engine: Any, described: Table, folder: Path, selection: Selection,
    counted: Callable[[int], None],
) -> int:  # fmt: skip
    """Write beside the final name and rename, so that a file is there whole or not at all."""
    part, rows = folder / f".{described.name}.part", 0

    def both(lines: int) -> None:
        nonlocal rows
        rows += lines
        counted(lines)

    types = ", ".join(f"'{column.name}': '{DUCKDB_TYPES[column.type]}'" for column in described.columns)
    target = str(part).replace("'", "''")
    try:
        stream_out(
            table_query(described, selection), engine,
            lambda path: f"COPY (SELECT * FROM read_csv('{path}', header = false, auto_detect = false, delim = ',',"
            f" quote = '\"', escape = '\"', nullstr = '\\N', parallel = false, columns = {{{types}}}))"
            f" TO '{target}' (FORMAT parquet, COMPRESSION zstd)",
            counted=both,
        )  # fmt: skip
        part.replace(folder / f"{described.name}.parquet")
    finally:
        part.unlink(missing_ok=True)
    (count,) = engine.execute(
        "SELECT count(*) FROM read_parquet(?)", [str(folder / f"{described.name}.parquet")]
    ).fetchall()[0]
    return int(count)


def _expected_rows() -> int:
    """About how many rows there are, from the database's own statistics."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_class WHERE relname = ANY(%s)",
            [["people_person", "people_registration", "people_relationship", "record_fact", "record_stay",
              "record_diagnosis", "record_procedure", "record_attendance", "record_contact", "record_package"]],
        )  # fmt: skip
        return int(cursor.fetchone()[0]) or 1


@contextmanager
def _said_plainly(folder: Path) -> Iterator[None]:
    """A full disk or a folder that cannot be written is said in a sentence."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        raise ExportFailed(
            f"{folder} could not be written: {str(error).splitlines()[0]}."
            " Free some space or choose another folder, then export again; no half-written table was left."
        ) from error
