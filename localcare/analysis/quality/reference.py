"""The reference page of the rules of data quality, from their definitions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from localcare.analysis.quality.figures import per_cent
from localcare.analysis.quality.flags import COUNTED
from localcare.analysis.quality.rules import Rule, shipped_rules

DIMENSIONS = {
    "completeness": "Completeness",
    "timeliness": "Timeliness",
    "codes": "Codes",
    "duplicates": "Duplicates",
    "dates": "Dates",
    "activity": "Activity",
    "coding": "Changes of coding",
}
NUMBERS = {
    "unseen": "people counted as they are",
    "without-rows": "the list made again without these rows",
    "without-feed": "the list made again without what the feed or practice sent",
    "bound": "at most one person a row",
    "none": "nobody's place changes",
}


def rules_markdown() -> str:
    """docs/reference/data-quality.md; a test keeps the file in step."""
    rules = shipped_rules()
    lines = [
        "# Rules of data quality",
        "",
        "<!-- Generated from localcare/definitions/quality; do not edit by hand. -->",
        "",
        "[Why and how](../explanation/data-quality.md). Every threshold is a proposal, to be agreed locally.",
        f"A run is refused by a refusal for the whole place, or by refusals of practices and feeds that hold"
        f" {per_cent(rules.refuse_when_groups_hold)}",
        f"of the people registered or of a table's activity; warnings that hold {per_cent(rules.warn_when_groups_hold)}"
        " warn. A finding can be accepted for at",
        f"most {rules.accepted_for_at_most_days} days.",
    ]
    for dimension, several in groupby(sorted(rules.rules, key=_order), key=lambda rule: rule.dimension):
        lines += ["", f"## {DIMENSIONS[dimension]}"]
        for rule in several:
            lines += ["", *_rule(rule)]
    lines += ["", "## What can be counted", "", "A rule of a place's own may name as `flag` or `of`:", ""]
    lines += [f"- `{table}`: {', '.join(f'`{flag}`' for flag in flags)}" for table, flags in COUNTED.items()]
    return "\n".join(lines) + "\n"


def _order(rule: Rule) -> int:
    return list(DIMENSIONS).index(rule.dimension)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.title}"
    yield ""
    yield f"`{rule.code}`, on {', '.join(f'`{table}`' for table in rule.tables)}, by {rule.by}. {rule.measured}"
    yield ""
    yield "| note from | warning from | refusal from | fewest registered, fewest counted |"
    yield "| --- | --- | --- | --- |"
    limits = (rule.thresholds.note, rule.thresholds.warn, rule.thresholds.refuse)
    smallest = f"{rule.smallest_place:,}, {rule.smallest_group:,}"
    yield f"| {' | '.join(_limit(rule, limit) for limit in limits)} | {smallest} |"
    yield ""
    yield f"- **What it does to the list**: {rule.effect}"
    yield f"- **As a number**: {NUMBERS[rule.effect_number]}"
    yield f"- **What to do**: {rule.remedy}"
    yield f"- **Thresholds**: {rule.status}"


def _limit(rule: Rule, limit: float | None) -> str:
    return "never" if limit is None else rule.limit(limit)
