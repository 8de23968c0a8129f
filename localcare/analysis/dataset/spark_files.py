"""Files where Spark finds them: a folder of this machine, or any address that Hadoop's file systems understand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from localcare.analysis.dataset.schema import Table
from localcare.analysis.dataset.spark import SparkError, plainly, pyspark, session_of
from localcare.analysis.libraries import Library
from localcare.analysis.libraries import pyarrow as pa

Told = Callable[[int, int], None]
DELIMITERS = ",;\t|"  # the first that the header has most of
_ADDRESS = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:/")
_NUMBERS = count(1)
py4j: Any = Library("py4j", "protocol")
SPARK_TYPES = {
    "int64": "bigint",
    "int32": "int",
    "string": "string",
    "date": "date",
    "timestamp": "timestamp_ntz",
    "double": "double",
    "boolean": "boolean",
}
_ARROW = {"float64": "float64", "date": "date32"}  # where Arrow's name of a type is not Ibis's


def is_address(path: Path | str) -> bool:
    """Whether this is an address such as s3a://bucket/folder, and not a path of this machine."""
    return bool(_ADDRESS.match(str(path)))


def address_of(path: Path | str) -> str:
    """The address of a place; a path without a scheme is one of this machine, whatever Spark's default is."""
    return str(path).rstrip("/") if is_address(path) else f"file://{Path(path).absolute()}"


class SparkFiles:
    """Looks up, reads, copies and removes files through Spark's own file systems."""

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.session = session_of(backend)

    def is_folder(self, address: str) -> bool:
        """Whether there is a folder; SparkError when its file system cannot be reached."""
        return bool(
            self._asked(address, lambda system, path: system.exists(path) and _is_folder(system, path))
        )

    def table_file(self, folder: str, name: str) -> str | None:
        """The address of a table's file or folder of files; None when there is none."""
        for ending in (".parquet", ".csv", ".csv.gz", ""):
            address = f"{folder}/{name}{ending}"
            if self._asked(address, partial(_holds, ending)):
                return address
        return None

    def read(self, address: str, described: Table) -> Any:
        """The rows as an Ibis table: Parquet as stored, CSV in the schema's types; moments in UTC without a zone."""
        with plainly(f"{address}: Spark cannot read {described.name}"):
            if address.endswith((".csv", ".csv.gz")):
                return named(self.backend, _typed(self._csv(address), described))
            return named(self.backend, _without_zones(self.session.read.parquet(address), described))

    def text(self, address: str) -> str | None:
        """The content of a small file of text; None when there is none."""
        if not self._asked(address, lambda system, path: system.exists(path)):
            return None
        return "\n".join(row[0] for row in self.session.read.text(address, wholetext=True).collect())

    def write_text(self, address: str, content: str) -> None:
        """Write a small file of text in place of what was there."""

        def write(system: Any, path: Any) -> None:
            stream = system.create(path, True)
            stream.write(bytearray(content.encode()))
            stream.close()

        self._asked(address, write)

    def copy_in(self, local: Path, address: str) -> None:
        """Copy a file or folder of this machine to the address."""
        there = self._path(str(local.absolute()))
        self._asked(address, lambda system, path: system.copyFromLocalFile(False, True, there, path))

    def copy_out(self, address: str, local: Path) -> None:
        """Copy what is at the address to this machine."""
        here = self._path(str(local.absolute()))
        self._asked(address, lambda system, path: system.copyToLocalFile(False, path, here, True))

    def move(self, address: str, to: str) -> None:
        """Put what is at one address in place of what is at another of the same file system."""
        self.remove(to)
        target = self._path(to)
        if not self._asked(address, lambda system, path: system.rename(path, target)):
            raise SparkError(f"{address} could not be renamed to {to}: move it by hand")

    def remove(self, address: str) -> None:
        """Remove what is at the address, if anything is."""
        self._asked(address, lambda system, path: system.delete(path, True))

    def _csv(self, address: str) -> Any:
        first = self.session.read.text(address).limit(1).collect()
        header = first[0][0] if first else ""
        delimiter = max(DELIMITERS, key=header.count)
        read = self.session.read.csv(
            address, header=True, inferSchema=False, sep=delimiter, escape='"', multiLine=True
        )
        empty = pyspark.sql.functions.nullif
        nothing = pyspark.sql.functions.lit("")
        return read.select(*(empty(read[f"`{name}`"], nothing).alias(name) for name in read.columns))

    def _path(self, address: str) -> Any:
        return self.session._jvm.org.apache.hadoop.fs.Path(address)

    def _asked(self, address: str, question: Callable[[Any, Any], Any]) -> Any:
        path = self._path(address)
        try:
            return question(path.getFileSystem(self.session._jsc.hadoopConfiguration()), path)
        except (py4j.protocol.Py4JJavaError, pyspark.errors.PySparkException) as fault:
            raise self._unreachable(address, fault) from fault

    def _unreachable(self, address: str, fault: Exception) -> SparkError:
        java = getattr(fault, "java_exception", None)
        said = str(java.toString() if java is not None else fault).splitlines()[0]
        scheme = address.partition(":")[0]
        if "No FileSystem for scheme" in said or "ClassNotFound" in said:
            version = self.session._jvm.org.apache.hadoop.util.VersionInfo.getVersion()
            return SparkError(
                f"{address}: this Spark has no connector for {scheme}: — name one in the setting spark.jars.packages,"
                f" for example org.apache.hadoop:hadoop-aws:{version} for s3a"
            )
        return SparkError(f"{address}: Spark cannot reach it ({said})")


def lookup(backend: Any, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> Any:
    """A small table given to Spark: Ibis types by column name, and rows of values."""
    fields = [(name, pa.type_for_alias(_ARROW.get(kind, kind))) for name, kind in columns.items()]
    schema = pa.schema(fields)
    values = [pa.array([row[place] for row in rows], kind) for place, (_, kind) in enumerate(fields)]
    return given(backend, pa.Table.from_arrays(values, schema=schema))


def nothing(backend: Any, schema: Any) -> Any:
    """A table without rows, with the columns of an Ibis schema."""
    datatypes = import_module("ibis.backends.pyspark.datatypes")
    return named(backend, session_of(backend).createDataFrame([], datatypes.PySparkSchema.from_ibis(schema)))


def given(backend: Any, table: Any) -> Any:
    """An Arrow table given to Spark."""
    return named(backend, session_of(backend).createDataFrame(table))


def named(backend: Any, frame: Any) -> Any:
    """A Spark frame as an Ibis table."""
    name = f"localcare_{next(_NUMBERS)}"
    frame.createOrReplaceTempView(name)
    return backend.table(name)


def spark_types(schema: Any) -> dict[str, Any]:
    """Spark's type of each column of an Ibis schema."""
    datatypes = import_module("ibis.backends.pyspark.datatypes")
    return {name: datatypes.PySparkType.from_ibis(kind) for name, kind in schema.items()}


def first_values(expression: Any) -> list[Any]:
    """The first column of an expression, as Python values."""
    backend = expression.get_backend()
    with plainly("Spark could not read the codes"):
        return [row[0] for row in session_of(backend).sql(backend.compile(expression)).collect()]


def _is_folder(system: Any, path: Any) -> bool:
    return bool(system.getFileStatus(path).isDirectory())


def _holds(ending: str, system: Any, path: Any) -> bool:
    """Whether a table is there: a file, or a folder with Parquet files in it, however deep."""
    if not system.exists(path):
        return False
    if not _is_folder(system, path):
        return ending != ""
    if ending not in (".parquet", ""):
        return True
    files = system.listFiles(path, True)
    while files.hasNext():
        if files.next().getPath().getName().endswith(".parquet"):
            return True
    return False


def _typed(frame: Any, described: Table) -> Any:
    """Columns of text made of the schema's types; a whole number may be written with a point, as pandas does."""
    functions = pyspark.sql.functions
    columns = []
    for name in frame.columns:
        column, kind = frame[f"`{name}`"], _kind(described, name)
        if kind in ("int32", "int64"):
            column = functions.regexp_replace(column, r"\.0*$", "")
        if kind == "timestamp":
            column = column.cast("timestamp")  # which heeds a zone, and takes none for UTC
        columns.append(column.cast(SPARK_TYPES[kind]).alias(name))
    return frame.select(*columns)


def _without_zones(frame: Any, described: Table) -> Any:
    """Moments stored with a zone, or in nanoseconds (which Spark takes for numbers), as UTC without a zone."""
    functions = pyspark.sql.functions
    columns = []
    for name, stored in frame.dtypes:
        column = frame[f"`{name}`"]
        if stored == "bigint" and _kind(described, name) in ("timestamp", "date"):
            column = functions.timestamp_micros(functions.floor(column / 1000).cast("bigint"))
        if stored in ("bigint", "timestamp") and _kind(described, name) in ("timestamp", "date"):
            column = column.cast("timestamp_ntz").alias(name)
        columns.append(column)
    return frame.select(*columns)


def _kind(described: Table, name: str) -> str:
    return next((column.type for column in described.columns if column.name == name), "string")
