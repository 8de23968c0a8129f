"""Faults of single numbers: shares that do not sum, durations that cannot be, numbers nobody answers for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from localcare.analysis.simulation.scenario.durations import Duration
from localcare.analysis.simulation.scenario.errors import Place, ScenarioFault

TOLERANCE = 1e-6  # shares written with six decimals still sum
LONGEST_HOURS = 20 * 365.25 * 24


def unknown(place: Place, what: str, name: str, known: Collection[str]) -> Iterator[ScenarioFault]:
    """A fault when nobody knows the name."""
    if name not in known:
        listed = ", ".join(sorted(known)) or "none"
        yield ScenarioFault(place, f"There is no {what} {name!r}", f"Known: {listed}")


def share_faults(given: Mapping[str, float], place: Place, what: str) -> Iterator[ScenarioFault]:
    """A fault when shares do not sum to 1."""
    total = sum(given.values())
    if abs(total - 1) > TOLERANCE:
        yield ScenarioFault(
            place, f"{what} sum to {total:.6g}, not to 1", "Change them so that they sum to 1"
        )


def sourceless(source: str, place: Place, what: str) -> Iterator[ScenarioFault]:
    """A fault when nobody says where a number comes from."""
    if not source.strip():
        yield ScenarioFault(
            place,
            f"Nobody says where the {what} comes from",
            "Add source: a publication, a measurement, or synthetic",
        )


def duration_faults(duration: Duration, place: Place) -> Iterator[ScenarioFault]:
    """Faults of a duration: parameters that no length of time can have."""
    yield from sourceless(duration.source, place, "duration")
    said = _impossible(duration)
    if said:
        yield ScenarioFault(place, *said)
    elif _longest(duration) * duration.hours_per_unit > LONGEST_HOURS:
        yield ScenarioFault(place, "It takes more than 20 years", "Check the unit")


def _impossible(duration: Duration) -> tuple[str, str] | None:
    given = duration.parameters
    match duration.distribution:
        case "exponential" if given["mean"] <= 0:
            return "The mean is not above 0", "Give a mean above 0"
        case "lognormal" | "gamma" if given["mean"] <= 0 or given["sd"] <= 0:
            return "Mean and standard deviation must be above 0", "Correct them, or use fixed"
        case "triangular" if (
            not 0 <= given["low"] <= given["mode"] <= given["high"] or given["high"] <= given["low"]
        ):
            return "low, mode and high do not rise from 0 on", "Write them in their order"
        case "uniform" if not 0 <= given["low"] < given["high"]:
            return "low and high do not rise from 0 on", "Write them in their order"
        case "fixed" if given["value"] < 0:
            return "It is less than no time", "Write 0 or more"
        case "empirical":
            return _impossible_values(duration)
    return None


def _impossible_values(duration: Duration) -> tuple[str, str] | None:
    values, weights = duration.values, duration.weights
    if not values or min(values) < 0:
        return "An empirical duration needs values of 0 or more", "Write values: [1.5, 2, 4]"
    if list(values) != sorted(values):
        return "The values do not rise", "Write them in their order"
    if weights and (len(weights) != len(values) or sum(weights) <= 0):
        return (
            "There is not one weight for each value, or all are 0",
            "Give as many weights as values, or none",
        )
    return None


def _longest(duration: Duration) -> float:
    return max((*duration.parameters.values(), *duration.values), default=0.0)
