"""Whether a model still fits the people it is used for: inputs, risks, and how it went where that is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.risk.calibration import observed_to_expected
from localcare.analysis.risk.discrimination import Estimate
from localcare.analysis.risk.feeds import held_since, not_usable
from localcare.analysis.risk.frame import Frame, read_frame
from localcare.analysis.risk.logistic import to_risk
from localcare.analysis.risk.material import usable
from localcare.analysis.risk.model import TrainedModel
from localcare.analysis.risk.stability import compared
from localcare.analysis.risk.training import opened
from localcare.analysis.risk.values import Values, matrix
from localcare.analysis.scores.packs import Packs


@dataclass(frozen=True)
class FactorDrift:
    """One factor now against training."""

    factor: str
    title: str
    stability_index: float
    missing_before: float
    missing_now: float


@dataclass(frozen=True)
class KnownOutcomes:
    """How it went after the latest index day whose follow-up is complete and that was not part of the test."""

    index_on: date
    people: int
    events: int
    expected: float
    observed_to_expected: Estimate


@dataclass(frozen=True)
class DriftReport:
    """What moved since training; `warnings` are for the analyst, in words, the gravest first."""

    model_version: str
    as_of: date
    people: int
    factors: tuple[FactorDrift, ...]
    risk_stability_index: float
    mean_risk_before: float
    mean_risk_now: float
    known: KnownOutcomes | None
    warnings: tuple[str, ...]


def drift(
    model: TrainedModel,
    dataset: LinkedDataset | Path | str,
    *,
    as_of: date,
    packs: Packs | None = None,
) -> DriftReport:
    """Compare the people of a day with those the model was trained on, and its risks with what came since.

    The data must be complete up to `as_of`. Thresholds are those of the outcome's definition as it was at training.
    """
    with opened(dataset) as source:
        feeds = held_since(source, as_of)
        now = read_frame(source, model.outcome, last=as_of, packs=packs)
        known = _known(model, source, as_of, packs)
    baseline, rows = model.content["baseline"], matrix(now.columns, model.factors)
    risk = to_risk(model.estimator.log_odds(rows))
    lost = [reason for factor in model.factors if (reason := not_usable(factor, feeds, as_of))]
    index, _ = compared(risk, baseline["risk"])
    factors = tuple(_factors(model, rows, baseline["factors"]))
    mean = float(risk.mean()) if len(risk) else 0.0
    warnings = [
        *(f"An input is gone. {reason}." for reason in lost),
        *_of_outcomes(known, model.outcome.content["drift"]["observed_to_expected"]),
        *_of_risk(baseline["risk"]["mean"], mean, index, model.outcome.content["drift"]),
        *_of_factors(factors, model.outcome.content["drift"]),
    ]
    return DriftReport(
        model_version=model.version,
        as_of=as_of,
        people=len(now),
        factors=factors,
        risk_stability_index=index,
        mean_risk_before=baseline["risk"]["mean"],
        mean_risk_now=mean,
        known=known,
        warnings=tuple(warnings),
    )


def _factors(model: TrainedModel, rows: Values, before: Mapping[str, Any]) -> Iterator[FactorDrift]:
    for place, factor in enumerate(model.factors):
        described = before[factor.name]
        index, missing = compared(rows[:, place], described)
        yield FactorDrift(factor.name, factor.title, index, described["missing"], missing)


def _known(
    model: TrainedModel, source: LinkedDataset, as_of: date, packs: Packs | None
) -> KnownOutcomes | None:
    """None while every index day with a complete follow-up was part of training or test."""
    outcome = model.outcome
    index = outcome.index_whose_end_is(as_of)
    if index <= model.tested_on:
        return None
    first = max(outcome.first_index(index), model.tested_on)
    frame = read_frame(source, outcome, last=index, first=first, packs=packs, follow=True)
    judged: Frame = frame.where(usable(outcome, frame))
    if not len(judged):
        return None
    risk = to_risk(model.estimator.log_odds(matrix(judged.columns, model.factors)))
    found = observed_to_expected(judged.event, risk)
    return KnownOutcomes(index, len(judged), int(judged.event.sum()), float(risk.sum()), found)


def _of_outcomes(known: KnownOutcomes | None, allowed: Mapping[str, float]) -> Iterator[str]:
    if known is None:
        return
    value, low, high = known.observed_to_expected
    if value < allowed["least"] or value > allowed["most"]:
        way = "too low" if value > 1 else "too high"
        yield (
            f"Risks have become {way}: after {known.index_on:%-d %B %Y}, {known.events:,} people had it where"
            f" {known.expected:,.0f} were expected ({value:.2f} for each, {low:.2f} to {high:.2f}). Train the model again."
        )


def _of_risk(before: float, now: float, index: float, limits: Mapping[str, Any]) -> Iterator[str]:
    ratio = now / before if before else 1.0
    if not limits["mean_risk_ratio"]["least"] <= ratio <= limits["mean_risk_ratio"]["most"]:
        yield f"The mean risk is {now * 100:.1f}%; at training it was {before * 100:.1f}%. Find out what changed."
    if index >= limits["stability_index"]["act"]:
        yield f"The risks lie otherwise than at training (stability index {index:.2f}). Train the model again."


def _of_factors(factors: tuple[FactorDrift, ...], limits: Mapping[str, Any]) -> Iterator[str]:
    look, act = limits["stability_index"]["look"], limits["stability_index"]["act"]
    for factor in sorted(factors, key=lambda one: -one.stability_index):
        if factor.stability_index >= act:
            yield (
                f"{factor.title}: lies quite otherwise than at training (stability index"
                f" {factor.stability_index:.2f}, {act} or more). Check the feed, then train the model again."
            )
        elif factor.stability_index >= look:
            yield (
                f"{factor.title}: has moved since training (stability index {factor.stability_index:.2f},"
                f" {look} or more). Look whether the feed or the coding changed."
            )
    for factor in factors:
        if abs(factor.missing_now - factor.missing_before) >= limits["missing_change"]:
            yield (
                f"{factor.title}: not known for {factor.missing_now * 100:.1f}% of people; at training"
                f" {factor.missing_before * 100:.1f}%. Check the feed."
            )
