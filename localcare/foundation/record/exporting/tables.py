"""One table after the other, read from the database and written as Parquet: whole, or what changed onto an earlier one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from localcare.analysis.dataset.schema import Table
from localcare.foundation.record.copying import stream_out, stream_pieces_out
from localcare.foundation.record.dataset_queries import Selection, table_query
from localcare.foundation.record.exporting.changes import GONE, Changes, pieces
from localcare.foundation.record.exporting.giving_way import Pace
from localcare.foundation.record.exporting.people import reading
from localcare.foundation.record.exporting.shaping import Shape, in_order, quoted, types_of


@dataclass(frozen=True)
class Written:
    """What became of a table: its rows, how many were read from the database, and whether all of them were."""

    rows: int
    read: int
    is_whole: bool
    why_whole: str = ""


@dataclass
class TableWriter:
    """Writes tables into a folder that nobody looks into yet."""

    engine: Any
    folder: Path
    selection: Selection
    shape: Shape
    pace: Pace
    changes: Changes | None
    counted: Callable[[int], None]
    written: dict[str, Written] = field(default_factory=dict)

    def write(self, described: Table) -> None:
        """Write one table."""
        if self.changes is None:
            self.written[described.name] = self._whole(described)
        elif reason := self.changes.reason_for_all(described, self.selection):
            self.written[described.name] = self._whole(described, reason)
        else:
            self.written[described.name] = self._onto(described, self.changes)

    def _whole(self, described: Table, why: str = "") -> Written:
        read, shaped = _Counter(self._passing), f"shaped_{described.name}"
        stream_out(
            table_query(described, self.selection), self.engine,
            lambda path: f"CREATE TABLE {shaped} AS {self.shape.rows(described, reading(path, types_of(described)))}",
            counted=read,
        )  # fmt: skip
        self._sort_out(described, shaped)
        return Written(self._rows(described), read.rows, True, why)

    def _onto(self, described: Table, changes: Changes) -> Written:
        """What changed since, put in the place of what stood there."""
        changed, read = f"changed_{described.name}", _Counter(self._passing)
        stream_pieces_out(
            changes.queries(described, self.selection, self.pace), self.engine,
            lambda path: f"CREATE TABLE {changed} AS SELECT * FROM {reading(path, types_of(described))}",
            counted=read,
        )  # fmt: skip
        deleted = changes.deleted(described)
        if read.rows or deleted or changes.takes_people_out:
            self._replace(described, changes.base, changed, deleted)
        else:
            shutil.copyfile(changes.base / f"{described.name}.parquet", self._file(described))
        self.engine.cursor().execute(f"DROP TABLE {changed}")
        rows = self._rows(described)
        if not self.selection.goes_beyond_care and rows != self._rows_held(described):
            return self._whole(described, "the number of rows was not that of the database")
        return Written(rows, read.rows, False)

    def _replace(self, described: Table, base: Path, changed: str, deleted: list[int]) -> None:
        """The earlier rows without those deleted, changed or of people taken out, and the changed ones as they are."""
        name, engine = described.name, self.engine.cursor()
        replaced = f"replaced_{name}"
        engine.execute(f"CREATE TABLE {replaced} AS SELECT key FROM ({self.shape.keys(described, changed)})")
        engine.execute(
            f"INSERT INTO {replaced} SELECT {self.shape.key(name, 'held')} FROM (SELECT unnest(?::BIGINT[]) AS held)",
            [deleted],
        )
        kept = ", ".join(self.shape.kept(described, column, "base") for column in described.columns)
        people = ["person_id", *(["related_person_id"] if name == "relationships" else [])]
        conditions = [
            f"NOT EXISTS (SELECT 1 FROM {replaced} WHERE {replaced}.key = base.{described.key})"
        ] + [f"NOT EXISTS (SELECT 1 FROM {GONE} WHERE {GONE}.person_id = base.{column})" for column in people]
        earlier = f"read_parquet('{quoted(base / f'{name}.parquet')}')"
        untouched = f"SELECT {kept} FROM {earlier} AS base WHERE {' AND '.join(conditions)}"
        shaped = f"shaped_{name}"
        engine.execute(
            f"CREATE TABLE {shaped} AS {untouched} UNION ALL {self.shape.rows(described, changed)}"
        )
        engine.execute(f"DROP TABLE {replaced}")
        self._sort_out(described, shaped)

    def _sort_out(self, described: Table, shaped: str) -> None:
        """Write the rows of an engine's table in their order, and drop it.

        By itself: a sort of millions of rows beside a join asks for more memory than the engine may have.
        """
        engine, target = self.engine.cursor(), quoted(self._file(described))
        rows = f"SELECT * FROM {shaped} ORDER BY {in_order(described)}"
        engine.execute(f"COPY ({rows}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        engine.execute(f"DROP TABLE {shaped}")

    def _rows(self, described: Table) -> int:
        file = str(self._file(described))
        (rows,) = self.engine.cursor().execute("SELECT count(*) FROM read_parquet(?)", [file]).fetchall()[0]
        return int(rows)

    def _rows_held(self, described: Table) -> int:
        held = 0
        for piece in pieces(described):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT count(*) FROM ({table_query(described, self.selection)} AND {piece}) AS held"
                )
                held += cursor.fetchone()[0]
            self.pace.rest()
        return held

    def _file(self, described: Table) -> Path:
        return self.folder / f"{described.name}.parquet"

    def _passing(self, rows: int) -> None:
        self.counted(rows)
        self.pace.rest()


@dataclass
class _Counter:
    """Counts the rows of one table and tells of them."""

    tell: Callable[[int], None]
    rows: int = 0

    def __call__(self, rows: int) -> None:
        self.rows += rows
        self.tell(rows)
