"""A linked dataset, on disk or where Spark reads, opened as Ibis tables whose columns have the types of the schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from localcare.analysis.dataset.engine import (
    ENGINES,
    Engine,
    connect,
    distinct_values,
    give_memory,
    is_spark,
)
from localcare.analysis.dataset.schema import TABLES, Column, Table, table
from localcare.analysis.dataset.spark import connect_spark
from localcare.analysis.dataset.spark_files import SparkFiles, address_of, is_address, nothing
from localcare.analysis.dataset.writing import METADATA_FILE
from localcare.analysis.libraries import ibis


class DatasetError(ValueError):
    """A dataset cannot be opened; the message names the place and the remedy."""


class LinkedDataset:
    """Tables of one folder: `<table>.parquet` or `<table>` (a file, or a folder of Parquet files), `<table>.csv[.gz]`.

    Columns come cast to the schema; optional columns and tables that are absent come empty.
    """

    def __init__(self, path: Path | str, backend: Any, *, allow_missing: bool = False) -> None:
        self.backend = backend
        self._spark = SparkFiles(backend) if is_spark(backend) else None
        self.path: Any = address_of(path) if self._spark else Path(path)  # an address as text, or a Path
        self._end: Callable[[], None] = backend.disconnect
        self.views: dict[str, Any] = {}  # what the engine calls the files that were opened
        self._refuse_what_is_no_folder(path)
        locate: Any = self._spark.table_file if self._spark else table_file
        self.files: dict[str, Any] = {
            candidate.name: locate(self.path, candidate.name) for candidate in TABLES
        }
        self._refuse_what_cannot_be_read(allow_missing)

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        engine: Engine = "duckdb",
        master: str | None = None,
        memory_limit: str | None = None,
        threads: int | None = None,
        temp_directory: Path | str | None = None,
        allow_missing: bool = False,
        spark_settings: Mapping[str, str] | None = None,
    ) -> Self:
        """Open a folder on an engine of its own; beyond the memory limit it spills to `temp_directory`.

        Without a limit, DuckDB has 800 MB, and 200 MB for each million people where that is more and half of the
        machine's memory allows it. DuckDB reads folders of this machine with so many `threads`. Spark reads any
        address it knows (s3a://, hdfs://, file://) on the `master` (by default all cores of this machine), with further
        `spark_settings`; a session that is already active is used and left as it is. Raises SparkError when PySpark or
        Java is missing, and DatasetError when the folder or a required table is missing (`allow_missing` lets tables
        other than persons and registrations be absent, which then count as empty).
        """
        if engine not in ENGINES:
            raise DatasetError(f"there is no engine {engine!r}; choose from {', '.join(ENGINES)}")
        if engine == "duckdb":
            _refuse_what_is_for_spark(path, master, spark_settings)
            options: dict[str, Any] = {} if memory_limit is None else {"memory_limit": memory_limit}
            backend = connect(threads=threads, temp_directory=temp_directory, **options)
            dataset = cls(path, backend, allow_missing=allow_missing)
            if memory_limit is None:
                give_memory(backend, dataset.people_in_files())
            return dataset
        spark = connect_spark(
            master=master, memory_limit=memory_limit, temp_directory=temp_directory, settings=spark_settings
        )
        try:
            opened = cls(path, spark.backend, allow_missing=allow_missing)
        except BaseException:
            spark.close()
            raise
        opened._end = spark.close
        return opened

    def close(self) -> None:
        """End the engine, unless it is a Spark session that somebody else began."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def metadata(self) -> dict[str, Any]:
        """The content of `dataset.json`; an empty mapping when there is none."""
        if self._spark:
            content = self._spark.text(f"{self.path}/{METADATA_FILE}")
        else:
            file = self.path / METADATA_FILE
            content = file.read_text(encoding="utf-8") if file.is_file() else None
        found: dict[str, Any] = json.loads(content) if content else {}
        return found

    def table(self, name: str) -> Any:
        """The named table as an Ibis expression with the schema's columns in the schema's types."""
        described = table(name)
        file = self.files[name]
        if file is None:
            return self._nothing(described)
        raw = self._spark.read(file, described) if self._spark else read_file(self.backend, file, described)
        self.views[raw.get_name()] = file
        return raw.select(**{column.name: _cast(file, raw, column) for column in described.columns})

    def distinct(self, name: str, column: str) -> list[str]:
        """The distinct values of a text column of a table, as recorded; empty ones are left out."""
        return distinct_values(self.table(name), column)

    def people_in_files(self) -> int:
        """How many rows the Parquet files of persons say they have; 0 for CSV, which would have to be read. DuckDB only."""
        file = self.files["persons"]
        if file.suffix in (".csv", ".gz"):
            return 0
        (people,) = self.backend.con.execute(
            "select sum(num_rows) from parquet_file_metadata(?)", [parquet_path(file)]
        ).fetchone()
        return int(people or 0)

    def narrow(self, first: int, last: int) -> None:
        """Let every Parquet table already opened show only the people with keys from `first` to `last`.

        DuckDB only: expressions made before stay as they are, and skip the row groups of other people.
        """
        for view, file in self.views.items():
            path = parquet_path(file).replace("'", "''")
            self.backend.con.execute(
                f"create or replace temp view \"{view}\" as select * from read_parquet('{path}', hive_types_autocast = false)"
                f" where person_id between {int(first)} and {int(last)}"
            )

    def _nothing(self, described: Table) -> Any:
        schema = ibis_schema(described)
        if self._spark:
            return nothing(self.backend, schema)
        return ibis.memtable(schema.to_pyarrow().empty_table())

    def _refuse_what_is_no_folder(self, path: Path | str) -> None:
        if not (self._spark.is_folder(self.path) if self._spark else self.path.is_dir()):
            raise DatasetError(f"{path} is not a directory: give the folder that holds persons.parquet")

    def _refuse_what_cannot_be_read(self, allow_missing: bool) -> None:
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


def _refuse_what_is_for_spark(
    path: Path | str, master: str | None, settings: Mapping[str, str] | None
) -> None:
    if is_address(path):
        raise DatasetError(f'{path} is read by Spark: open it with engine="spark" (--engine spark)')
    if master or settings:
        raise DatasetError(
            'a master and settings are for Spark: add engine="spark" (--engine spark), or leave them'
        )


def table_file(directory: Path, name: str) -> Path | None:
    """The file, or the folder of Parquet files (however deep), that holds the named table; None when there is none."""
    for suffix in (".parquet", ".csv", ".csv.gz", ""):
        found = directory / f"{name}{suffix}"
        if found.is_file() and suffix:
            return found
        if found.is_dir() and suffix in (".parquet", "") and any(found.rglob("*.parquet")):
            return found
    return None


def parquet_path(file: Path) -> str:
    """The file, or all Parquet files of the folder, as the engine reads them."""
    return str(file / "**" / "*.parquet" if file.is_dir() else file)


def read_file(backend: Any, file: Path, described: Table, *, as_text: bool = False) -> Any:
    """The rows as stored; a CSV is read in the schema's types, or as text for the checks."""
    if file.is_dir() or file.suffix == ".parquet":
        return backend.read_parquet(parquet_path(file), hive_types_autocast=False)
    if as_text:
        return backend.read_csv(str(file), all_varchar=True, header=True)
    present = backend.read_csv(str(file), all_varchar=True, header=True).columns
    # moments as text, because the reader drops their offset silently; days as the schema has them, never guessed
    kinds = DUCKDB_TYPES | {"timestamp": "VARCHAR"}
    types = {column.name: kinds[column.type] for column in described.columns if column.name in present}
    return backend.read_csv(str(file), types=types, header=True, dateformat="%Y-%m-%d")


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
    stored = raw[column.name]
    if column.type == "timestamp" and stored.type().is_string():
        stored = stored.cast("timestamp('UTC')")  # which heeds an offset, and takes none for UTC
    return stored.cast(IBIS_TYPES[column.type])
