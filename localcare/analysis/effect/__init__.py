"""Fair comparison: what changed, against a plan, against similar places, against similar people."""

from localcare.analysis.effect.baseline import against_baseline
from localcare.analysis.effect.difference_in_differences import Panel, difference_in_differences
from localcare.analysis.effect.matching import Candidates, matched_controls
from localcare.analysis.effect.results import BalanceRow, CannotCompare, Effect, Interval, PreTrend

__all__ = [
    "BalanceRow",
    "Candidates",
    "CannotCompare",
    "Effect",
    "Interval",
    "Panel",
    "PreTrend",
    "against_baseline",
    "difference_in_differences",
    "matched_controls",
]
