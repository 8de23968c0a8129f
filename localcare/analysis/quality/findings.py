"""What the rules say of counts: a figure for the place and for each practice or feed, and how much it weighs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from localcare.analysis.quality.coding import changed
from localcare.analysis.quality.counts import Counts
from localcare.analysis.quality.feeds import last_month, months_missing, silent
from localcare.analysis.quality.figures import Figure, Kind
from localcare.analysis.quality.rules import Rule, Severity
from localcare.analysis.quality.shares import share_of_people, share_of_rows

CHECKS: Mapping[str, Callable[[Counts, Rule], Iterator[Figure]]] = {
    "people": share_of_people,
    "rows": share_of_rows,
    "silent": silent,
    "months-missing": months_missing,
    "last-month": last_month,
    "changed": changed,
}


@dataclass(frozen=True)
class Effect:
    """What a finding would do to the lists, in numbers of people; None is not computed. `how` says what was done."""

    how: str = ""
    people: int | None = None  # whom it touches
    at_most: int | None = None  # whom it can touch, where it cannot be told exactly
    would_leave: int | None = None  # the list, without what is suspect
    would_join: int | None = None


@dataclass(frozen=True)
class Finding:
    """One rule at one place, practice or feed: the figure, how much it weighs, and what it would do."""

    rule: str
    kind: Kind
    code: str  # of the practice or feed; empty for the whole place
    table: str
    part: int  # things with the fault
    whole: int  # things looked at
    value: float
    severity: Severity
    words: str
    effect: Effect = field(default_factory=Effect)
    accepted: str = ""  # by whom, why and until when, when somebody accepted it
    since: date | None = None  # from which day on

    @property
    def counts_as(self) -> Severity:
        """The severity that decides: what was accepted is a note."""
        return Severity.NOTE if self.accepted and self.severity.rank > 1 else self.severity

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What stays the same from one report to the next."""
        return (self.rule, self.kind, self.table, self.code)


@dataclass(frozen=True)
class NotMeasured:
    """A rule of which nothing can be said, and why."""

    rule: str
    why: str


def findings_of(counts: Counts, rules: Iterable[Rule]) -> tuple[list[Finding], list[NotMeasured]]:
    """Every finding that is at least a note, the gravest first; and the rules that could not be measured."""
    found: list[Finding] = []
    unknown: list[NotMeasured] = []
    for rule in rules:
        is_enough = counts.registered >= rule.smallest_place
        figures = list(CHECKS[rule.check](counts, rule)) if is_enough else []
        if not figures:
            unknown.append(NotMeasured(rule.code, _why_nothing(counts, rule)))
        found += [
            Finding(
                rule.code,
                one.kind,
                one.code,
                one.table,
                one.part,
                one.whole,
                one.value,
                severity,
                one.words,
                since=one.since,
            )
            for one in figures
            if (severity := rule.thresholds.severity_of(one.judged)) is not Severity.GOOD
        ]
    return sorted(found, key=lambda one: (-one.severity.rank, one.kind != "place", -one.value)), unknown


def _why_nothing(counts: Counts, rule: Rule) -> str:
    if counts.registered < rule.smallest_place:
        return f"Fewer than {rule.smallest_place:,} people are registered: too few to judge by."
    if rule.of == "with_identifiers" and not counts.has_identifiers:
        return "Names and numbers were left out of this dataset."
    if rule.check == "changed":
        months = int(rule.parameters["latest"] + rule.parameters["before"])
        return f"It needs {months} whole months of facts, and practices with enough of them."
    return "There is too little to judge by."


@dataclass(frozen=True)
class Accepted:
    """Somebody's word that a finding is known: it holds as long as the finding is no graver than it was then."""

    words: str
    up_to: Severity


def accept(
    findings: Iterable[Finding], accepted: Mapping[tuple[str, str, str, str], Accepted]
) -> list[Finding]:
    """The findings, with what somebody has accepted marked by their words."""
    return [
        replace(one, accepted=found.words)
        if (found := accepted.get(one.key)) and one.severity.rank <= found.up_to.rank
        else one
        for one in findings
    ]
