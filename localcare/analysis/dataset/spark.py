"""A Spark engine: found or started, quiet, with stated memory and disk, and ended with all its processes."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcare.analysis.libraries import Library, ibis

DEFAULT_MASTER = "local[*]"
DEFAULT_MEMORY_LIMIT = "2GB"  # of the driver; with a local master, of everything
OLDEST_JAVA = 17
LOG_SETTINGS = Path(__file__).with_name("spark-log4j2.properties")
_MEMORY = re.compile(r"^\s*(\d+)\s*([kmgt])i?b?\s*$", re.IGNORECASE)
_LOCAL = re.compile(r"^local(?:\[(\d+|\*)(?:,\d+)?\])?$")

pyspark: Any = Library("pyspark", "sql", "java_gateway", "context", "errors")

SETTINGS = {  # what the same answers need of a session
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # a number that does not fit is an error, as on DuckDB
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",  # a practice "0042" is not 42
    "spark.sql.legacy.parquet.nanosAsLong": "true",  # moments written by pandas
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
}


class SparkError(ValueError):
    """Spark cannot be used; the message says what is missing and how to get it."""


@dataclass(frozen=True)
class Spark:
    """An engine with what must be ended after it; a session that somebody else began is left alone."""

    backend: Any
    master: str
    scratch: Path | None = None

    def close(self) -> None:
        """End the session and its Java process, and remove its files."""
        if self.scratch is None:
            return
        stop(self.backend)
        shutil.rmtree(self.scratch, ignore_errors=True)


def connect_spark(
    *,
    master: str | None = None,
    memory_limit: str | None = None,
    temp_directory: Path | str | None = None,
    settings: Mapping[str, str] | None = None,
) -> Spark:
    """The session that is active in this process, or a new one on the master ("local[2]", "yarn", "spark://…").

    `memory_limit` is that of the driver, which with a local master does everything; `temp_directory` takes what spills.
    `settings` are Spark's own and win over ours. Raises SparkError when PySpark or Java is missing.
    """
    _require_pyspark()
    active = pyspark.sql.SparkSession.getActiveSession()
    if active is not None:
        return Spark(_backend(active, settings), active.sparkContext.master)
    chosen = master or DEFAULT_MASTER
    if chosen.startswith("sc://"):
        raise SparkError(
            f"{chosen} is Spark Connect, which does not let files be looked up: give a master such as local[*],"
            " yarn or spark://host:7077"
        )
    require_java()
    scratch = Path(tempfile.mkdtemp(prefix="localcare-spark-", dir=_folder(temp_directory)))
    try:
        session = _started(chosen, scratch, memory_limit or DEFAULT_MEMORY_LIMIT, settings or {})
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return Spark(_backend(session, settings), chosen, scratch)


def is_local(master: str) -> bool:
    """Whether the work is done in this process's own Java, which sees this machine's files."""
    return bool(_LOCAL.match(master))


def threads_of(master: str) -> int:
    """How many tasks a local master runs at once."""
    found = _LOCAL.match(master)
    count = found[1] if found else None
    return (os.cpu_count() or 1) if count == "*" else int(count or 1)


def session_of(backend: Any) -> Any:
    """The Spark session of an Ibis engine."""
    return backend._session


def require_java() -> None:
    """Raise SparkError, which says what to install, unless there is a Java that Spark runs on."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else "java"
    how = "on Debian and Ubuntu: apt-get install openjdk-17-jre-headless (or sh install/java.sh)"
    if shutil.which(java) is None:
        where = f"JAVA_HOME is {home}, and there is no bin/java in it" if home else "there is no java here"
        raise SparkError(f"Spark runs on Java {OLDEST_JAVA} or later, and {where}: {how}")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', said)
    if version is None or int(version[1]) < OLDEST_JAVA:
        found = version[1] if version else (said.strip().splitlines() or ["that does not say its version"])[0]
        raise SparkError(f"Spark runs on Java {OLDEST_JAVA} or later, and {java} is Java {found}: {how}")


def stop(backend: Any) -> None:
    """End the session and the Java process behind it, so that nothing is left running or listening."""
    gateway = pyspark.context.SparkContext._gateway
    session_of(backend).stop()
    if gateway is None or getattr(gateway, "proc", None) is None:
        return
    gateway.shutdown()
    gateway.proc.stdin.close()  # Java ends when its standard input does
    try:
        gateway.proc.wait(timeout=20)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()
        gateway.proc.wait()
    pyspark.context.SparkContext._gateway = None
    pyspark.context.SparkContext._jvm = None


def spark_memory(limit: str) -> str:
    """A memory limit as Spark writes it ("2GB" is "2g"); SparkError when it is none."""
    found = _MEMORY.match(limit)
    if found is None:
        raise SparkError(f"{limit!r} is no amount of memory: write it as 800MB or 4GB")
    return f"{found[1]}{found[2].lower()}"


@contextmanager
def plainly(what: str) -> Iterator[None]:
    """Tell what Spark says while the block runs in one sentence, as a SparkError."""
    try:
        yield
    except pyspark.errors.PySparkException as fault:
        said = (str(fault).splitlines() or [type(fault).__name__])[0]
        raise SparkError(
            f"{what}: {said} `localcare dataset check` tells of every fault in the data."
        ) from fault


def _require_pyspark() -> None:
    try:
        _ = (pyspark.sql, ibis.pyspark)
    except (ImportError, AttributeError) as missing:
        raise SparkError(
            "PySpark is not installed: install the extra `spark`"
            ' (pip install "ibis-framework[pyspark]" "pyspark>=4.0,<4.1")'
        ) from missing


def _folder(temp_directory: Path | str | None) -> Path | None:
    if temp_directory is None:
        return None
    folder = Path(temp_directory).absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _backend(session: Any, settings: Mapping[str, str] | None) -> Any:
    logging.getLogger("SQLQueryContextLogger").setLevel(
        logging.CRITICAL
    )  # it repeats every error with its trace
    backend = ibis.pyspark.connect(session)
    for name, value in (SETTINGS | dict(settings or {})).items():
        if session.conf.isModifiable(name):
            session.conf.set(name, value)
    return backend


def _started(master: str, scratch: Path, memory: str, settings: Mapping[str, str]) -> Any:
    conf = pyspark.SparkConf(loadDefaults=False)
    ours, java = _of_the_process(master, scratch, memory), "spark.driver.extraJavaOptions"
    together = {java: f"{ours[java]} {settings[java]}"} if java in settings else {}
    conf.setAll((SETTINGS | ours | dict(settings) | together).items())
    conf.setMaster(master).setAppName("Local Care")
    log = scratch / "spark.log"
    with log.open("wb") as said:
        try:
            gateway = pyspark.java_gateway.launch_gateway(conf, popen_kwargs={"stdout": said, "stderr": said})
        except pyspark.errors.PySparkRuntimeError as fault:
            raise SparkError(f"Spark did not start: {_last_words(log)}") from fault
    try:
        context = pyspark.context.SparkContext(gateway=gateway, conf=conf)
    except Exception as fault:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()
        pyspark.context.SparkContext._gateway = pyspark.context.SparkContext._jvm = None
        raise SparkError(f"Spark did not start on {master}: {_reason(fault)}") from fault
    return pyspark.sql.SparkSession(context)


def _of_the_process(master: str, scratch: Path, memory: str) -> dict[str, str]:
    options = f"-Dlog4j2.configurationFile={LOG_SETTINGS.as_uri()} -Djava.io.tmpdir={scratch}"
    always = {
        "spark.driver.memory": spark_memory(memory),
        "spark.driver.extraJavaOptions": options,
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if not is_local(master):
        return always
    return always | {
        "spark.driver.host": "127.0.0.1",  # nothing of people's records may be asked for from outside
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(2 * threads_of(master)),
    }


def _last_words(log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "exception" in line.lower()]
    return " ".join((telling or lines)[-3:]) or "it said nothing"


def _reason(fault: Exception) -> str:
    found = re.findall(r"(?:Exception|Error): (.+)", str(fault))
    return found[-1].strip() if found else (str(fault).splitlines() or [type(fault).__name__])[0]
