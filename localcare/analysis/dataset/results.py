"""From a dataset to a written result on either engine: files of this machine, or wherever Spark reads and writes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from localcare.analysis.dataset.engine import EngineChoice, connect, is_spark
from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.dataset.spark import (
    DEFAULT_MASTER,
    SparkError,
    connect_spark,
    is_local,
    plainly,
    session_of,
)
from localcare.analysis.dataset.spark_files import SparkFiles, address_of, is_address, spark_types

ENDINGS = (".parquet", ".csv")
Tasks = Callable[[int, int], None]  # how many of Spark's tasks are done, of how many known so far
EVERY_SECONDS = 1.0
_NUMBERS = count(1)


def refuse_ending(out: Path | str) -> None:
    """Raise ValueError unless a result can be written under this name."""
    if is_address(out) and not str(out).endswith(".parquet"):
        raise ValueError(f"{out}: where Spark writes, the name must end in .parquet")
    if not str(out).endswith(ENDINGS):
        raise ValueError(f"{out}: the name must end in .parquet or .csv")


def write_result(
    backend: Any, table: Any, out: Path | str, *, exchange: str | None = None, tasks: Tasks | None = None
) -> int:
    """Write the rows of an expression to `out`, in place of what was there; how many they are.

    A path of this machine becomes one file (.parquet or .csv). An address becomes a folder of Parquet files written by
    Spark's workers, which appears under its name when it is whole. A cluster's workers cannot write to this machine:
    they need an `exchange`, an address that they and this machine reach. Raises SparkError without one.
    """
    refuse_ending(out)
    if not is_spark(backend):
        return _by_duckdb(backend, table, Path(out))
    if is_address(out):
        return _by_spark(backend, table, str(out), tasks)
    return _by_spark_here(backend, table, Path(out), exchange, tasks)


def write_text(backend: Any, out: Path | str, content: str) -> None:
    """Write a small file of text beside a result."""
    if is_address(out):
        SparkFiles(backend).write_text(str(out), content)
    else:
        Path(out).write_text(content, encoding="utf-8")


@contextmanager
def opened_for(
    path: Path | str,
    choice: EngineChoice,
    *,
    memory_limit: str | None = None,
    threads: int | None = None,
    temp_directory: Path | str | None = None,
    allow_missing: bool = False,
) -> Iterator[LinkedDataset]:
    """The dataset opened on the chosen engine; a cluster is given a copy of a folder of this machine meanwhile."""
    if choice.engine == "duckdb" or is_address(path) or is_local(choice.master or DEFAULT_MASTER):
        with LinkedDataset.open(
            path, engine=choice.engine, master=choice.master, memory_limit=memory_limit, threads=threads,
            temp_directory=temp_directory, allow_missing=allow_missing, spark_settings=choice.settings,
        ) as dataset:  # fmt: skip
            yield dataset
        return
    _refuse_without_exchange(choice.master, choice.exchange)
    spark = connect_spark(
        master=choice.master,
        memory_limit=memory_limit,
        temp_directory=temp_directory,
        settings=choice.settings,
    )
    files, shared = SparkFiles(spark.backend), _shared_folder(choice.exchange)
    try:
        files.copy_in(Path(path), f"{shared}/dataset")
        yield LinkedDataset(f"{shared}/dataset", spark.backend, allow_missing=allow_missing)
    finally:
        files.remove(shared)
        spark.close()


def _refuse_without_exchange(master: str | None, exchange: str | None) -> None:
    if not exchange and not is_local(master or DEFAULT_MASTER):
        raise SparkError(
            f"the workers of {master} do not see this machine's files: name an exchange (--exchange), an address"
            " that they and this machine reach, such as hdfs:///protected or file:///mnt/shared"
        )


def _shared_folder(exchange: str | None) -> str:
    """A new folder that the workers and this machine reach."""
    if exchange:
        return f"{address_of(exchange)}/localcare-{uuid4().hex}"
    return address_of(tempfile.mkdtemp(prefix="localcare-spark-"))


@contextmanager
def watched(backend: Any, tasks: Tasks | None) -> Iterator[None]:
    """Tell how many tasks Spark has done, every second, while the block runs."""
    if tasks is None:
        yield
        return
    ended = Event()
    tracker = session_of(backend).sparkContext.statusTracker()
    watcher = Thread(target=_watch, args=(tracker, tasks, ended), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _watch(tracker: Any, tasks: Tasks, ended: Event) -> None:
    known: dict[int, tuple[int, int]] = {}
    while not ended.wait(EVERY_SECONDS):
        active = tracker.getActiveStageIds()
        known = {
            stage: (total, total) if stage not in active else (done, total)
            for stage, (done, total) in known.items()
        }
        for stage in active:
            if found := tracker.getStageInfo(stage):
                known[stage] = (found.numCompletedTasks, found.numTasks)
        if known:
            tasks(sum(done for done, _ in known.values()), sum(total for _, total in known.values()))


def _by_duckdb(backend: Any, table: Any, out: Path) -> int:
    unfinished = out.with_name(f".{out.stem}.part{out.suffix}")
    table = _as_declared(backend, table)
    if out.suffix == ".parquet":
        backend.to_parquet(table, unfinished, compression="zstd", compression_level=1)
        read = "read_parquet(?)"
    else:
        backend.to_csv(table, unfinished, header=True)
        read = "read_csv(?, header = true)"
    rows = backend.con.execute(f"select count(*) from {read}", [str(unfinished)]).fetchone()[0]
    unfinished.replace(out)
    return int(rows)


def _as_declared(backend: Any, table: Any) -> Any:
    """The expression with each column of the type that Ibis takes it to be of, where DuckDB makes it of another."""
    backend._run_pre_execute_hooks(table)
    name = f"localcare_result_{next(_NUMBERS)}"
    backend.con.execute(f"create temp view {name} as {backend.compile(table)}")
    return backend.table(name, database=("temp", "main")).cast(table.schema())


def _by_spark(backend: Any, table: Any, address: str, tasks: Tasks | None) -> int:
    files, unfinished = SparkFiles(backend), f"{address}.part"
    files.remove(unfinished)
    with watched(backend, tasks), plainly("Spark could not work it out"):
        _frame(backend, table).write.parquet(unfinished)
    files.move(unfinished, address)
    return int(session_of(backend).read.parquet(address).count())


def _by_spark_here(backend: Any, table: Any, out: Path, exchange: str | None, tasks: Tasks | None) -> int:
    """The workers write parts, which DuckDB makes into one file: this machine needs no memory for all rows."""
    _refuse_without_exchange(session_of(backend).sparkContext.master, exchange)
    files, shared = SparkFiles(backend), _shared_folder(exchange)
    try:
        with watched(backend, tasks), plainly("Spark could not work it out"):
            _frame(backend, table).write.parquet(f"{shared}/parts")
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".parts-") as scratch:
            files.copy_out(f"{shared}/parts", Path(scratch))
            return _gathered(Path(scratch) / "parts", out)
    finally:
        files.remove(shared)


def _gathered(parts: Path, out: Path) -> int:
    backend = connect()
    try:
        return _by_duckdb(backend, backend.read_parquet(f"{parts}/*.parquet"), out)
    finally:
        backend.disconnect()


def _frame(backend: Any, table: Any) -> Any:
    """The expression as Spark's own, each column made of the type that Ibis takes it to be of.

    Where Ibis believes a column to be an int64 already, it leaves a cast out, and Spark has an int32.
    """
    backend._run_pre_execute_hooks(table)  # gives Spark the small tables that the expression holds
    frame = session_of(backend).sql(backend.compile(table))
    kinds = spark_types(table.schema())
    return frame.select(*(frame[f"`{name}`"].cast(kind).alias(name) for name, kind in kinds.items()))
