"""The rule about abrupt changes: the monthly facts of each practice by kind and code system, and of frailty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from localcare.analysis.quality.changes import Change, ChangeRule, changes, whole_series
from localcare.analysis.quality.counts import Counts, first_of, whole_months
from localcare.analysis.quality.figures import Figure, per_cent
from localcare.analysis.quality.rules import Rule


def series_of_facts(counts: Counts, months: list[int]) -> dict[str, tuple[list[str], Any]]:
    """By kind of fact and code system, and for frailty: the practices and their array of practices x months."""
    rows: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for each in counts.events.get("facts", ()):
        if each.practice and each.month:
            rows[each.kind].append((each.practice, each.month, each.rows))
            rows["codes of frailty"].append((each.practice, each.month, each.flags["frailty"]))
    return {kind: whole_series(some, months) for kind, some in sorted(rows.items())}


def changed(counts: Counts, rule: Rule) -> Iterator[Figure]:
    """For each practice its gravest abrupt change among all kinds; 1 for a practice without any."""
    change_rule = _change_rule(rule)
    months = whole_months(
        counts.as_of,
        change_rule.latest + change_rule.before,
        settled_days=int(rule.parameters["settle_days"]),
    )
    gravest: dict[str, tuple[float, str, Change]] = {}
    practices: set[str] = set()
    for kind, (names, values) in series_of_facts(counts, months).items():
        if not values[:, : change_rule.before].sum():
            continue
        practices.update(names)
        for change in changes(values, change_rule):
            times = max(change.times, 1 / max(change.times, 1e-3))
            code = names[change.series]
            if code not in gravest or times > gravest[code][0]:
                gravest[code] = (times, kind, change)
    for code in sorted(practices):
        people = counts.people_of(code)
        if code not in gravest:
            yield Figure("practice", code, rule.table, 0, people, 1.0, 1.0, "No abrupt change")
            continue
        times, kind, change = gravest[code]
        since = first_of(months[change.month])
        words = _change_words(kind, change, since)
        yield Figure("practice", code, rule.table, people, people, times, times, words, since)


def _change_rule(rule: Rule) -> ChangeRule:
    set_to = rule.parameters
    return ChangeRule(
        latest=int(set_to["latest"]),
        before=int(set_to["before"]),
        limit=set_to["limit"],
        factor=set_to["factor"],
        usual_at_least=set_to["usual_at_least"],
    )


def _change_words(kind: str, change: Change, since: date) -> str:
    if change.times < 0.02:
        how = "stopped"
    elif change.times < 1:
        how = f"fell to {per_cent(change.times)} of what was usual"
    else:
        how = f"rose to {change.times:.1f} times what was usual"
    return f"Recording of {kind} {how} in {since:%B %Y}"
