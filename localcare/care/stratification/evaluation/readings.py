"""The comparison at the threshold, outcome by outcome, as the page and the file show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from localcare.analysis import charts
from localcare.analysis.disclosure import SMALLEST
from localcare.analysis.effect import Discontinuity, Interval
from localcare.analysis.plain_numbers import figure
from localcare.care.stratification.evaluation.evaluating import OUTCOMES, UNIT, Evaluation

SCORES = "risk, in people of 1,000"
FEWEST_IN_A_POINT = 50  # people: a rate read off a picture then tells no small number


@dataclass(frozen=True)
class Reading:
    """One outcome at the threshold, as the page shows it."""

    outcome: str
    title: str
    found: Discontinuity | None
    refused: str
    headline: str = ""
    checks: tuple[tuple[str, str], ...] = ()

    @property
    def has_picture(self) -> bool:
        """Whether each point stands on so many people that a small number of events tells nothing."""
        return self.found is not None and all(one.people >= FEWEST_IN_A_POINT for one in self.found.bins)

    @property
    def picture_in_words(self) -> str:
        """The text alternative of the picture."""
        assert self.found is not None
        return charts.threshold_chart_in_words(self.found, title=self.title, unit=UNIT, scores=SCORES)


def readings(evaluation: Evaluation) -> list[Reading]:
    """The comparison at the threshold, outcome by outcome; emergency admissions first."""
    return [_reading(what, OUTCOMES[what], found) for what, found in evaluation.at_threshold.items()]


def _reading(outcome: str, title: str, found: Discontinuity | str) -> Reading:
    if isinstance(found, str):
        return Reading(outcome, title, None, found)
    effect = found.effect
    if effect.estimate is None:
        headline = "No figure"
    elif effect.estimate.holds_zero:
        headline = "Not beyond chance"
    else:
        headline = f"{figure(abs(effect.estimate.value))} {'fewer' if effect.estimate.value < 0 else 'more'}"
    return Reading(outcome, title, found, "", headline, tuple(_checks(found)))


def _checks(found: Discontinuity) -> Iterator[tuple[str, str]]:
    counts = found.effect.counts
    yield "People near enough", f"{counts['just above']:,} above and {counts['just below']:,} below"
    above, below = (_few_or(counts[f"events just {side}"]) for side in ("above", "below"))
    yield "Events after", f"{above} above and {below} below"
    yield (
        "Bandwidth",
        f"{figure(found.bandwidth / 10)} in 100 to either side, fixed beforehand at half the threshold",
    )
    if found.acted:
        yield "Acted on more often just above", _interval(found.acted, 100, " percentage points")
    if found.before:
        yield "Jump before the list, which should be none", _interval(found.before, 1, " for each person")
    for width, interval in found.other_widths:
        yield f"With a bandwidth of {figure(width / 10)} in 100", _interval(interval)


def _few_or(events: int) -> str:
    return f"fewer than {SMALLEST}" if 0 < events < SMALLEST else f"{events:,}"


def _interval(interval: Interval, scale: float = 1, unit: str = "") -> str:
    value, lower, upper = (figure(scale * end) for end in (interval.value, interval.lower, interval.upper))
    return f"{value}{unit} ({lower} to {upper})"
