"""Two models of the same outcome side by side, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localcare.care.stratification.models import RiskModel
from localcare.care.stratification.risk.card import CardTable, figures_of
from localcare.care.stratification.risk.figures import (
    FIGURES,
    SETS,
    interval,
    number,
    percent,
    share_in_words,
)
from localcare.care.stratification.risk.rules import METHODS
from localcare.kernel.nhs_design.formatting import format_date

HEADINGS = ("Figure", "This model", "The other")


def compared(first: RiskModel, second: RiskModel) -> list[CardTable]:
    """What was asked for, how good each is, for each group, and the list that each would make."""
    both = (figures_of(first), figures_of(second))
    tables = [CardTable("What was asked for", HEADINGS, _asked(first, second))]
    tables += [
        CardTable(f"How good: {title.lower()}", HEADINGS, _performance(name, *both))
        for name, title in SETS.items()
        if all(name in figures["performance"] for figures in both)
    ]
    tables.append(CardTable("The list it would make", HEADINGS, _lists(*both)))
    tables += [
        CardTable(f"Events for each expected: {title}", HEADINGS, rows) for title, rows in _groups(*both)
    ]
    return tables


def _asked(first: RiskModel, second: RiskModel) -> list[list[str]]:
    return [
        ["State", first.get_status_display(), second.get_status_display()],
        ["Method", *(METHODS.get(model.method, model.method) for model in (first, second))],
        ["Learnt up to", *(format_date(model.as_of) for model in (first, second))],
        ["Seed", *(str(model.seed) for model in (first, second))],
        ["Version", *(model.version[:12] for model in (first, second))],
        ["May be published", *("yes" if model.may_be_published else "no" for model in (first, second))],
    ]


def _performance(name: str, *both: Mapping[str, Any]) -> list[list[str]]:
    return [
        [title, *(said(figures["performance"][name][key]) for figures in both)]
        for key, (title, said) in FIGURES.items()
    ]


def _lists(*both: Mapping[str, Any]) -> list[list[str]]:
    found = [figures["list"] for figures in both]
    weeks = [figures["week_to_week"] for figures in both]
    return [
        ["People on it", *(number(one["people"]) for one in found)],
        ["With the event", *(share_in_words(one["with_event"]) for one in found)],
        ["Of all who had the event", *(share_in_words(one["of_all_events"]) for one in found)],
        ["Lowest risk on it", *(percent(one["lowest_risk"]) for one in found)],
        [
            "On it a week earlier",
            *(share_in_words(one.get("share")) if one["applies"] else "–" for one in weeks),
        ],
    ]


def _groups(*both: Mapping[str, Any]) -> Iterator[tuple[str, list[list[str]]]]:
    by_name = [{group["group"]: group for group in figures["groups"]} for figures in both]
    for name, group in by_name[0].items():
        others = [{part["label"]: part for part in one.get(name, {"parts": []})["parts"]} for one in by_name]
        labels = dict.fromkeys(label for parts in others for label in parts)
        yield (
            group["title"],
            [
                [label, *(interval(parts.get(label, {}).get("observed_to_expected"), 2) for parts in others)]
                for label in labels
            ],
        )
