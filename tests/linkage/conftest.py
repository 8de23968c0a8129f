"""Two sources of synthetic people, drawn and linked once for all tests that only look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from localcare.analysis.linkage.definition import LinkageModel, linkage_model
from localcare.analysis.linkage.run import LinkageRun, link
from localcare.synthetic.second_source import TwoSources, draw_two_sources, write_two_sources

AS_OF = date(2026, 10, 1)


def quick_model() -> LinkageModel:
    """The shipped definition, with a smaller sample to learn chance from."""
    model = linkage_model()
    return replace(model, training=replace(model.training, pairs_sampled=100_000))


@dataclass(frozen=True)
class Linked:
    """The two files, the run over them and its pairs with the truth beside each."""

    sources: TwoSources
    files: tuple[Path, Path]
    out: Path
    run: LinkageRun
    pairs: list[dict[str, Any]]


@pytest.fixture(scope="session")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Linked:
    folder = tmp_path_factory.mktemp("two-sources")
    sources = draw_two_sources(people=3000, seed=11, as_of=AS_OF)
    files = write_two_sources(sources, folder)
    run = link(*files, folder / "links", model=quick_model())
    return Linked(sources, files, folder / "links", run, pairs_with_truth(sources, folder / "links"))


def pairs_with_truth(sources: TwoSources, out: Path) -> list[dict[str, Any]]:
    """The rows of pairs.parquet, each with `is_true` and what was wrong with the record of the feed."""
    register = {row["record_id"]: row for row in sources.register.to_pylist()}
    feed = {row["record_id"]: row for row in sources.feed.to_pylist()}
    rows = pq.read_table(out / "pairs.parquet").to_pylist()
    for row in rows:
        left, right = register[row["left_id"]], feed[row["right_id"]]
        row |= {
            "is_true": left["truth_key"] == right["truth_key"],
            "damage": right["damage"],
            "left": left,
            "right": right,
        }
    return rows
