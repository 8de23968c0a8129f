"""The stages of a run before it is published, each leaving a finished file, so that a killed run goes on from there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from localcare.analysis.dataset.engine import DUCKDB, EngineChoice
from localcare.analysis.dataset.results import Tasks, opened_for, write_result
from localcare.analysis.dataset.schema import REQUIRED
from localcare.analysis.scores.staging import stage_of
from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.plan import stratify
from localcare.foundation.record.linked_dataset import export_dataset
from localcare.kernel.access.readers import Reader

Export = Callable[[Path], None]
DATASET = "dataset"
PEOPLE = "people.parquet"
VERSION = "data-version"


def latest_export() -> Path:
    """Where the last run's export lies for the next to go on from, where the installation wants it kept."""
    return Path(settings.HOME) / "stratification" / f"{settings.DATABASES['default']['NAME']}-latest-export"


def keep_export(folder: Path) -> None:
    """Keep a run's export for the next, if `KEEP_NIGHTLY_EXPORT` says so; otherwise none is kept."""
    shutil.rmtree(latest_export(), ignore_errors=True)
    if settings.KEEP_NIGHTLY_EXPORT:
        (folder / DATASET).replace(latest_export())


def exporter(*, as_of: date, by: Reader, since: Path | None = None) -> Export:
    """Writes what the list and the risk models ask about, without names, under the name of whoever asked."""

    def export(out: Path) -> None:
        export_dataset(
            out,
            as_of=as_of,
            by=by,
            purpose="direct-care",
            tables=REQUIRED,
            pseudonymous=True,
            since=since,
        )

    return export


def export_once(folder: Path, export: Export) -> str:
    """The version of the exported data, exporting unless a finished export is there."""
    finished = folder / VERSION
    if finished.is_file():
        return finished.read_text(encoding="utf-8")
    target = folder / DATASET
    shutil.rmtree(target, ignore_errors=True)
    export(target)
    version = data_version(target)
    finished.write_text(version, encoding="utf-8")
    return version


def stratify_once(
    folder: Path,
    *,
    as_of: date,
    definitions: Definitions,
    choice: EngineChoice = DUCKDB,
    tasks: Tasks | None = None,
) -> Path:
    """The file with everyone's place, computed on the chosen engine unless it is there."""
    finished = folder / PEOPLE
    if not finished.is_file():
        place(folder / DATASET, finished, as_of=as_of, definitions=definitions, choice=choice,
              spill=folder / "spill", tasks=tasks)  # fmt: skip
    return finished


def place(
    dataset: Path | str,
    out: Path | str,
    *,
    as_of: date,
    definitions: Definitions,
    choice: EngineChoice = DUCKDB,
    spill: Path | None = None,
    tasks: Tasks | None = None,
) -> int:
    """Write everyone's place from a linked dataset, which appears whole or not at all; how many people."""
    with opened_for(dataset, choice, temp_directory=spill, allow_missing=True) as opened:
        stage = stage_of(opened.backend)
        table = stratify(opened, as_of=as_of, definitions=definitions, stage=stage)
        return write_result(opened.backend, table, out, exchange=choice.exchange, tasks=tasks)


def data_version(dataset: Path) -> str:
    """A digest of the tables' content as written."""
    digest = sha256()
    for file in sorted(dataset.rglob("*.parquet")):
        digest.update(str(file.relative_to(dataset)).encode())
        with file.open("rb") as content:
            while block := content.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:32]
