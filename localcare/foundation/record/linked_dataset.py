"""The database written as a linked dataset: one consistent snapshot, for care or, without those who opted out, beyond."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
from django.db import InterfaceError, OperationalError

from localcare.analysis.dataset.linked_dataset import DatasetError
from localcare.analysis.dataset.schema import TABLES, Table, table
from localcare.analysis.dataset.writing import write_metadata
from localcare.analysis.libraries import duckdb
from localcare.foundation.record.dataset_queries import Purpose, Selection
from localcare.foundation.record.exporting import states
from localcare.foundation.record.exporting.folder import FolderInUse, put_in_place, unfinished
from localcare.foundation.record.exporting.giving_way import politely
from localcare.foundation.record.exporting.keys import find_key
from localcare.foundation.record.exporting.people import PseudonymsMeet
from localcare.foundation.record.exporting.rules import secondary_use
from localcare.foundation.record.exporting.run import Wanted, export_tables
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

Progress = Callable[[int, int, str], None]


class ExportFailed(RuntimeError):
    """The dataset could not be written; the message says why and what to do."""


@dataclass(frozen=True)
class ExportSummary:
    """What was written: rows of each table, how many were read for it, how long it took, and what to know.

    `since` names the earlier export it goes on from; `why_whole` says why it could not.
    """

    path: Path
    purpose: str
    rows: dict[str, int]
    seconds: float
    rows_read: int = 0
    since: str = ""
    why_whole: str = ""
    warnings: tuple[str, ...] = ()

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
    project: str = "",
    since: Path | str | None = None,
) -> ExportSummary:
    """Write the tables (all, or those named) as Parquet with `dataset.json` and a report into the folder `out`.

    `purpose` is "direct-care" (everyone), "planning" or "research" (people with a national data opt-out and sensitive
    codes left out, names, identifiers and free text removed, people and rows under pseudonyms made with the key of
    `project`, by default the purpose's). `pseudonymous` removes names and identifiers for direct care too; there
    `person_id` is the key of the person in the database. `since` is the folder of an earlier export: only what changed
    is read, and the dataset is whole all the same; where that cannot be, everything is read and the summary says why.
    Rows are in order of `person_id`. Raises PermissionError, KeyRefused, DatasetError, ExportFailed.
    """
    if not by.may("dataset.export"):
        raise PermissionError("To export the dataset you need the permission dataset.export.")
    started, folder = time.perf_counter(), Path(out)
    wanted = _checked(purpose, as_of, pseudonymous, project, tables, since)
    _audit(by, wanted)
    with _said_plainly(folder), unfinished(folder) as inside:
        finished = politely(lambda pace: export_tables(wanted, inside, pace, progress))
        write_metadata(inside, as_of=as_of, source=f"localcare export for {purpose}")
        finished.report.write(inside)
        put_in_place(inside, folder)
        states.keep(finished.state, finished.people)
    report = finished.report
    return ExportSummary(
        folder, purpose, {name: found.rows for name, found in report.tables.items()},
        time.perf_counter() - started, sum(found.read for found in report.tables.values()), report.since,
        report.why_whole, tuple(report.warnings()),
    )  # fmt: skip


def _checked(
    purpose: str, as_of: date, pseudonymous: bool | None, project: str, tables: Collection[str] | None,
    since: Path | str | None,
) -> Wanted:  # fmt: skip
    selection = _selection(purpose, as_of, pseudonymous)
    if project and not selection.goes_beyond_care:
        raise DatasetError("an export for direct care has no pseudonyms: leave the project out")
    key = find_key(project or purpose) if selection.goes_beyond_care else None
    return Wanted(_wanted(tables), selection, key, Path(since) if since else None)


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
    if chosen is Purpose.DIRECT_CARE:
        return Selection(chosen, as_of, bool(pseudonymous))
    if pseudonymous is False:
        raise DatasetError(f"an export for {purpose} always goes without names and identifiers")
    return Selection(chosen, as_of, True, secondary_use(purpose))


def _audit(by: Reader, wanted: Wanted) -> None:
    selection, key = wanted.selection, wanted.key
    record_access(
        reader=by, action="dataset.export", basis=selection.purpose.value,
        detail={"as_of": selection.as_of.isoformat(), "tables": wanted.names,
                "pseudonymous": selection.without_identifiers, "only_changes": wanted.since is not None,
                "key": f"{key.project}, version {key.version}" if key else ""},
    )  # fmt: skip


@contextmanager
def _said_plainly(folder: Path) -> Iterator[None]:
    """A full disk, a folder that cannot be written or a database that went away is said in a sentence."""
    try:
        yield
    except (FolderInUse, PseudonymsMeet) as error:
        raise ExportFailed(str(error)) from error
    except (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise ExportFailed(
            f"The database went away: {str(error).splitlines()[0]}."
            " When it answers again (localcare doctor), export again; no half-written table was left."
        ) from error
    except (OSError, duckdb.Error) as error:
        raise ExportFailed(
            f"{folder} could not be written: {str(error).splitlines()[0]}."
            " Free some space or choose another folder, then export again; no half-written table was left."
        ) from error
