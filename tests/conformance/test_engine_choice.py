"""Which engine works: what is told when it cannot, what a cluster is given, and what is left behind."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from localcare.analysis.dataset import DatasetError, LinkedDataset, write_table
from localcare.analysis.dataset import spark as spark_engine
from localcare.analysis.dataset.engine import EngineChoice
from localcare.analysis.dataset.results import opened_for, write_result
from localcare.analysis.dataset.schema import TABLES
from localcare.analysis.dataset.spark import SparkError, connect_spark, require_java, spark_memory
from localcare.analysis.dataset.spark_files import SparkFiles, address_of
from localcare.analysis.libraries import Library
from localcare.analysis.scores.run import write_scores
from localcare.config.command_line.engines import EngineName, choice_of
from localcare.config.command_line.errors import Problem
from tests.conformance.conftest import MASTER, SETTINGS

AS_OF = date(2026, 11, 22)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Two people, one of whom has died."""
    folder = tmp_path / "dataset"
    for table in TABLES:
        write_table(folder, table.name, [])
    people = [{"person_id": n, "birth_date": date(1950, 1, n), "sex": "female"} for n in (1, 2)]
    people[1]["death_date"] = date(2020, 1, 1)
    write_table(folder, "persons", people)
    listed = [
        {"registration_id": n, "person_id": n, "practice_code": "A", "started_on": date(2000, 1, 1)}
        for n in (1, 2)
    ]
    write_table(folder, "registrations", listed)
    return folder


def test_without_java_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(SparkError, match=r"there is no java here.*openjdk-17-jre-headless.*install/java\.sh"):
        require_java()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SparkError, match=r"JAVA_HOME is .*, and there is no bin/java in it"):
        require_java()


@pytest.mark.parametrize(
    ("said", "version"), [('openjdk version "11.0.2"', "11"), ('java version "1.8.0_1"', "8")]
)
def test_an_old_java_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, version: str
) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(SparkError, match=f"is Java {version}: .*openjdk-17"):
        require_java()


def test_without_pyspark_it_names_the_extra(monkeypatch: pytest.MonkeyPatch, dataset: Path) -> None:
    monkeypatch.setattr(spark_engine, "pyspark", Library("pyspark", "sql"))
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(SparkError, match="install the extra `spark`"):
        LinkedDataset.open(dataset, engine="spark")


def test_what_does_not_fit_together_is_refused(dataset: Path) -> None:
    with pytest.raises(DatasetError, match="engine 'polars'"):
        LinkedDataset.open(dataset, engine="polars")  # type: ignore[arg-type]
    with pytest.raises(DatasetError, match="--engine spark"):
        LinkedDataset.open("s3a://lake/linked")
    with pytest.raises(DatasetError, match="--engine spark"):
        LinkedDataset.open(dataset, master="local[2]")
    with pytest.raises(SparkError, match="Spark Connect"):
        LinkedDataset.open(dataset, engine="spark", master="sc://host")
    with pytest.raises(Problem, match="add --engine spark"):
        choice_of(EngineName.DUCKDB, None, "hdfs:///tmp", None)
    with pytest.raises(Problem, match="name=value"):
        choice_of(EngineName.SPARK, None, None, ["spark.executor.memory"])
    with pytest.raises(ValueError, match=r"must end in \.parquet"):
        write_scores(dataset, AS_OF, "s3a://lake/scores.csv")
    assert (spark_memory("800MB"), spark_memory("4 GiB"), spark_memory("2g")) == ("800m", "4g", "2g")
    with pytest.raises(SparkError, match="no amount of memory"):
        spark_memory("much")


def test_a_cluster_needs_an_exchange(dataset: Path) -> None:
    choice = EngineChoice("spark", "spark://nowhere:7077")
    with pytest.raises(SparkError, match="--exchange"), opened_for(dataset, choice):
        pass


def test_files_by_address_and_nothing_left_behind(dataset: Path, tmp_path: Path) -> None:
    """Everything Spark is asked for in one life of it: addresses in and out, an exchange, its end."""
    mine = psutil.Process()
    before = {child.pid for child in mine.children(recursive=True)}
    started = connect_spark(master=MASTER, temp_directory=tmp_path / "spark", settings=SETTINGS)
    java = [child for child in mine.children(recursive=True) if child.pid not in before]
    assert java and {port.laddr.ip for one in java for port in one.net_connections() if port.status == "LISTEN"} <= {
        "127.0.0.1", "::ffff:127.0.0.1", "::1",
    }  # fmt: skip
    out, exchange = address_of(tmp_path / "lake" / "scores.parquet"), tmp_path / "exchange"
    told: list[str] = []
    run = write_scores(
        address_of(dataset),
        AS_OF,
        out,
        lambda what, _done, _of: told.append(what),
        choice=EngineChoice("spark"),
    )
    written = pq.read_table(tmp_path / "lake" / "scores.parquet")
    assert (run.people, run.engine, written["person_id"].to_pylist()) == (1, "spark", [1])
    assert '"people": 1' in (tmp_path / "lake" / "scores.parquet.json").read_text()
    assert told[0] == "Opening the dataset" and told[-1] == "Done"
    with LinkedDataset.open(dataset, engine="spark") as opened:
        rows = write_result(
            opened.backend, opened.table("persons"), tmp_path / "p.csv", exchange=str(exchange)
        )
    assert rows == 2 and list(exchange.iterdir()) == [], "what lay at the exchange is removed"
    assert (tmp_path / "p.csv").read_text().splitlines()[1].startswith("1,")
    with pytest.raises(DatasetError, match="is not a directory"):
        LinkedDataset.open(tmp_path / "nowhere", engine="spark")
    with pytest.raises(SparkError, match=r"no connector for s3a.*spark\.jars\.packages"):
        SparkFiles(started.backend).is_folder("s3a://bucket/linked")
    assert started.backend.raw_sql("select 1").collect(), "a session that was there is left alone"
    started.close()
    assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in java)
    assert list((tmp_path / "spark").iterdir()) == []
