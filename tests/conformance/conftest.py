from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from localcare.analysis.dataset.engine import EngineChoice
from localcare.analysis.dataset.spark import connect_spark

MASTER = "local[2]"
# a short life: quick to compile, little to collect (half the processor time of the usual settings)
SETTINGS = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.shuffle.partitions": "2",
}


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineChoice]:
    """Spark, started once for a file of tests; it is an error, never a skip, when Java or PySpark is missing."""
    started = connect_spark(
        master=MASTER, memory_limit="2GB", temp_directory=tmp_path_factory.mktemp("spark"), settings=SETTINGS
    )
    yield EngineChoice("spark", MASTER)
    started.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("conformance")
