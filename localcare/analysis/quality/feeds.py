"""Rules about feeds: silent, with whole months missing, with a last month cut short."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from localcare.analysis.quality.counts import Counts, first_of, month_of, whole_months
from localcare.analysis.quality.figures import CHANCE, NAMES, Figure, Kind, per_cent
from localcare.analysis.quality.rules import Rule

DAYS_IN_MONTH = 30.4
MONTHS_OF_USUAL = 24
MONTHS_LOOKED_AT = 12
MONTHS_BEFORE_LAST = 6


@dataclass(frozen=True)
class _Feed:
    """One feed of one table: rows by month and the last day."""

    table: str
    code: str  # empty for the whole table
    months: Mapping[int, int]
    last: date

    def usual(self, until: int, number: int) -> float:
        """The median month among so many up to one, of those from its first on that are not empty."""
        known = [
            self.months[month] for month in range(until - number + 1, until + 1) if self.months.get(month)
        ]
        return statistics.median(known) if known else 0.0


def _feeds(counts: Counts, rule: Rule) -> Iterator[_Feed]:
    """Each table as a whole, and each practice (facts) or provider of it."""
    for table in rule.tables:
        months: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        last: dict[str, date] = {}
        for each in counts.events.get(table, ()):
            code = each.practice if table == "facts" else each.feed
            for name in {"", code}:
                if each.last:
                    last[name] = max(last.get(name, each.last), each.last)
                if each.month:
                    months[name][each.month] += each.rows
        yield from (_Feed(table, name, months[name], last[name]) for name in sorted(months) if name in last)


def _kind_of(feed: _Feed) -> Kind:
    if not feed.code:
        return "place"
    return "practice" if feed.table == "facts" else "feed"


def silent(counts: Counts, rule: Rule) -> Iterator[Figure]:
    """Days since the last activity, where enough would have been usual in that time."""
    this_month = month_of(counts.as_of)
    for feed in _feeds(counts, rule):
        days = (counts.as_of - feed.last).days
        usual = feed.usual(this_month, MONTHS_OF_USUAL)
        expected = usual / DAYS_IN_MONTH * days
        if usual < rule.parameters["usual_at_least"]:
            continue
        value = float(days) if expected >= rule.parameters["usual_at_least"] else 0.0
        words = f"No {NAMES[feed.table]} for {days} days, since {feed.last:%d %B %Y}; about {expected:,.0f} would be usual"
        yield Figure(
            _kind_of(feed),
            feed.code,
            feed.table,
            round(expected),
            round(usual),
            value,
            value,
            words,
            feed.last,
        )


def months_missing(counts: Counts, rule: Rule) -> Iterator[Figure]:
    """Empty months among the last twelve, between months that have something or after them."""
    looked_at = whole_months(counts.as_of, MONTHS_LOOKED_AT)
    for feed in _feeds(counts, rule):
        usual = feed.usual(looked_at[-1], MONTHS_OF_USUAL)
        begun = min((month for month, rows in feed.months.items() if rows), default=looked_at[-1])
        if usual < rule.parameters["usual_at_least"]:
            continue
        empty = [month for month in looked_at if month > begun and not feed.months.get(month)]
        names = ", ".join(f"{first_of(month):%B %Y}" for month in empty)
        words = (
            f"No {NAMES[feed.table]} at all in {names}; about {usual:,.0f} a month are usual"
            if empty
            else "None"
        )
        since = first_of(empty[0]) if empty else None
        value, kind = float(len(empty)), _kind_of(feed)
        yield Figure(kind, feed.code, feed.table, len(empty), len(looked_at), value, value, words, since)


def last_month(counts: Counts, rule: Rule) -> Iterator[Figure]:
    """By how much the last whole month falls short of the median of those before it."""
    *_, last = months = whole_months(counts.as_of, MONTHS_BEFORE_LAST + 1)
    for feed in _feeds(counts, rule):
        usual = statistics.median([feed.months.get(month, 0) for month in months[:-1]])
        if usual < rule.parameters["usual_at_least"]:
            continue
        rows = feed.months.get(last, 0)
        short = max(0.0, 1 - rows / usual)
        words = f"{rows:,} {NAMES[feed.table]} in {first_of(last):%B %Y}, where {usual:,.0f} are usual: {per_cent(short)} short"
        missing, since = max(0, round(usual) - rows), first_of(last)
        surely_short = max(0.0, 1 - (rows + CHANCE * math.sqrt(rows + 1)) / usual)
        yield Figure(
            _kind_of(feed), feed.code, feed.table, missing, round(usual), short, surely_short, words, since
        )
