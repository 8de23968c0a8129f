"""Since when each feed of a dataset is complete: a factor that looks back further than that is not used."""

from __future__ import annotations

import statistics
from datetime import date, timedelta
from typing import Any

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.dataset.schema import CONTACT_SETTINGS
from localcare.analysis.libraries import ibis
from localcare.analysis.risk.definitions import Factor, history_needed_from

FULL_SHARE = 0.25  # of the usual month: from this many rows on a month counts as supplied
SLACK_DAYS = 31  # a feed that begins within the first month looked back on is taken as whole
WORDS = {
    "stays": "hospital stays",
    "attendances": "urgent and emergency care attendances",
    "facts": "coded records of general practice",
    "medicines": "medicines issued",
} | {f"contacts {setting}": f"contacts: {setting.replace('-', ' ')}" for setting in CONTACT_SETTINGS}


def held_since(dataset: LinkedDataset, until: date) -> dict[str, date | None]:
    """By feed, the first day of the first month from which it comes with its usual volume; None when it is not held.

    The usual month is the median of the months that have rows, up to `until`.
    """
    facts = dataset.table("facts")
    medicines = facts.filter(facts.kind == "medicine")
    found = {
        "stays": _first_month(_months(dataset.table("stays"), "admitted_on", until)),
        "attendances": _first_month(_months(dataset.table("attendances"), "arrived_on", until)),
        "facts": _first_month(_months(facts, "occurred_on", until), whole_life=True),
        "medicines": _first_month(_months(medicines, "occurred_on", until)),
    }
    by_setting = _months_by(dataset.table("contacts"), "occurred_on", until, by="setting")
    return found | {
        f"contacts {setting}": _first_month(by_setting.get(setting, {})) for setting in CONTACT_SETTINGS
    }


def _months(rows: Any, column: str, until: date) -> dict[int, int]:
    """Rows by month, counted from year 0."""
    everything = rows.mutate(part=ibis.literal("all"))
    return _months_by(everything, column, until, by="part").get("all", {})


def _months_by(rows: Any, column: str, until: date, *, by: str) -> dict[str, dict[int, int]]:
    dated = rows.filter(rows[column] <= ibis.literal(until))
    by_month = dated.mutate(month=(dated[column].year() * 12 + dated[column].month() - 1).cast("int64"))
    counted = by_month.group_by(by, "month").aggregate(number=by_month.count()).to_pyarrow()
    found: dict[str, dict[int, int]] = {}
    for part, month, number in zip(
        *(counted[name].to_pylist() for name in (by, "month", "number")), strict=True
    ):
        found.setdefault(part, {})[month] = number
    return found


def _first_month(months: dict[int, int], *, whole_life: bool = False) -> date | None:
    if not months:
        return None
    usual = statistics.median(
        sorted(months.values())[-60:]
    )  # old entries are thin: the fullest five years count
    full = months if whole_life else {month for month, rows in months.items() if rows >= FULL_SHARE * usual}
    year, month = divmod(min(full), 12)
    return date(year, month + 1, 1)


def not_usable(factor: Factor, feeds: dict[str, date | None], index: date) -> str:
    """Why a factor cannot be used for an index day, in words; empty when it can."""
    if not factor.feed:
        return ""
    since = feeds[factor.feed]
    if since is None:
        return f"{factor.title}: no {WORDS[factor.feed]} are held"
    if factor.needs_months and since > history_needed_from(factor, index) + timedelta(days=SLACK_DAYS):
        return (
            f"{factor.title}: looks back {factor.needs_months} months from {index:%-d %B %Y}, and"
            f" {WORDS[factor.feed]} are held since {since:%B %Y} only"
        )
    return ""


def missing_feeds(feeds: dict[str, date | None]) -> list[str]:
    """What is not held for anybody, in words."""
    return [f"Not supplied to this dataset: {WORDS[name]}" for name, since in feeds.items() if since is None]
