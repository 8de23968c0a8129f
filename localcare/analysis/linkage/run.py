"""Linking one table with itself, or two with each other: by number, then by likeness; nothing is merged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcare.analysis.linkage.bands import LIKELY, VERY_LIKELY, Bands, linkage_bands
from localcare.analysis.linkage.blocking import Compared
from localcare.analysis.linkage.clusters import Cluster, clusters
from localcare.analysis.linkage.definition import LinkageModel, linkage_model
from localcare.analysis.linkage.library import quiet
from localcare.analysis.linkage.normalising import normalise
from localcare.analysis.linkage.numbers import CONFLICT, NUMBER, link_by_number
from localcare.analysis.linkage.reading import read_records
from localcare.analysis.linkage.scoring import LIKENESS, score
from localcare.analysis.linkage.training import learn
from localcare.analysis.linkage.weights import Weights
from localcare.analysis.linkage.working import working_engine

Progress = Callable[[str, int, int], None]
STEPS = (
    "reading",
    "writing alike",
    "linking by NHS number",
    "learning the weights",
    "weighing pairs",
    "writing",
)
BELOW = 10.0  # bits under the weakest band that are still written, so that somebody can look at what was not proposed


@dataclass(frozen=True)
class LinkageRun:
    """What a run came to; `pairs` by kind and, for likeness, by band."""

    records: tuple[int, ...]
    compared: Compared
    pairs: dict[str, int]
    held_back: int
    rivalled: int
    clusters: int
    contradictions: int
    weights: Weights


def link(
    left: Path, right: Path | None, out: Path, *, model: LinkageModel | None = None, bands: Bands | None = None,
    weights: Weights | None = None, progress: Progress | None = None,
) -> LinkageRun:  # fmt: skip
    """Link the records of one or two files and write `pairs.parquet`, `clusters.parquet`, `weights.json`, `summary.json`.

    Pairs have left_id, right_id, kind ("number", "conflict", "likeness"), bits, probability, band (empty: not proposed),
    held_back, rivals, and level and bits of each comparison. Raises LinkageInputError and LinkageTooLarge.
    """
    model, bands = model or linkage_model(), bands or linkage_bands()
    quiet()
    with working_engine() as engine:
        linking = Linking(engine, model, bands, progress or (lambda what, done, total: None))
        linking.read([left] if right is None else [left, right])
        found = linking.find(weights)
        linking.tell(5)
        out.mkdir(parents=True, exist_ok=True)
        return write(engine, linking, found, out)


class Linking:
    """One linkage in a DuckDB connection: the tables `raw_<n>` until they are written alike, and at the end `pairs`."""

    def __init__(self, engine: Any, model: LinkageModel, bands: Bands, progress: Progress) -> None:
        self.engine, self.model, self.bands, self._progress = engine, model, bands, progress
        self.raw: list[str] = []
        self.tables: list[str] = []
        self.records: list[int] = []
        self.compared = Compared({})

    def tell(self, done: int) -> None:
        """Say which step begins."""
        self._progress(STEPS[min(done, len(STEPS) - 1)], done, len(STEPS))

    def read(self, paths: list[Path]) -> None:
        """Read the files into the connection."""
        self.tell(0)
        for place, path in enumerate(paths):
            self.raw.append(f"raw_{place}")
            self.records.append(read_records(self.engine, path, self.raw[-1]))

    def find(self, weights: Weights | None = None, *, below: float = BELOW) -> Weights:
        """Make `pairs` from what was read, and return the weights used: those given, or learnt from the records."""
        self.tell(1)
        for raw in self.raw:
            self.tables.append(f"{raw}_alike")
            normalise(self.engine, raw, self.tables[-1], self.model)
            self.engine.execute(f"DROP TABLE {raw}")
        self.tell(2)
        link_by_number(self.engine, self.tables[0], self.tables[-1], self.model)
        self.tell(3)
        self.engine.execute(
            f"CREATE OR REPLACE VIEW known AS SELECT * FROM by_number WHERE kind = '{NUMBER}'"
        )
        used = weights or learn(self.engine, self.tables, self.model, "known")
        self.tell(4)
        least = self.bands.least_bits - below
        self.compared = score(self.engine, self.tables, self.model, used, self.bands, least=least)
        self.engine.execute(
            f"CREATE OR REPLACE TABLE pairs AS SELECT *, '{LIKENESS}' AS kind FROM scored"
            " UNION ALL BY NAME SELECT * FROM by_number ORDER BY kind, bits DESC, left_id, right_id"
        )
        return used


def found_clusters(engine: Any, linking: Linking) -> list[Cluster]:
    """Records joined by number or by a pair of the two upper bands; those of the second table carry a prefix."""
    side = "B " if len(linking.tables) == 2 else "A "
    joined = f"kind = '{NUMBER}' OR band IN ('{VERY_LIKELY}', '{LIKELY}')"
    rows = engine.execute(
        f"SELECT 'A ' || left_id, '{side}' || right_id FROM pairs WHERE {joined}"
    ).fetchall()
    numbers: dict[str, str | None] = {}
    for prefix, table in zip("AB", linking.tables, strict=False):
        numbers |= dict(
            engine.execute(
                f"SELECT '{prefix} ' || record_id, number FROM {table} WHERE number IS NOT NULL AND record_id IN"
                f" (SELECT unnest([left_id, right_id]) FROM pairs WHERE {joined})"
            ).fetchall()
        )
    return clusters(rows, numbers)


def write(engine: Any, linking: Linking, weights: Weights, out: Path) -> LinkageRun:
    """Write what was found into the folder."""
    engine.execute(f"COPY pairs TO '{_quoted(out / 'pairs.parquet')}' (FORMAT parquet, COMPRESSION zstd)")
    made = found_clusters(engine, linking)
    engine.execute(
        "CREATE OR REPLACE TABLE cluster (cluster_id VARCHAR, side VARCHAR, record_id VARCHAR, contradicts BOOL)"
    )
    rows = [(c.members[0], *member.split(" ", 1), c.contradicts_itself) for c in made for member in c.members]
    if rows:
        engine.execute(
            "INSERT INTO cluster SELECT unnest($1), unnest($2), unnest($3), unnest($4)",
            [list(column) for column in zip(*rows, strict=True)],
        )
    engine.execute(
        f"COPY cluster TO '{_quoted(out / 'clusters.parquet')}' (FORMAT parquet, COMPRESSION zstd)"
    )
    weights.write(out / "weights.json")
    run = _counted(engine, linking, weights, made)
    summary = {
        "records": run.records, "pairs_compared": dict(run.compared.by_block),
        "pairs": run.pairs, "held_back": run.held_back, "with_rivals": run.rivalled,
        "clusters": run.clusters, "clusters_that_contradict_themselves": run.contradictions,
        "definition": linking.model.version, "weights": list(weights.how),
    }  # fmt: skip
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    return run


def _counted(engine: Any, linking: Linking, weights: Weights, made: list[Cluster]) -> LinkageRun:
    kinds = dict(engine.execute("SELECT coalesce(band, kind), count(*) FROM pairs GROUP BY 1").fetchall())
    held, rivalled = engine.execute(
        "SELECT count(*) FILTER (WHERE held_back IS NOT NULL AND bits >= $1),"
        " count(*) FILTER (WHERE rivals > 0 AND band IS NOT NULL) FROM pairs",
        [linking.bands.least_bits],
    ).fetchall()[0]
    names = (NUMBER, CONFLICT, *(band.code for band in linking.bands.bands), linking.bands.rivalled.code)
    return LinkageRun(
        tuple(linking.records), linking.compared, {name: kinds.get(name, 0) for name in names}, held, rivalled, len(made),
        sum(cluster.contradicts_itself for cluster in made), weights,
    )  # fmt: skip


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
