"""Train a model on a place's own linked data, judge it on later days and other practices, and write its card."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.dataset.writing import read_metadata
from localcare.analysis.risk.boosting import BoostedModel, fit_boosted, require
from localcare.analysis.risk.card import write_card
from localcare.analysis.risk.definitions import Factor, Outcome
from localcare.analysis.risk.definitions import outcome as outcome_named
from localcare.analysis.risk.feeds import held_since, not_usable
from localcare.analysis.risk.frame import EVENT, read_frame
from localcare.analysis.risk.judging import Judgement, judge
from localcare.analysis.risk.logistic import fit_logistic
from localcare.analysis.risk.material import Material
from localcare.analysis.risk.model import (
    Estimator,
    TrainedModel,
    checksum_of,
    content_of_outcome,
    digest,
    plain,
)
from localcare.analysis.risk.splitting import dates_of, held_out_practices
from localcare.analysis.risk.stability import baseline_of
from localcare.analysis.risk.values import matrix
from localcare.analysis.scores.columns import ALL
from localcare.analysis.scores.definitions import definition as score_definition
from localcare.analysis.scores.packs import Packs, shipped_packs

Progress = Callable[[str, int, int], None]
METHODS = ("logistic", "lightgbm")
LEAST_EVENTS = 10
STEPS = (
    "Reading the day of training",
    "Reading the day of the test",
    "Fitting",
    "Judging",
    "Writing the model and its card",
    "Done",
)


class TrainingError(ValueError):
    """A model cannot be trained on these data; the message says why and what to do."""


def train(
    dataset: LinkedDataset | Path | str,
    *,
    outcome: str,
    as_of: date,
    method: str,
    seed: int,
    out: Path,
    progress: Progress | None = None,
    packs: Packs | None = None,
) -> TrainedModel:
    """Train, judge and write a model into the folder `out`; the same arguments give the same bytes.

    The data must be complete up to `as_of`. Raises TrainingError when they do not reach back far enough or hold
    too few events, RiskDefinitionError for an unknown outcome, BoostingMissing without LightGBM.
    """
    if method not in METHODS:
        raise TrainingError(f"There is no method {method!r}. Choose from {', '.join(METHODS)}.")
    if method == "lightgbm":
        require()
    asked, tell = outcome_named(outcome), progress or _silent
    with opened(dataset) as source:
        material = gather(source, asked, as_of, seed=seed, packs=packs, tell=tell)
        tell(STEPS[2], 2, len(STEPS))
        estimator = fit(material, method=method, seed=seed)
        tell(STEPS[3], 3, len(STEPS))
        judgement = judge(material, estimator, source, seed=seed, packs=packs)
        content = _content(material, estimator, judgement, as_of=as_of, seed=seed, source=source, packs=packs)
    model = TrainedModel(asked_with(asked, material.factors), estimator, content)
    tell(STEPS[4], 4, len(STEPS))
    model.save(out)
    write_card(model, judgement, out)
    tell(STEPS[5], len(STEPS), len(STEPS))
    return model


def gather(
    source: LinkedDataset, asked: Outcome, as_of: date, *, seed: int, packs: Packs | None, tell: Progress
) -> Material:
    """Read both days, and say which practices and factors are used."""
    dates = dates_of(asked, as_of)
    feeds = held_since(source, as_of)
    reasons = {factor.name: not_usable(factor, feeds, dates.training_first) for factor in asked.factors}
    factors = tuple(factor for factor in asked.factors if not reasons[factor.name])
    if not any(factor.feed == "stays" and factor.needs_months for factor in factors):
        raise TrainingError(
            f"Hospital stays are not held for 12 months before {dates.training_first:%-d %B %Y}, the first day of"
            f" training for {as_of:%-d %B %Y}. Add earlier stays, or train when the data reach back far enough."
        )
    tell(STEPS[0], 0, len(STEPS))
    training = read_frame(source, asked, last=dates.training_index, packs=packs, follow=True)
    tell(STEPS[1], 1, len(STEPS))
    test = read_frame(source, asked, last=dates.test_index, packs=packs, follow=True)
    held_out = held_out_practices(
        test.columns["practice_code"].tolist(), seed=seed, **asked.content["held_out"]
    )
    left_out = tuple(reason for reason in reasons.values() if reason)
    material = Material(asked, dates, training, test, held_out, factors, left_out)
    for name, frame in (("training", material.developed_on), ("test", material.judged)):
        events = int((frame.event == EVENT).sum())
        if events < LEAST_EVENTS or events == len(frame):
            raise TrainingError(
                f"The {name} day {frame.index_on:%-d %B %Y} has {events} events among {len(frame)} people: too few to"
                " learn from or judge by. Use more people, or check that stays are complete after that day."
            )
    return material


def fit(material: Material, *, method: str, seed: int) -> Estimator:
    """The model of the training rows."""
    frame = material.developed_on
    rows, event = matrix(frame.columns, material.factors), frame.event
    settings = material.outcome.content["methods"][method]
    if method == "logistic":
        return fit_logistic(
            rows, event, material.factors, penalty=settings["penalty"], shrink=settings["shrink"]
        )
    return fit_boosted(rows, event, material.factors, seed=seed, settings=settings)


def asked_with(asked: Outcome, used: Sequence[Factor]) -> Outcome:
    """The outcome with the factors that the model uses."""
    return replace(asked, factors=tuple(used))


def _content(
    material: Material,
    estimator: Estimator,
    judgement: Judgement,
    *,
    as_of: date,
    seed: int,
    source: LinkedDataset,
    packs: Packs | None,
) -> dict[str, Any]:
    said = estimator.to_content()
    if isinstance(estimator, BoostedModel):
        said["booster_checksum"] = checksum_of(estimator.text)
    developed = material.developed_on
    made: dict[str, Any] = plain(
        {
            "outcome": content_of_outcome(material.outcome, material.factors),
            "estimator": said,
            "dates": material.dates.to_content() | {"as_of": as_of.isoformat()},
            "seed": seed,
            "held_out_practices": material.held_out,
            "left_out_factors": material.left_out_factors,
            "trained_on": {"people": len(developed), "events": int(developed.event.sum())},
            "dataset": read_metadata(source.path),
            "made_with": _made_with(packs or shipped_packs()),
            "baseline": baseline_of(material.training, material.factors, estimator),
            "figures_checksum": digest(judgement.figures),
            "verdict": {"published_allowed": judgement.allowed, "reasons": judgement.reasons},
        }
    )
    return made


def _made_with(packs: Packs) -> dict[str, Any]:
    return {
        "scores": {name: score_definition(name).version for name in ALL},
        "packs": {pack.name: f"{pack.version} {pack.checksum}" for pack in packs.packs},
    }


@contextmanager
def opened(dataset: LinkedDataset | Path | str) -> Iterator[LinkedDataset]:
    """The dataset itself, or the folder opened and closed again; what does not fit in memory goes to a temporary folder."""
    if isinstance(dataset, LinkedDataset):
        yield dataset
        return
    with (
        tempfile.TemporaryDirectory(prefix="localcare-risk-") as scratch,
        LinkedDataset.open(dataset, temp_directory=scratch) as source,
    ):
        yield source


def _silent(what: str, step: int, steps: int) -> None:
    return None
