"""The steps of one pathway as a journal shows them up to a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.scenario.distributions import Array
from localcare.analysis.simulation.scenario.fitting.branches import outcome_shares
from localcare.analysis.simulation.scenario.fitting.lengths import MOST, Length, fit_length
from localcare.analysis.simulation.scenario.fitting.observed import Observed, Tasks, Words

ENOUGH_BY_OUTCOME = 60  # tasks of each outcome, to give it a length of its own
GAIN = 20.0  # of log likelihood, beyond which lengths by outcome are worth their numbers
LEAST_WAIT = 1 / 60  # hours: below a minute work begins at once
MOST_BEFORE = 0.95  # of a length passes before work begins at most
GUESS = "guessed: nobody was seen in it"


@dataclass(frozen=True)
class StepFit:
    """What was found for one step."""

    pathway: str
    step: str
    content: Mapping[str, Any]
    length: Length
    asked: int
    mean_wait_hours: float


def fit_step(
    observed: Observed,
    tasks: Tasks,
    pathway: Pathway,
    step: str,
    service: str,
    until: float,
    *,
    is_endless: bool = False,
) -> StepFit:
    """The words of a step from the tasks of it that are known at a moment.

    Of a service without limit (`is_endless`) the length counts from the request, for no place explains what was waited.
    """
    waits = tasks.started - tasks.requested
    waits = waits[~np.isnan(waits)]
    mean_wait = float(waits.mean()) if len(waits) else 0.0
    is_from_request = is_endless and mean_wait >= LEAST_WAIT
    since = tasks.requested if is_from_request else tasks.started
    chosen = (since >= 0) & ~(np.isnan(tasks.started) & ~np.isnan(tasks.finished))
    begun, since = tasks.kept(chosen), since[chosen]
    ends = np.where(np.isnan(begun.finished), until, begun.finished)
    hours = np.asarray(ends - since, float)
    known = pathway.steps[step].outcomes
    outcomes = np.array([code if code in known else "" for code in begun.outcome.tolist()], dtype=object)
    length = fit_length(hours, outcomes != "") if len(hours) else _unseen()
    shares = outcome_shares(hours, outcomes) or {_usual(pathway, step): 1.0}
    source = f"fitted: {length.ended} ended, {length.still_open} still open" if len(hours) else GUESS
    content: dict[str, Any] = {
        "service": service,
        "duration": {**length.content, "source": _length_source(length)},
        "outcomes": shares,
        "source": source,
    }
    if by_outcome := _by_outcome(hours, outcomes, shares, length):
        content["duration_by_outcome"] = by_outcome
    if is_from_request and len(hours):
        content["begins_after"] = _beginning(mean_wait, length)
        answered = observed.answers.get((pathway.code, step), 1.0)
        content["answered_after"] = round(content["begins_after"] * answered, 3)
    before = content.get("begins_after", 0.0)
    milestones = {
        code: round(before + (1 - before) * part, 3)
        for (of_pathway, of_step, code), part in observed.milestones.items()
        if (of_pathway, of_step) == (pathway.code, step) and code in pathway.steps[step].milestones
    }
    if milestones:
        content["milestones"] = milestones
    return StepFit(pathway.code, step, content, length, len(tasks.requested), mean_wait)


def _beginning(mean_wait_hours: float, length: Length) -> float:
    """The part of the length from the request on that passes before work begins."""
    return round(min(mean_wait_hours / max(length.mean_hours, 1e-9), MOST_BEFORE), 3)


def unseen_step(pathway: Pathway, step: str, service: str) -> dict[str, Any]:
    """The words of a step that people can reach and that nobody was seen in."""
    return {
        "service": service,
        "duration": {**_unseen().content, "source": GUESS},
        "outcomes": {_usual(pathway, step): 1},
        "source": GUESS,
    }


def _unseen() -> Length:
    return Length({"distribution": "exponential", "unit": "hours", "mean": 1}, 0, 0, 1.0, 0.0, 0.0, GUESS)


def _usual(pathway: Pathway, step: str) -> str:
    """The first outcome of the definition that needs no reason: how a step is meant to end."""
    outcomes = pathway.steps[step].outcomes
    return next((code for code, one in outcomes.items() if not one.needs_reason), next(iter(outcomes)))


def _length_source(length: Length) -> str:
    if length.says:
        return f"fitted: {length.says}"
    return f"fitted: {length.ended} ended, {length.still_open} open counted as censored; furthest off by {length.furthest:.3f}"


def _by_outcome(
    hours: Array, outcomes: Words, shares: Mapping[str, float], whole: Length
) -> dict[str, dict[str, Any]]:
    """Lengths by outcome, where the outcome makes a difference and nearly all are over."""
    counts = {code: int((outcomes == code).sum()) for code in shares}
    if len(shares) < 2 or min(counts.values()) < ENOUGH_BY_OUTCOME or (outcomes == "").mean() > 0.05:
        return {}
    if whole.content["distribution"] == "fixed":
        return {}
    chosen = np.linspace(0, len(hours) - 1, min(len(hours), MOST)).astype(int)
    hours, outcomes = hours[chosen], outcomes[chosen]  # the same for both, so that their likelihoods compare
    each = {code: fit_length(hours[outcomes == code], outcomes[outcomes == code] != "") for code in shares}
    if any(one.content["distribution"] in ("fixed", "empirical") for one in each.values()):
        return {}
    together = fit_length(hours, outcomes != "").log_likelihood
    if sum(one.log_likelihood for one in each.values()) - together < GAIN:
        return {}
    return {code: {**one.content, "source": _length_source(one)} for code, one in each.items()}
