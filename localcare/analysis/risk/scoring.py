"""Give everybody their risk with the facts that moved it most and what the model does not know."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.dataset.writing import read_metadata
from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.risk.explaining import not_known, top_factors
from localcare.analysis.risk.feeds import held_since, missing_feeds, not_usable
from localcare.analysis.risk.frame import JUST_LEFT_DAYS, Frame, read_frame
from localcare.analysis.risk.logistic import to_risk
from localcare.analysis.risk.model import TrainedModel
from localcare.analysis.risk.training import opened
from localcare.analysis.risk.values import matrix
from localcare.analysis.scores.packs import Packs, shipped_packs

Progress = Callable[[str, int, int], None]
STEPS = ("Scoring everyone", "Working out risks and reasons", "Done")
ROWS_AT_A_TIME = 100_000


@dataclass(frozen=True)
class RiskRun:
    """What a run did."""

    outcome: str
    as_of: str
    people: int
    mean_risk: float
    model_version: str
    method: str
    published_allowed: bool
    warnings: tuple[str, ...]
    not_asked: dict[str, int]
    dataset: dict[str, Any]
    out: str


def score(
    model: TrainedModel,
    dataset: LinkedDataset | Path | str,
    *,
    as_of: date,
    out: Path,
    progress: Progress | None = None,
    packs: Packs | None = None,
) -> RiskRun:
    """Write person_id, risk, risk_per_mille, top_factors and not_known of everybody asked about, as Parquet.

    For a model of discharges these are the people who left hospital in the last 30 days, as of their last discharge.
    The file appears whole or not at all, in order of person_id; a description stands beside it (`out` + ".json").
    """
    tell = progress or _silent
    tell(STEPS[0], 0, len(STEPS))
    with opened(dataset) as source:
        feeds = held_since(source, as_of)
        frame = asked_about(source, model, as_of, packs=packs)
        described = read_metadata(source.path)
    tell(STEPS[1], 1, len(STEPS))
    missing = missing_feeds(feeds)
    table, risk = _table(model, frame, missing)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".risk-") as scratch:
        unfinished = Path(scratch) / out.name
        pa.parquet.write_table(table, unfinished, compression="zstd")
        unfinished.replace(out)
    run = RiskRun(
        outcome=model.outcome.name,
        as_of=as_of.isoformat(),
        people=len(frame),
        mean_risk=float(risk.mean()) if len(risk) else 0.0,
        model_version=model.version,
        method=model.method,
        published_allowed=model.verdict.published_allowed,
        warnings=tuple(_warnings(model, feeds, as_of, packs or shipped_packs())),
        not_asked={name: number for name, number in frame.counts.items() if name != "registered"},
        dataset=described,
        out=out.name,
    )
    out.with_name(f"{out.name}.json").write_text(
        json.dumps(asdict(run), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    tell(STEPS[2], len(STEPS), len(STEPS))
    return run


def asked_about(
    source: LinkedDataset, model: TrainedModel, as_of: date, *, packs: Packs | None = None
) -> Frame:
    """One row for each person the question is about on the day, in order of person."""
    if model.outcome.index != "discharges":
        return read_frame(source, model.outcome, last=as_of, packs=packs)
    first = as_of - timedelta(days=JUST_LEFT_DAYS)
    frame = read_frame(source, model.outcome, last=as_of, first=first, packs=packs)
    return frame.where(_last_of_each_person(frame))


def _last_of_each_person(frame: Frame) -> NDArray[np.bool_]:
    """The row of each person's last discharge (of two on one day, the one with the higher key)."""
    order = np.lexsort((frame.keys, frame.columns["index_day"], frame.people))
    last = np.append(np.diff(frame.people[order]) != 0, True) if len(order) else np.zeros(0, dtype=bool)
    chosen = np.zeros(len(order), dtype=bool)
    chosen[order[last]] = True
    return chosen


def _table(model: TrainedModel, frame: Frame, missing: list[str]) -> tuple[Any, NDArray[np.float64]]:
    order = np.argsort(frame.people, kind="stable")
    rows = matrix(frame.columns, model.factors)[order]
    columns = {name: values[order] for name, values in frame.columns.items()}
    risk = to_risk(model.estimator.log_odds(rows))
    tops: list[str] = []
    for first in range(0, len(rows), ROWS_AT_A_TIME):
        part = rows[first : first + ROWS_AT_A_TIME]
        tops += top_factors(model.factors, part, model.estimator.contributions(part))
    table = pa.table(
        {
            "person_id": pa.array(frame.people[order], pa.int64()),
            "risk": pa.array(risk, pa.float64()),
            "risk_per_mille": pa.array(np.rint(risk * 1000).astype(np.int32), pa.int32()),
            "top_factors": pa.array(tops, pa.string()),
            "not_known": pa.array(not_known(model.factors, rows, columns, missing), pa.string()),
        }
    )
    return table, risk


def _warnings(model: TrainedModel, feeds: dict[str, date | None], as_of: date, packs: Packs) -> list[str]:
    found = [
        f"The model was trained with this, and it is not there now. {reason}"
        for factor in model.factors
        if (reason := not_usable(factor, feeds, as_of))
    ]
    installed = {pack.name: f"{pack.version} {pack.checksum}" for pack in packs.packs}
    if installed != model.content["made_with"]["packs"]:
        found.append("The code lists are others than at training: train the model again.")
    found += [f"Not for publishing: {reason}" for reason in model.verdict.reasons]
    return found


def _silent(what: str, step: int, steps: int) -> None:
    return None
