"""Scoring everyone in a run with the published models, and watching whether inputs and calibration have drifted.

A model that cannot be used stops nobody's list: the run goes on without its numbers and says why.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.risk import DriftReport
from localcare.analysis.risk.model import plain
from localcare.care.stratification.models import RiskModel
from localcare.care.stratification.packs import installed_packs
from localcare.care.stratification.risk.definitions import definitions_version
from localcare.care.stratification.risk.files import loaded

logger = logging.getLogger("localcare.risk")
Progress = Callable[[int, int, str], None]
OTHER_DEFINITIONS = (
    "It was trained with other definitions than those in force, so its numbers would mean something else."
    " Train and publish a new model."
)


@dataclass(frozen=True)
class Scored:
    """What a run found with one model: the file of everyone's risk, or why there is none, and the drift."""

    model: RiskModel
    file: Path | None = None
    people: int = 0
    fault: str = ""
    drift: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def published_models() -> list[RiskModel]:
    """The models that score the next run, one for each outcome."""
    return list(RiskModel.objects.filter(status=RiskModel.Status.PUBLISHED).order_by("outcome"))


def version_of(models: Sequence[RiskModel]) -> str:
    """A digest of the models that score a run; empty when there are none."""
    if not models:
        return ""
    named = "\n".join(
        f"{model.reference} {model.version} {definitions_version(model.outcome)}" for model in models
    )
    return sha256(named.encode()).hexdigest()[:32]


def score_once(
    folder: Path, dataset: Path, models: Sequence[RiskModel], *, as_of: date, progress: Progress
) -> list[Scored]:
    """Everyone's risk by each model, computed unless a finished file is there; a fault is kept, not raised."""
    found = []
    for number, model in enumerate(models):
        progress(number, len(models), f"Risk of {model.outcome_title[0].lower()}{model.outcome_title[1:]}")
        try:
            found.append(_scored(folder, dataset, model, as_of))
        except Exception as fault:  # whatever it is, a list without this risk is better than no list
            logger.exception("A risk model could not score", extra={"model": str(model.reference)})
            found.append(Scored(model, fault=f"{type(fault).__name__}: {fault}"[:2000]))
    return found


def _scored(folder: Path, dataset: Path, model: RiskModel, as_of: date) -> Scored:
    from localcare.analysis import risk

    if model.definitions_version != definitions_version(model.outcome):
        return Scored(model, fault=OTHER_DEFINITIONS)
    finished, told = folder / f"risk-{model.reference}.parquet", folder / f"risk-{model.reference}.json"
    with loaded(model) as trained:
        if not (finished.is_file() and told.is_file()):
            spill = folder / "spill"
            with LinkedDataset.open(dataset, temp_directory=spill, allow_missing=True) as opened:
                unfinished = finished.with_suffix(".part")
                run = risk.score(trained, opened, as_of=as_of, out=unfinished, packs=installed_packs())
                report = as_json(risk.drift(trained, opened, as_of=as_of, packs=installed_packs()))
            told.write_text(json.dumps({"people": run.people, "drift": report}), encoding="utf-8")
            unfinished.rename(finished)
    said = json.loads(told.read_text(encoding="utf-8"))
    return Scored(
        model,
        file=finished,
        people=said["people"],
        drift=said["drift"],
        warnings=tuple(said["drift"].get("warnings", ())),
    )


def as_json(report: DriftReport) -> dict[str, Any]:
    """A report as JSON holds it: days in their ISO form, figures that are not known as null."""
    text = json.dumps(plain(asdict(report)), default=_as_text, allow_nan=False)
    return dict(json.loads(text))


def _as_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a report")
