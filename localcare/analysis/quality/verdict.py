"""Whether findings let a run go on: stated rules, and the reasons in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from localcare.analysis.quality.counts import Counts, whole_months
from localcare.analysis.quality.figures import per_cent
from localcare.analysis.quality.findings import Finding
from localcare.analysis.quality.rules import Rules, Severity

MONTHS_OF_WEIGHT = 12


class Outcome(StrEnum):
    """What becomes of a run."""

    GOOD = "good"
    WARNED = "warned"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """The outcome, and why."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()


def verdict_of(findings: Iterable[Finding], counts: Counts, rules: Rules) -> Verdict:
    """Refused by one refusal for the place, or by refusals of practices and feeds that hold enough; warned likewise.

    What somebody has accepted counts as a note.
    """
    found = [one for one in findings if one.counts_as in (Severity.WARN, Severity.REFUSE)]
    held = {severity: _held([one for one in found if one.counts_as.rank >= severity.rank], counts) for severity in
            (Severity.WARN, Severity.REFUSE)}  # fmt: skip
    titles = {rule.code: rule.title for rule in rules.rules}
    of_place = [one for one in found if one.kind == "place"]
    refusing = _reasons([one for one in of_place if one.counts_as is Severity.REFUSE], titles)
    if held[Severity.REFUSE] >= rules.refuse_when_groups_hold:
        refusing.append(_of_groups("would be refused", held[Severity.REFUSE], rules.refuse_when_groups_hold))
    if refusing:
        return Verdict(Outcome.REFUSED, tuple(refusing))
    warning = _reasons(of_place, titles)
    if held[Severity.WARN] >= rules.warn_when_groups_hold:
        warning.append(_of_groups("are warned of", held[Severity.WARN], rules.warn_when_groups_hold))
    elif any(one.counts_as is Severity.REFUSE for one in found):
        warning.append(_of_groups("would be refused", held[Severity.REFUSE], 0))
    return Verdict(Outcome.WARNED if warning else Outcome.GOOD, tuple(warning))


def _reasons(findings: list[Finding], titles: Mapping[str, str]) -> list[str]:
    """One sentence for each rule, with its gravest finding."""
    reasons = []
    for rule in dict.fromkeys(one.rule for one in findings):
        found = [one for one in findings if one.rule == rule]
        more = f", and {len(found) - 1} more of this kind" if len(found) > 1 else ""
        reasons.append(f"{titles[rule]}: {found[0].words}{more}.")
    return reasons


def _of_groups(what: str, held: float, limit: float) -> str:
    asked = f" (from {per_cent(limit)} on that decides)" if limit else ""
    return f"Practices or feeds that hold {per_cent(held)} of the people or of the activity {what}{asked}."


def _held(findings: list[Finding], counts: Counts) -> float:
    """The greatest share held by practices (of the people registered) or feeds (of a table's last 12 months)."""
    practices = {one.code for one in findings if one.kind == "practice"}
    shares = [sum(counts.people_of(code) for code in practices) / max(counts.registered, 1)]
    feeds: dict[str, set[str]] = defaultdict(set)
    for one in findings:
        if one.kind == "feed":
            feeds[one.table].add(one.code)
    months = set(whole_months(counts.as_of, MONTHS_OF_WEIGHT))
    for table, codes in feeds.items():
        recent = [each for each in counts.events.get(table, ()) if each.month in months]
        rows = sum(each.rows for each in recent)
        shares.append(sum(each.rows for each in recent if each.feed in codes) / max(rows, 1))
    return max(shares)
