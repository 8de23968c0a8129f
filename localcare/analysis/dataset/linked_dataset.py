"""A linked dataset on disk, opened as Ibis tables whose columns have the types of the schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from localcare.analysis.dataset.engine import DEFAULT_MEMORY_LIMIT, connect, distinct_values
from localcare.analysis.dataset.schema import TABLES, Column, Table, table
from localcare.analysis.libraries import ibis


class DatasetError(ValueError):
    """A dataset cannot be opened; the message names the place and the remedy."""


class LinkedDataset:
    """Tables of one directory: `<table>.parquet`, `<table>/*.parquet`, `<table>.csv` or `<table>.csv.gz`.

    Columns come cast to the schema; optional columns and tables that are absent come empty.
    """

    def __init__(self, path: Path | str, backend: Any, *, allow_missing: bool = False) -> None:
        self.path = Path(path)
        self.backend = backend
        self.views: dict[str, Path] = {}  # what the engine calls the files that were opened
        self.files = {candidate.name: table_file(self.path, candidate.name) for candidate in TABLES}
        self._refuse_what_cannot_be_read(allow_missing)

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        memory_limit: str = DEFAULT_MEMORY_LIMIT,
        threads: int | None = None,
        temp_directory: Path | str | None = None,
        allow_missing: bool = False,
    ) -> Self:
        """Open a directory on a DuckDB engine of its own; beyond the memory limit it spills to disk.

        Raises DatasetError when the directory or a required table is missing (`allow_missing` lets tables
        other than persons and registrations be absent, which then count as empty).
        """
        backend = connect(memory_limit=memory_limit, threads=threads, temp_directory=temp_directory)
        return cls(path, backend, allow_missing=allow_missing)

    def close(self) -> None:
        """Close the engine."""
        self.backend.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def table(self, name: str) -> Any:
        """The named table as an Ibis expression with the schema's columns in the schema's types."""
        described = table(name)
        file = self.files[name]
        if file is None:
            return ibis.memtable(ibis_schema(described).to_pyarrow().empty_table())
        raw = read_file(self.backend, file, described)
        self.views[raw.get_name()] = file
        return raw.select(**{column.name: _cast(file, raw, column) for column in described.columns})

    def distinct(self, name: str, column: str) -> list[str]:
        """The distinct values of a text column of a table, as recorded; empty ones are left out."""
        return distinct_values(self.table(name), column)

    def narrow(self, first: int, last: int) -> None:
        """Let every Parquet table already opened show only the people with keys from `first` to `last`.

        DuckDB only: expressions made before stay as they are, and skip the row groups of other people.
        """
        for view, file in self.views.items():
            path = parquet_path(file).replace("'", "''")
            self.backend.con.execute(
                f"create or replace temp view \"{view}\" as select * from read_parquet('{path}')"
                f" where person_id between {int(first)} and {int(last)}"
            )

    def _refuse_what_cannot_be_read(self, allow_missing: bool) -> None:
        if not self.path.is_dir():
            raise DatasetError(f"{self.path} is not a directory: give the folder that holds persons.parquet")
        always = ("persons", "registrations")
        missing = [
            candidate.name
            for candidate in TABLES
            if self.files[candidate.name] is None
            and candidate.required
            and (not allow_missing or candidate.name in always)
        ]
        if missing:
            names = ", ".join(missing)
            raise DatasetError(
                f"{self.path} has no {names}: add {missing[0]}.parquet (or .csv), with no rows if there are none;"
                " `localcare dataset schema` prints the columns"
            )


def table_file(directory: Path, name: str) -> Path | None:
    """The file, or the directory of Parquet files, that holds the named table; None when there is none."""
    for suffix in (".parquet", ".csv", ".csv.gz"):
        if (directory / f"{name}{suffix}").is_file():
            return directory / f"{name}{suffix}"
    parts = directory / name
    return parts if parts.is_dir() and any(parts.glob("*.parquet")) else None


def parquet_path(file: Path) -> str:
    """The file, or all Parquet files of the directory, as the engine reads them."""
    return str(file / "*.parquet" if file.is_dir() else file)


def read_file(backend: Any, file: Path, described: Table, *, as_text: bool = False) -> Any:
    """The rows as stored; a CSV is read in the schema's types, or as text for the checks."""
    if file.is_dir() or file.suffix == ".parquet":
        return backend.read_parquet(parquet_path(file))
    if as_text:
        return backend.read_csv(str(file), all_varchar=True, header=True)
    present = backend.read_csv(str(file), all_varchar=True, header=True).columns
    types = {column.name: DUCKDB_TYPES[column.type] for column in described.columns if column.name in present}
    return backend.read_csv(str(file), types=types, header=True)


DUCKDB_TYPES = {
    "int64": "BIGINT",
    "int32": "INTEGER",
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
}

IBIS_TYPES = {
    "int64": "int64",
    "int32": "int32",
    "string": "string",
    "date": "date",
    "timestamp": "timestamp",
    "double": "float64",
    "boolean": "boolean",
}


def ibis_schema(described: Table) -> Any:
    """The table's columns as an Ibis schema."""
    return ibis.schema({column.name: IBIS_TYPES[column.type] for column in described.columns})


def _cast(file: Path, raw: Any, column: Column) -> Any:
    if column.name not in raw.columns:
        if column.required:
            raise DatasetError(
                f"{file}: the required column {column.name} is missing; add it"
                f" ({column.type}: {column.meaning}), or run `localcare dataset check` for every problem"
            )
        return ibis.null(IBIS_TYPES[column.type])
    return raw[column.name].cast(IBIS_TYPES[column.type])
