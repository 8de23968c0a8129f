"""Rules about shares: of the people registered, or of the rows of a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from localcare.analysis.quality.counts import NOT_REGISTERED, Counts, EventCount, PeopleCount
from localcare.analysis.quality.figures import NAMES, Figure, Kind, per_cent, surely
from localcare.analysis.quality.rules import Rule


def share_of_people(counts: Counts, rule: Rule) -> Iterator[Figure]:
    """A share of the people registered, or of those with a property."""

    def of(groups: Iterable[PeopleCount]) -> tuple[int, int]:
        pairs = [(each.flags[rule.flag], each.flags[rule.of] if rule.of else each.people) for each in groups]
        return sum(part for part, _ in pairs), sum(whole for _, whole in pairs)

    groups = {each.practice: of([each]) for each in counts.people}
    yield from _shares(rule, of(counts.people), groups, "practice", "people")


def share_of_rows(counts: Counts, rule: Rule) -> Iterator[Figure]:
    """A share of the rows of a table, or of those with a property."""
    events = counts.events.get(rule.table, ())

    def of(some: Iterable[EventCount]) -> tuple[int, int]:
        pairs = [
            (each.flags.get(rule.flag, 0), each.flags.get(rule.of, 0) if rule.of else each.rows)
            for each in some
        ]
        return sum(part for part, _ in pairs), sum(whole for _, whole in pairs)

    groups: dict[str, list[EventCount]] = defaultdict(list)
    kind: Kind = "feed" if rule.by == "feed" and rule.table != "facts" else "practice"
    for each in events:
        name = each.feed if kind == "feed" else each.practice
        if name:
            groups[name].append(each)
    shares = {name: of(some) for name, some in groups.items()}
    details = _details(events) if rule.flag == "impossible" else ""
    yield from _shares(rule, of(events), shares, kind, NAMES[rule.table], details)


def _details(events: Iterable[EventCount]) -> str:
    words = {"in_future": "after the day the data were taken", "before_birth": "before the birth",
             "after_death": "long after the death", "reversed": "end before they begin"}  # fmt: skip
    totals = {flag: sum(each.flags[flag] for each in events) for flag in words}
    told = [f"{number:,} {words[flag]}" for flag, number in totals.items() if number]
    return f" ({', '.join(told)})" if told else ""


def _shares(
    rule: Rule,
    place: tuple[int, int],
    groups: Mapping[str, tuple[int, int]],
    kind: Kind,
    things: str,
    details: str = "",
) -> Iterator[Figure]:
    """The share of the place as it is; of a practice or feed, judged by what it is beyond chance."""
    part, whole = place
    if whole >= rule.smallest_group:
        words = _share_words(part, whole, things) + details
        yield Figure("place", "", rule.table, part, whole, part / whole, part / whole, words)
    for code, (part, whole) in sorted(groups.items()):
        if whole >= rule.smallest_group and code != NOT_REGISTERED:
            words = _share_words(part, whole, things)
            yield Figure(kind, code, rule.table, part, whole, part / whole, surely(part, whole), words)


def _share_words(part: int, whole: int, things: str) -> str:
    return f"{part:,} of {whole:,} {things}, {per_cent(part / whole)}"
