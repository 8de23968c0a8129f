"""The report of one assessment: verdict, findings with what they would do, months of each practice and feed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from localcare.analysis.quality.counts import Counts, first_of, whole_months
from localcare.analysis.quality.findings import Effect, Finding, NotMeasured
from localcare.analysis.quality.rules import Rules
from localcare.analysis.quality.verdict import Outcome, Verdict

MONTHS_SHOWN = 24
COLUMNS = ("severity", "rule", "title", "of", "code", "table", "value", "unit", "part", "whole", "what", "people",
           "at_most", "would_leave", "would_join", "how", "effect", "remedy", "status", "accepted")  # fmt: skip


@dataclass(frozen=True)
class Report:
    """What one assessment of a dataset found."""

    as_of: date
    verdict: Verdict
    findings: tuple[Finding, ...]
    not_measured: tuple[NotMeasured, ...]
    registered: int
    rules: Rules
    counts: Counts
    seconds: float

    @property
    def is_refused(self) -> bool:
        """Whether a run on this dataset is refused."""
        return self.verdict.outcome is Outcome.REFUSED

    def months(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        """By kind ("practice", "feed") and code: the first month shown and rows by month of each table or kind of fact."""
        months = whole_months(self.as_of, MONTHS_SHOWN)
        return series_by_group(self.counts, months)


def series_by_group(counts: Counts, months: list[int]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Monthly rows of each practice (by kind of fact) and of each feed (by table)."""
    found: dict[tuple[str, str], dict[str, dict[int, int]]] = {}
    for table, events in counts.events.items():
        if table in ("diagnoses", "procedures"):
            continue
        for each in events:
            group = ("practice", each.practice) if table == "facts" else ("feed", each.feed)
            if not group[1] or not each.month:
                continue
            name = f"facts: {each.kind}" if table == "facts" else table
            rows = found.setdefault(group, {}).setdefault(name, {})
            rows[each.month] = rows.get(each.month, 0) + each.rows
    return {
        group: {
            "first_month": first_of(months[0]).isoformat(),
            "series": {
                name: [rows.get(month, 0) for month in months] for name, rows in sorted(series.items())
            },
        }
        for group, series in sorted(found.items())
    }


def finding_row(one: Finding, rules: Rules) -> dict[str, Any]:
    """One finding as plain values, with the words of its rule."""
    rule = rules.rule(one.rule)
    return {
        "severity": one.severity.value, "rule": one.rule, "title": rule.title, "of": one.kind, "code": one.code,
        "table": one.table, "value": round(one.value, 6), "unit": rule.unit, "part": one.part, "whole": one.whole,
        "what": one.words, **asdict(one.effect), "effect": rule.effect, "remedy": rule.remedy, "status": rule.status,
        "accepted": one.accepted,
    }  # fmt: skip


def as_json(report: Report) -> str:
    """The whole report as JSON."""
    content = {
        "as_of": report.as_of.isoformat(),
        "verdict": report.verdict.outcome.value,
        "reasons": list(report.verdict.reasons),
        "registered": report.registered,
        "rules_version": report.rules.version,
        "findings": [finding_row(one, report.rules) for one in report.findings],
        "not_measured": [asdict(one) for one in report.not_measured],
        "facts_compared_of_one_person_in": report.counts.sampled,
        "seconds": round(report.seconds, 1),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_csv(report: Report) -> str:
    """The findings, one a line."""
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(finding_row(one, report.rules) for one in report.findings)
    return written.getvalue()


def effect_words(effect: Effect, who: str = "people on the list") -> str:
    """What a finding would do, in a sentence."""
    if effect.would_leave is not None:
        return (
            f"{effect.would_leave:,} {who} would leave and {effect.would_join or 0:,} would join without it"
            f" ({effect.people or 0:,} people concerned)"
        )
    if effect.at_most is not None:
        return f"At most {effect.at_most:,} people"
    if effect.people:
        return f"{effect.people:,} people"
    return "Nobody's place changes" if effect.people == 0 else effect.how.capitalize()
