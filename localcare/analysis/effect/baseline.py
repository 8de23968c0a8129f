"""The raw figure against a baseline: a difference, with chance stated, and nothing said about its cause."""

from __future__ import annotations

from localcare.analysis.effect.results import CannotCompare, Effect, Interval
from localcare.analysis.effect.wording import direction, percent_span, verdict
from localcare.analysis.plain_numbers import figure, percent
from localcare.analysis.spc.rates import poisson_interval, ratio_interval

CANNOT_SAY = (
    "This is a difference, not an effect: nothing was compared with, so it does not say why. Season, growth, a change in how "
    "activity is counted, other changes of the same months, and the fall that follows by itself when places or people were "
    "chosen for high figures (regression to the mean) can each be as large. Events that come in clusters vary more than this "
    "interval allows."
)
PLANNED = "The baseline is taken as exact."


def against_baseline(
    observed: float,
    baseline: float,
    *,
    what: str,
    period: str = "",
    baseline_is_counted: bool = False,
    level: float = 0.95,
) -> Effect:
    """A count against the count planned, or counted before over as long a time; heading "Difference from baseline".

    A planned baseline is taken as exact: the interval is the exact Poisson one of the observed count. With
    `baseline_is_counted` it has chance in it too: the interval is the exact one of the ratio of two counts (Clopper and Pearson
    of one's share in both). Raises CannotCompare.
    """
    if baseline <= 0:
        raise CannotCompare(
            f"a baseline of {baseline} is nothing to compare with; give the count that was expected"
        )
    if observed < 0:
        raise CannotCompare(f"{observed} is no count; give the number of events observed")
    if baseline_is_counted:
        low, high = ratio_interval(observed, baseline, level=level)
    else:
        low, high = (end / baseline for end in poisson_interval(observed, level=level))
    relative = Interval(observed / baseline - 1, low - 1, high - 1, level)
    estimate = Interval(observed - baseline, (low - 1) * baseline, (high - 1) * baseline, level)
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
        cannot_say=CANNOT_SAY if baseline_is_counted else f"{CANNOT_SAY} {PLANNED}",
    )
