"""The raw figure against a baseline: a difference, with chance stated, and nothing said about its cause."""

from __future__ import annotations

from localcare.analysis.effect.results import CannotCompare, Effect, Interval
from localcare.analysis.effect.wording import direction, percent_span, verdict
from localcare.analysis.plain_numbers import figure, percent
from localcare.analysis.spc.rates import poisson_interval

CANNOT_SAY = (
    "This is a difference, not an effect: nothing was compared with, so it does not say why. Season, growth, a change in how "
    "activity is counted, other changes of the same months, and the fall that follows by itself when places or people were "
    "chosen for high figures (regression to the mean) can each be as large. The baseline is taken as exact, and events that "
    "come in clusters vary more than this interval allows."
)


def against_baseline(
    observed: float, baseline: float, *, what: str, period: str = "", level: float = 0.95
) -> Effect:
    """A count against the count planned or had before (`baseline`, taken as fixed); heading "Difference".

    The interval is the exact Poisson one of the observed count. Raises CannotCompare.
    """
    if baseline <= 0:
        raise CannotCompare(
            f"a baseline of {baseline} is nothing to compare with; give the count that was expected"
        )
    if observed < 0:
        raise CannotCompare(f"{observed} is no count; give the number of events observed")
    lower, upper = poisson_interval(observed, level=level)
    estimate = Interval(observed - baseline, lower - baseline, upper - baseline, level)
    relative = Interval(observed / baseline - 1, lower / baseline - 1, upper / baseline - 1, level)
    when = f" {period}" if period else ""
    return Effect(
        method="against baseline",
        heading="Difference from baseline",
        estimate=estimate,
        relative=relative,
        observed=observed,
        expected=baseline,
        says=(
            f"{what[:1].upper()}{what[1:]}{when}: {figure(observed)} against a baseline of {figure(baseline)}, "
            f"{percent(relative.value)} {direction(relative.value)} ({percent_span(relative)}). {verdict(estimate)}"
        ),
        cannot_say=CANNOT_SAY,
    )
