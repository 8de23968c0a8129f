"""Figures of an evaluation as people write them: with their interval, in percent, or hidden where they are small."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localcare.kernel.nhs_design.formatting import format_number

NOT_KNOWN = "–"
HIDDEN = "hidden"
SETS = {
    "overall": "Everybody",
    "held_out_practices": "Practices it never saw",
    "practices_trained_on": "Practices it was trained on",
}


def number(value: float | None, places: int = 0) -> str:
    """A count or figure; "hidden" when it was taken out because it is small."""
    return HIDDEN if value is None else format_number(value, places)


def percent(share: float | None, places: int = 1) -> str:
    """A share as a percentage."""
    return HIDDEN if share is None else f"{format_number(share * 100, places)}%"


Estimate = Mapping[str, float | None]


def interval(estimate: Estimate | None, places: int) -> str:
    """A figure with its 95% interval: 0.76 (0.74 to 0.78)."""
    if estimate is None or estimate["value"] is None:
        return NOT_KNOWN
    value, low, high = (format_number(estimate[end], places) for end in ("value", "low", "high"))
    return f"{value} ({low} to {high})" if low and high else value


def share_in_words(estimate: Estimate | None) -> str:
    """A share with its 95% interval, in percent."""
    if estimate is None:
        return HIDDEN
    if estimate["value"] is None:
        return NOT_KNOWN
    value, low, high = (percent_alone(estimate[end]) for end in ("value", "low", "high"))
    return f"{value}% ({low} to {high})" if low and high else f"{value}%"


def percent_alone(share: float | None) -> str:
    """A share as a percentage without its sign; empty when it is not known."""
    return "" if share is None else format_number(share * 100, 1)


def performance_of(figures: Mapping[str, Any], name: str = "overall") -> Mapping[str, Any]:
    """The performance in one set of people."""
    found: Mapping[str, Any] = figures["performance"][name]
    return found


FIGURES: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "people": ("People", number),
    "events": ("With the event", number),
    "observed": ("Share with the event", percent),
    "expected": ("Share that the model said", percent),
    "auc": ("AUC: chance that somebody with the event has the higher risk", lambda found: interval(found, 3)),
    "average_precision": ("Average precision", lambda found: interval(found, 3)),
    "brier": ("Brier score (smaller is better)", lambda found: interval(found, 4)),
    "brier_skill": (
        "Brier skill against saying the same for everybody",
        lambda found: NOT_KNOWN if found is None else number(found, 3),
    ),
    "calibration_slope": ("Calibration slope (1 is perfect)", lambda found: interval(found, 2)),
    "calibration_intercept": ("Calibration intercept (0 is perfect)", lambda found: interval(found, 2)),
    "observed_to_expected": ("Events for each expected (1 is perfect)", lambda found: interval(found, 2)),
}
