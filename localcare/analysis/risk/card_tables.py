"""The tables of a model card in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from localcare.analysis.risk.judging import SETS

HIDDEN = "hidden"
MEASURES = {
    "people": "People",
    "events": "Had it",
    "observed": "Share who had it",
    "expected": "Mean risk given",
    "auc": "AUC",
    "average_precision": "Average precision",
    "brier": "Brier score",
    "brier_skill": "Brier skill against the mean",
    "calibration_slope": "Calibration slope (1 is perfect)",
    "calibration_intercept": "Calibration intercept (0 is perfect)",
    "observed_to_expected": "Observed for each expected",
}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table whose first column is words and whose others are figures."""
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"| --- |{' ---: |' * (len(head) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def estimate(found: Any) -> str:
    """A figure with its interval: 0.81 (0.80 to 0.82)."""
    if found is None or found["value"] is None:
        return "–"
    if found["low"] is None:
        return number(found["value"])
    return f"{number(found['value'])} ({number(found['low'])} to {number(found['high'])})"


def number(value: Any) -> str:
    """Counts with thousands marks, figures with three decimals."""
    if value is None:
        return HIDDEN
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def share(value: Any) -> str:
    """A share as a percentage with one decimal."""
    return HIDDEN if value is None else f"{value * 100:.1f}%"


def count_table(people: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Who is in and who is left out, on both days."""
    rows = [
        [name.capitalize(), number(people["training"][name]), number(people["test"][name])]
        for name in people["training"]
    ]
    yield from table(["", "training day", "test day"], rows)
    yield ""
    yield "Training used those of them who are not in held-out practices."


def performance_table(performance: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Every figure for everybody, the held-out practices and the others."""
    sets = [name for name in SETS if name in performance]
    rows = []
    for measure, title in MEASURES.items():
        cells = [performance[name][measure] for name in sets]
        rows.append(
            [title, *(estimate(cell) if isinstance(cell, Mapping) else number(cell) for cell in cells)]
        )
    yield from table(["", *(SETS[name] for name in sets)], rows)


def factor_table(card: Mapping[str, Any]) -> Iterator[str]:
    """The factors used, with the weights of a logistic model."""
    weights: dict[str, list[str]] = {}
    for term in card["estimator"].get("terms", ()):
        kind = {"value": "", "missing": " when not known"}.get(term["kind"], f" beyond {term['at']}")
        weights.setdefault(term["factor"], []).append(f"{term['weight']:+.3f}{kind}")
    if not weights:
        yield from (f"- {factor['title']}" for factor in card["factors"])
        return
    rows = [
        [factor["title"], "; ".join(weights.get(factor["name"], ["never varies"]))]
        for factor in card["factors"]
    ]
    yield from table(["Factor", "Log odds for one standard deviation more"], rows)


def decision_table(curve: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Net benefit per 1,000 people at each threshold."""
    rows = []
    for row in curve:
        model = {end: None if value is None else value * 1000 for end, value in row["model"].items()}
        said = f"{model['value']:.1f} ({model['low']:.1f} to {model['high']:.1f})"
        rows.append(
            [share(row["threshold"]), number(row["chosen"]), said, f"{row['everybody'] * 1000:.1f}", "0.0"]
        )
    yield from table(
        ["Chosen from a risk of", "people chosen", "by the model, per 1,000", "everybody", "nobody"], rows
    )


def group_tables(groups: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One table for each group; figures only where the numbers are large enough."""
    yield "Numbers from 1 to 4, and what would tell them, are hidden. A dash: too few to judge."
    for group in groups:
        rows = [
            [
                part["label"],
                number(part["people"]),
                share(part["observed"]),
                share(part["expected"]),
                *(estimate(part.get(name)) for name in ("observed_to_expected", "auc", "calibration_slope")),
            ]
            for part in group["parts"]
        ]
        head = [group["title"], "people", "had it", "mean risk", "observed for each expected", "AUC", "slope"]
        yield from table(head, rows)


def list_tables(figures: Mapping[str, Any]) -> Iterator[str]:
    """The list's yield, its overlap with the frailty scores and with itself a week earlier."""
    listed, week = figures["list"], figures["week_to_week"]
    yield (
        f"The {listed['people']:,} people with the highest risks ({share(listed['share'])}):"
        f" {share(listed['with_event']['value'])} of them had it, and they were"
        f" {share(listed['of_all_events']['value'])} of all who had it. Lowest risk on the list:"
        f" {share(listed['lowest_risk'])}."
    )
    if week["applies"]:
        yield (
            f"Of the list, {share(week['share']['value'])} ({share(week['share']['low'])} to"
            f" {share(week['share']['high'])}) were on it {week['days']} days earlier."
        )
    for score in figures["frailty_scores"]:
        rows = [
            [
                row["who"].capitalize(),
                number(row["people"]),
                number(row["events"]),
                share(row["observed"]["value"]) if row["observed"] else HIDDEN,
            ]
            for row in score["parts"]
        ]
        yield from table([f"{score['title']}, as long a list", "people", "had it", "share"], rows)
