"""Fair comparison: what changed, against a plan, against similar places, against similar people, at a threshold."""

from localcare.analysis.effect.baseline import against_baseline
from localcare.analysis.effect.by_itself import ByItself, Following, by_itself
from localcare.analysis.effect.difference_in_differences import Panel, difference_in_differences
from localcare.analysis.effect.discontinuity import AtThreshold, Discontinuity, discontinuity, usual_bandwidth
from localcare.analysis.effect.matching import Candidates, matched_controls
from localcare.analysis.effect.results import BalanceRow, CannotCompare, Effect, Interval, PreTrend

__all__ = [
    "AtThreshold",
    "BalanceRow",
    "ByItself",
    "Candidates",
    "CannotCompare",
    "Discontinuity",
    "Effect",
    "Following",
    "Interval",
    "Panel",
    "PreTrend",
    "against_baseline",
    "by_itself",
    "difference_in_differences",
    "discontinuity",
    "matched_controls",
    "usual_bandwidth",
]
