"""Drift reports as pages show them: the latest in full, and one line for each run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from localcare.care.stratification.models import RiskScoring
from localcare.care.stratification.risk.figures import interval, number, percent
from localcare.kernel.nhs_design.formatting import format_date, format_short_date

SHOWN_FIRST = 8  # facts that changed most
FACTOR_HEADINGS = (
    "Fact",
    {"text": "Stability index", "numeric": True},
    {"text": "Not known at training", "numeric": True},
    {"text": "Not known now", "numeric": True},
)
DRIFT_HEADINGS = (
    "As of", "Run", "People scored", "Mean risk", "Mean risk at training", "Stability index of the risk",
    "Events for each expected", "Fact that changed most", "Warnings",
)  # fmt: skip
NOT_YET = "Not known yet: no follow-up has ended since the model was tested"
Report = Mapping[str, Any]


@dataclass(frozen=True)
class ShownDrift:
    """One report as drawn; without figures when nobody was scored."""

    as_of: date
    fault: str
    warnings: Sequence[str]
    summary: Sequence[tuple[str, str]] = ()
    headings: Sequence[Any] = field(default=FACTOR_HEADINGS)
    factors: Sequence[Sequence[str]] = ()
    rest: Sequence[Sequence[str]] = ()


def drift_of(scoring: RiskScoring) -> ShownDrift:
    """The whole report of a run."""
    report: Report = scoring.drift
    if scoring.fault or not report:
        return ShownDrift(scoring.run.as_of, scoring.fault, scoring.warnings)
    rows = [
        [
            factor["title"],
            number(factor["stability_index"], 3),
            percent(factor["missing_before"]),
            percent(factor["missing_now"]),
        ]
        for factor in _most_first(report)
    ]
    summary = [
        ("People scored", number(scoring.people)),
        (
            "Mean risk",
            f"{percent(report['mean_risk_now'])}, at training {percent(report['mean_risk_before'])}",
        ),
        ("Stability index of the risk", f"{number(report['risk_stability_index'], 3)}; 0 when nothing moved"),
        ("Events for each expected", _known_in_words(report)),
    ]
    first, rest = rows[:SHOWN_FIRST], rows[SHOWN_FIRST:]
    return ShownDrift(scoring.run.as_of, "", scoring.warnings, summary, factors=first, rest=rest)


def drift_rows(scorings: Iterable[RiskScoring]) -> list[list[str]]:
    """One line for each run, as a page and a file show it."""
    return [_row(scoring) for scoring in scorings]


def _row(scoring: RiskScoring) -> list[str]:
    report: Report = scoring.drift
    warned = scoring.fault or " ".join(scoring.warnings) or "none"
    begun = [format_short_date(scoring.run.as_of), str(scoring.run_id), number(scoring.people)]
    if scoring.fault or not report:
        return [*begun, "–", "–", "–", "–", "–", warned]
    most = next(iter(_most_first(report)), None)
    return [
        *begun,
        percent(report["mean_risk_now"]),
        percent(report["mean_risk_before"]),
        number(report["risk_stability_index"], 3),
        interval(report["known"]["observed_to_expected"], 2) if report["known"] else "not known yet",
        f"{most['title']} ({number(most['stability_index'], 3)})" if most else "–",
        warned,
    ]


def _most_first(report: Report) -> list[Mapping[str, Any]]:
    return sorted(report["factors"], key=lambda factor: -factor["stability_index"])


def _known_in_words(report: Report) -> str:
    known = report["known"]
    if not known:
        return NOT_YET
    return (
        f"{interval(known['observed_to_expected'], 2)}: {number(known['events'])} of"
        f" {number(known['people'])} people after {format_date(date.fromisoformat(known['index_on']))},"
        f" {number(known['expected'])} were expected"
    )
