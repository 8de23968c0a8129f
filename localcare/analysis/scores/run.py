"""Score a dataset into Parquet or CSV on either engine, with a description of what was run beside it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from localcare.analysis.dataset.engine import DUCKDB, Engine, EngineChoice, is_spark
from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.dataset.results import opened_for, refuse_ending, write_result, write_text
from localcare.analysis.dataset.spark_files import is_address
from localcare.analysis.scores.columns import ALL
from localcare.analysis.scores.definitions import definition
from localcare.analysis.scores.packs import Packs, load_packs, shipped_packs
from localcare.analysis.scores.pipeline import score
from localcare.analysis.scores.slices import gathered, slices
from localcare.analysis.scores.staging import staged

Progress = Callable[[str, int, int], None]
STEPS = ("Opening the dataset", "Reading the codes", "Scoring everyone", "Done")


@dataclass(frozen=True)
class ScoreRun:
    """What a run did: enough to tell later with which definitions and lists a score was made."""

    as_of: str
    people: int
    scores: dict[str, str]
    packs: dict[str, str]
    empty_code_lists: tuple[str, ...]
    dataset: dict[str, Any]
    out: str
    engine: str


def write_scores(
    dataset_path: Path | str,
    as_of: date,
    out: Path | str,
    progress: Progress | None = None,
    *,
    scores: Collection[str] = ALL,
    packs_folder: Path | None = None,
    choice: EngineChoice = DUCKDB,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> ScoreRun:
    """Score everyone registered on `as_of` into `out` (.parquet or .csv) and `out` + ".json".

    The result appears whole or not at all. `progress` is called with (what, step, steps). On Spark, both the dataset
    and `out` may be addresses (see `results.write_result`). Raises ValueError for another
    ending, DatasetError, SparkError, PackError or DefinitionError with the place and the remedy.
    """
    refuse_ending(out)
    folder = _folder(out)
    tell = progress or _silent
    packs = load_packs(packs_folder) if packs_folder else shipped_packs()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".scores-") as scratch:
        tell(STEPS[0], 0, len(STEPS))
        with opened_for(
            dataset_path, choice, memory_limit=memory_limit, threads=threads, temp_directory=scratch
        ) as dataset:
            tell(STEPS[1], 1, len(STEPS))
            table = _table(dataset, tell, as_of=as_of, scores=scores, packs=packs)
            tell(STEPS[2], 2, len(STEPS))
            people = write_result(
                dataset.backend, table, out, exchange=choice.exchange,
                tasks=lambda done, total: tell(f"{STEPS[2]}: {done} of {total} tasks", 2, len(STEPS)),
            )  # fmt: skip
            run = _describe(dataset, as_of, out, people, scores, packs, choice.engine)
            write_text(dataset.backend, f"{out}.json", json.dumps(asdict(run), indent=2) + "\n")
    tell(STEPS[3], len(STEPS), len(STEPS))
    return run


def _folder(out: Path | str) -> Path | None:
    """Where files on the way may lie: beside a file of this machine."""
    if is_address(out):
        return None
    folder = Path(out).parent
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _silent(what: str, step: int, steps: int) -> None:
    return None


def _table(dataset: LinkedDataset, tell: Progress, **asked: Any) -> Any:
    """The scores, ready to be written: on Spark one plan; on DuckDB slice by slice where files allow, else part by part."""
    if is_spark(dataset.backend):
        return score(dataset, **asked)
    if ranges := slices(dataset):
        table = score(dataset, **asked)
        tell(STEPS[2], 2, len(STEPS))
        return gathered(dataset, table, ranges)
    work_out, done = staged(dataset.backend), count(1)

    def stage(part: Any) -> Any:
        tell(f"{STEPS[2]}: part {next(done)}", 2, len(STEPS))
        return work_out(part)

    return score(dataset, stage=stage, **asked)


def _describe(
    dataset: LinkedDataset,
    as_of: date,
    out: Path | str,
    people: int,
    scores: Collection[str],
    packs: Packs,
    engine: Engine,
) -> ScoreRun:
    lists = [
        name
        for chosen in sorted(set(scores) & {"efi", "cambridge"})
        for item in definition(chosen).items
        for name in (item.code_list, *(rule.code_list for rule in item.value_rules))
    ]
    return ScoreRun(
        as_of=as_of.isoformat(),
        people=people,
        scores={name: definition(name).version for name in ALL if name in scores},
        packs={pack.name: f"{pack.version} {pack.checksum}" for pack in packs.packs},
        empty_code_lists=packs.missing(lists),
        dataset=dataset.metadata(),
        out=str(out).rpartition("/")[2],
        engine=engine,
    )
