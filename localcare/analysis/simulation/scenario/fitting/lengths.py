"""A distribution for lengths of which some are not over yet: by likelihood, with what is still open as censored."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaincc, gammaln, ndtr

from localcare.analysis.simulation.scenario.distributions import Array, survival
from localcare.analysis.simulation.scenario.durations import DurationUnit
from localcare.analysis.simulation.scenario.fitting.observed import Flags
from localcare.analysis.simulation.scenario.reading_durations import read_duration

SHORTEST = 1 / 3600  # hours: nothing is taken to be shorter than a second
MOST = 20_000  # lengths that are weighed; of more, every so-manieth in order of length
ENOUGH_FOR_TWO = 10  # ended lengths, to tell two parameters
TOO_FAR = (
    1.8  # times 1/sqrt(n): a named distribution further off than this gives way to the lengths themselves
)
POINTS = 120  # of an empirical distribution
FIGURES = 4


@dataclass(frozen=True)
class Length:
    """What was found for a step: the words of the scenario, and how well they fit."""

    content: Mapping[str, Any]
    ended: int
    still_open: int
    mean_hours: float
    furthest: float  # largest distance between the fitted and the observed (Kaplan-Meier) survival
    log_likelihood: float
    says: str = ""


def fit_length(hours: Array, is_over: Flags) -> Length:
    """The best of exponential, lognormal and gamma by Akaike's criterion; the lengths themselves where none comes near.

    `hours` are lengths from start to end, or to the last moment known where it is not over.
    """
    hours = np.maximum(np.asarray(hours, float), SHORTEST)
    ended = int(is_over.sum())
    if ended == 0:
        return _guessed(hours)
    if (
        np.ptp(hours[is_over]) <= 1e-3 * hours[is_over].mean()
        and (hours[~is_over] <= hours[is_over].max()).all()
    ):
        return _fixed(hours, is_over)
    hours, is_over = _thinned(hours, is_over)
    found = [_named("exponential", hours, is_over)]
    if ended >= ENOUGH_FOR_TWO:
        found += [_named(name, hours, is_over) for name in ("lognormal", "gamma")]
    best = min((one for one in found if _is_sober(one[0], hours)), key=lambda one: one[1], default=found[0])
    length = _length(best[0], best[2], hours, is_over, ended, -best[1])
    if length.furthest > TOO_FAR / math.sqrt(ended) and ended >= 100 and is_over.mean() > 0.95:
        return _length(_empirical(hours, is_over), length.log_likelihood, hours, is_over, ended, 0.0)
    return length


def kaplan_meier(hours: Array, is_over: Flags) -> tuple[Array, Array]:
    """Times at which something ended (rising), and the share that lasts longer than each."""
    order = np.argsort(hours, kind="stable")
    times, ends = hours[order], is_over[order]
    at_risk = len(times) - np.arange(len(times))
    with np.errstate(divide="ignore"):
        steps = np.cumsum(np.log1p(-np.where(ends, 1.0, 0.0) / at_risk))
    return times[ends], np.exp(steps)[ends]


def in_unit(mean_hours: float) -> tuple[DurationUnit, float]:
    """The unit in which such a length is best said, and hours in it."""
    if mean_hours < 3:
        return "minutes", 1 / 60
    return ("hours", 1.0) if mean_hours < 72 else ("days", 24.0)


def rounded(value: float) -> float:
    """A number to as many figures as a person would read."""
    return float(f"{value:.{FIGURES}g}")


def _named(name: str, hours: Array, is_over: Flags) -> tuple[dict[str, Any], float, float]:
    """The words of a fitted distribution, Akaike's criterion, and the log likelihood."""
    exposure, events = float(hours.sum()), float(is_over.sum())
    if name == "exponential":
        mean = exposure / events
        likelihood = -events * math.log(mean) - exposure / mean
        return {"distribution": name, "mean": mean}, 2 - 2 * likelihood, likelihood
    cost = _lognormal_cost(hours, is_over) if name == "lognormal" else _gamma_cost(hours, is_over)
    logs = np.log(hours[is_over])
    sigma = max(float(logs.std()), 0.05)
    start = [float(logs.mean()), math.log(sigma)]
    if name == "gamma":
        shape = 1 / max(math.expm1(sigma**2), 1e-3)
        start = [math.log(shape), math.log(exposure / events / shape)]
    best = minimize(cost, start, method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-4, "maxiter": 600})
    first, second = (math.exp(best.x[0]) if name == "gamma" else best.x[0]), math.exp(best.x[1])
    if name == "gamma":
        mean, sd = first * second, math.sqrt(first) * second
    else:
        mean = math.exp(min(first + second**2 / 2, 50))
        sd = mean * math.sqrt(math.expm1(min(second**2, 50)))
    likelihood = -float(best.fun)
    return {"distribution": name, "mean": mean, "sd": sd}, 4 - 2 * likelihood, likelihood


def _is_sober(words: Mapping[str, Any], hours: Array) -> bool:
    """Whether a distribution does not promise lengths far beyond all that was ever seen."""
    return bool(words["mean"] <= 5 * hours.max() and words.get("sd", 0.0) <= 10 * words["mean"])


def _lognormal_cost(hours: Array, is_over: Flags) -> Callable[[Array], float]:
    over, open_ = np.log(hours[is_over]), np.log(hours[~is_over])

    def cost(parameters: Array) -> float:
        mu, sigma = parameters[0], math.exp(min(parameters[1], 5))
        ended = -over - math.log(sigma * math.sqrt(2 * math.pi)) - ((over - mu) / sigma) ** 2 / 2
        still = np.log(np.maximum(ndtr((mu - open_) / sigma), 1e-300))
        return -float(ended.sum() + still.sum())

    return cost


def _gamma_cost(hours: Array, is_over: Flags) -> Callable[[Array], float]:
    over, open_ = hours[is_over], hours[~is_over]
    logs = np.log(over)

    def cost(parameters: Array) -> float:
        shape, scale = math.exp(min(parameters[0], 12)), math.exp(min(parameters[1], 20))
        ended = (shape - 1) * logs - over / scale - shape * math.log(scale) - float(gammaln(shape))
        still = np.log(np.maximum(gammaincc(shape, open_ / scale), 1e-300))
        return -float(ended.sum() + still.sum())

    return cost


def _length(
    words: dict[str, Any], likelihood: float, hours: Array, is_over: Flags, ended: int, _best: float
) -> Length:
    """The words in a handy unit, rounded, with their distance from what was observed."""
    mean = words.get("mean")
    times, still = kaplan_meier(hours, is_over)
    mean = float(mean) if mean is not None else float(np.mean(words["values"]))
    unit, in_hours = in_unit(mean)
    content: dict[str, Any] = {"distribution": words["distribution"], "unit": unit}
    for key in ("mean", "sd"):
        if key in words:
            content[key] = rounded(words[key] / in_hours)
    if "values" in words:
        content["values"] = sorted(rounded(value / in_hours) for value in words["values"])
    fitted = survival(read_duration(content, ()), times)
    before = np.concatenate([[1.0], still[:-1]])
    furthest = float(np.maximum(np.abs(fitted - still), np.abs(fitted - before)).max())
    return Length(content, ended, int((~is_over).sum()), mean, furthest, likelihood)


def _empirical(hours: Array, is_over: Flags) -> dict[str, Any]:
    """Evenly spaced quantiles of the observed (Kaplan-Meier) distribution."""
    times, still = kaplan_meier(hours, is_over)
    wanted = (np.arange(POINTS) + 0.5) / POINTS
    at = np.minimum(np.searchsorted(1 - still, wanted), len(times) - 1)
    return {"distribution": "empirical", "values": times[at].tolist()}


def _fixed(hours: Array, is_over: Flags) -> Length:
    value = float(hours[is_over].mean())
    unit, in_hours = in_unit(value)
    shown = 0.0 if value <= 2 * SHORTEST else rounded(value / in_hours)
    content = {"distribution": "fixed", "unit": unit, "value": shown}
    return Length(content, int(is_over.sum()), int((~is_over).sum()), value, 0.0, 0.0)


def _guessed(hours: Array) -> Length:
    """Nothing ended: as if the first had ended now."""
    mean = max(float(hours.sum()), 1.0)
    unit, in_hours = in_unit(mean)
    content = {"distribution": "exponential", "unit": unit, "mean": rounded(mean / in_hours)}
    return Length(
        content, 0, len(hours), mean, 0.0, 0.0, "nothing of it ended: a guess from how long it has gone on"
    )


def _thinned(hours: Array, is_over: Flags) -> tuple[Array, Flags]:
    """At most so many, alike in their distribution, and always the same ones."""
    if len(hours) <= MOST:
        return hours, is_over
    order = np.argsort(hours, kind="stable")
    chosen = order[np.linspace(0, len(order) - 1, MOST).astype(int)]
    return hours[chosen], is_over[chosen]
