"""Putting rules, scores and changes into words: pure functions of definitions and rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from localcare.care.stratification.conditions import Comparison
from localcare.care.stratification.definitions import Cohort, Definitions, Measure
from localcare.care.stratification.models import PersonScore
from localcare.care.stratification.plan import bits_of
from localcare.kernel.nhs_design.formatting import format_short_date

SHOWN_ELSEWHERE = ("age",)


def row_of(score: PersonScore, definitions: Definitions) -> dict[str, Any]:
    """The columns that rules ask about, with the flags."""
    row = {name: getattr(score, name) for name in definitions.measures}
    for flag in definitions.flags:
        row[flag.name] = any(
            getattr(score, column) & bits
            for score_name, item in flag.items
            for column, bits in bits_of(score_name, item).items()
        )
    return row


def said(value: Any, measure: Measure) -> str:
    """A value as people write it."""
    if isinstance(value, date):
        return format_short_date(value)
    if measure.scale > 1:
        places = len(str(measure.scale)) - 1
        whole, rest = divmod(value, measure.scale)
        return f"{whole}.{rest:0{places}d}"
    return str(value)


def comparison_in_words(comparison: Comparison, row: Mapping[str, Any], definitions: Definitions) -> str:
    """What was found that met a comparison."""
    measure = definitions.measures.get(comparison.column)
    if measure is None:
        return next(flag.label for flag in definitions.flags if flag.name == comparison.column).lower()
    value = row[comparison.column]
    if value == 1 and measure.one:
        return measure.one
    return measure.says.format_map(_Said(row, definitions, value=said(value, measure)))


class _Said(dict[str, str]):
    """What a sentence may name: the value itself and every measure of the row, put in words only when named."""

    def __init__(self, row: Mapping[str, Any], definitions: Definitions, *, value: str) -> None:
        super().__init__(value=value)
        self.row, self.measures = row, definitions.measures

    def __missing__(self, name: str) -> str:
        return said(self.row[name], self.measures[name])


def reasons(cohort: Cohort, row: Mapping[str, Any], as_of: date, definitions: Definitions) -> list[str]:
    """Why a person is in a cohort, with numbers."""
    met = [found for found in cohort.when.met_by(row, as_of) if found.column not in SHOWN_ELSEWHERE]
    return [comparison_in_words(found, row, definitions) for found in met]


def all_reasons(
    cohorts: Iterable[Cohort], row: Mapping[str, Any], as_of: date, definitions: Definitions
) -> list[str]:
    """The reasons of several cohorts, each said once."""
    return list(
        dict.fromkeys(said for cohort in cohorts for said in reasons(cohort, row, as_of, definitions))
    )


def points(
    cohorts: Iterable[Cohort], row: Mapping[str, Any], as_of: date, definitions: Definitions
) -> list[tuple[str, int]]:
    """Where the points for the order come from; they sum to the priority."""
    found = [(cohort.title, cohort.points) for cohort in cohorts if cohort.points]
    found += [(rule.says, rule.points) for rule in definitions.points if rule.when.holds(row, as_of)]
    for count in definitions.counts:
        earned = min(row[count.column] * count.points_each, count.at_most)
        if earned:
            comparison = Comparison(count.column, "at_least", 1)
            found.append((comparison_in_words(comparison, row, definitions), earned))
    return [(words[0].upper() + words[1:], earned) for words, earned in found]


def changes(found: Mapping[str, list[Any]], definitions: Definitions) -> list[str]:
    """What changed since the last run."""
    return [_change(name, before, after, definitions) for name, (before, after) in found.items()]


def _change(name: str, before: Any, after: Any, definitions: Definitions) -> str:
    if name == "in_hospital":
        return "Admitted to hospital" if after else "Left hospital"
    if name == "in_care_home":
        return "Moved into a care home" if after else "No longer in a care home"
    if name == "segment":
        return f"Segment is now {definitions.segment(after).title.lower()}"
    if name == "tier":
        return f"Tier of acuity from {before} to {after}"
    measure = definitions.measures[name]
    return f"{measure.label} from {said(before, measure)} to {said(after, measure)}"


def came_back(columns: str, definitions: Definitions) -> str:
    """Why somebody put aside is shown again before the day."""
    labels = {"tier": "the tier of acuity rose", "cohorts": "the person joined another cohort"}
    names = [name for name in columns.split(",") if name]
    return " and ".join(
        labels.get(name)
        or f"{definitions.measures[name].label[0].lower()}{definitions.measures[name].label[1:]} rose"
        for name in names
    )
