"""Score a dataset on disk into a Parquet or CSV file, with a description of what was run beside it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from localcare.analysis.dataset.engine import DEFAULT_MEMORY_LIMIT
from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.dataset.writing import read_metadata
from localcare.analysis.scores.columns import ALL
from localcare.analysis.scores.definitions import definition
from localcare.analysis.scores.packs import Packs, load_packs, shipped_packs
from localcare.analysis.scores.pipeline import score
from localcare.analysis.scores.slices import gathered, slices

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


def write_scores(
    dataset_path: Path | str,
    as_of: date,
    out: Path | str,
    progress: Progress | None = None,
    *,
    scores: Collection[str] = ALL,
    packs_folder: Path | None = None,
    memory_limit: str = DEFAULT_MEMORY_LIMIT,
    threads: int | None = None,
) -> ScoreRun:
    """Score everyone registered on `as_of` into `out` (.parquet or .csv) and `out` + ".json".

    The file appears whole or not at all. `progress` is called with (what, step, steps). Raises ValueError for
    another ending, DatasetError, PackError or DefinitionError with the place and the remedy.
    """
    target = Path(out)
    if target.suffix not in (".parquet", ".csv"):
        raise ValueError(f"{target}: the name must end in .parquet or .csv")
    target.parent.mkdir(parents=True, exist_ok=True)
    tell = progress or _silent
    packs = load_packs(packs_folder) if packs_folder else shipped_packs()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".scores-") as scratch:
        tell(STEPS[0], 0, len(STEPS))
        with LinkedDataset.open(
            dataset_path, memory_limit=memory_limit, threads=threads, temp_directory=scratch
        ) as dataset:
            tell(STEPS[1], 1, len(STEPS))
            table = score(dataset, as_of=as_of, scores=scores, packs=packs)
            tell(STEPS[2], 2, len(STEPS))
            unfinished = Path(scratch) / target.name
            _write(dataset, table, unfinished)
            people = _count(dataset, unfinished)
        run = _describe(dataset_path, as_of, target, people, scores, packs)
        unfinished.replace(target)
    target.with_name(f"{target.name}.json").write_text(
        json.dumps(asdict(run), indent=2) + "\n", encoding="utf-8"
    )
    tell(STEPS[3], len(STEPS), len(STEPS))
    return run


def _silent(what: str, step: int, steps: int) -> None:
    return None


def _write(dataset: LinkedDataset, table: Any, file: Path) -> None:
    if ranges := slices(dataset):
        table = gathered(dataset, table, ranges)
    if file.suffix == ".parquet":
        dataset.backend.to_parquet(table, file, compression="zstd")
    else:
        dataset.backend.to_csv(table, file, header=True)


def _count(dataset: LinkedDataset, file: Path) -> int:
    read = dataset.backend.read_parquet if file.suffix == ".parquet" else dataset.backend.read_csv
    return int(read(str(file)).count().to_pyarrow().as_py())


def _describe(
    dataset_path: Path | str, as_of: date, out: Path, people: int, scores: Collection[str], packs: Packs
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
        dataset=read_metadata(dataset_path),
        out=out.name,
    )
