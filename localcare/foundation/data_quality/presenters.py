"""Reports as pages show them. Whoever does not see the people gets rounded numbers, and none below five."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from django.urls import reverse
from django.utils import timezone

from localcare.foundation.data_quality import queries
from localcare.foundation.data_quality.models import Acceptance, Finding, Report
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_date, format_number, format_short_date, plural

SMALLEST = 5
ROUNDED_TO = 5
FEWER = "fewer than 5"
COLOURS = {"note": "blue", "warn": "yellow", "refuse": "red"}
VERDICT_COLOURS = {"good": "green", "warned": "yellow", "refused": "red"}
TABLES = {"persons": "people", "facts": "coded facts", "stays": "hospital stays", "attendances": "attendances",
          "contacts": "contacts", "diagnoses": "diagnoses", "procedures": "procedures"}  # fmt: skip
DIMENSIONS = {"completeness": "Completeness", "timeliness": "Timeliness", "codes": "Codes", "duplicates": "Duplicates",
              "dates": "Dates", "activity": "Activity", "coding": "Changes of coding"}  # fmt: skip
COLUMNS = ("severity", "rule", "title", "of", "code", "name", "table", "finding", "would do", "effect", "remedy",
           "accepted", "since")  # fmt: skip


def shown(number: int, *, hidden: bool) -> str:
    """A count as it may be shown."""
    if not hidden or number == 0:
        return format_number(number)
    return FEWER if number < SMALLEST else format_number(_rounded(number))


def _rounded(number: int) -> int:
    return ROUNDED_TO * round(number / ROUNDED_TO)


def words_of(finding: Finding, *, hidden: bool) -> str:
    """What was found, in words, with small numbers hidden where they must be."""
    if (
        not hidden
        or finding.unit != "share"
        or (finding.dimension == "timeliness" and finding.rule != "recorded-late")
    ):
        return finding.words
    if 0 < finding.part < SMALLEST:
        return f"{FEWER.capitalize()} of {shown(finding.whole, hidden=True)} {TABLES[finding.table]}"
    share = 100 * _rounded(finding.part) / max(_rounded(finding.whole), 1)
    percent = f"{share:.0f}" if share >= 10 else f"{share:.2g}"
    return (
        f"About {shown(finding.part, hidden=True)} of {shown(finding.whole, hidden=True)} {TABLES[finding.table]},"
        f" {percent}%"
    )


def effect_of(finding: Finding, *, hidden: bool) -> str:
    """What a finding would do to the list, in words and numbers."""
    effect = finding.effect
    if effect.get("would_leave") is not None:
        leave, join, people = (
            shown(effect[name] or 0, hidden=hidden) for name in ("would_leave", "would_join", "people")
        )
        return f"Without it {leave} would leave the list and {join} would join, of {people} people concerned"
    if effect.get("at_most") is not None:
        return f"At most {shown(effect['at_most'], hidden=hidden)} people"
    if effect.get("people"):
        return f"{shown(effect['people'], hidden=hidden)} people"
    return (
        "Nobody’s place on the list changes"
        if effect.get("people") == 0
        else str(effect.get("how", "")).capitalize()
    )


def finding_row(
    reader: Reader,
    report: Report,
    finding: Finding,
    names: Mapping[str, str] | None = None,
    since_then: Mapping[queries.Key, str] | None = None,
) -> dict[str, Any]:
    """One finding as a page shows it; `since_then` is what was accepted after the report was made."""
    hidden = not queries.sees_people_of(reader, finding.kind, finding.code, report)
    known = names if names is not None else queries.names_of([finding.code])
    accepted = finding.accepted or (since_then or {}).get(finding.key, "")
    return {
        "finding": finding,
        "severity": finding.get_severity_display(),
        "colour": "grey" if accepted else COLOURS[finding.severity],
        "accepted": accepted,
        "who": known.get(finding.code, finding.code) if finding.code else "The whole place",
        "href": _group_address(report, finding),
        "words": words_of(finding, hidden=hidden),
        "effect": effect_of(finding, hidden=hidden),
        "since": format_short_date(finding.since),
        "hidden": hidden,
    }


def _group_address(report: Report, finding: Finding) -> str:
    if finding.kind == "place":
        return ""
    return reverse("data-quality-group", args=[report.pk, finding.kind, finding.code])


def reasons_for(reader: Reader, report: Report) -> list[str]:
    """Why the verdict is what it is; the numbers in it are hidden like those of the findings they are about."""
    if queries.sees_people_of(reader, "place", "", report):
        return list(report.reasons)
    place = list(report.findings.filter(kind="place"))
    return [reduce(_hidden_in, place, reason) for reason in report.reasons]


def _hidden_in(reason: str, finding: Finding) -> str:
    return reason.replace(finding.words, words_of(finding, hidden=True))


def accepted_since(report: Report) -> dict[queries.Key, str]:
    """What was accepted after the report and holds today: it counts from the next run on."""
    found = queries.acceptances(on=timezone.localdate()).filter(made_at__gt=report.made_at)
    return {
        one.key: f"{one.made_by_name} until {format_date(one.until)}, from the next run on: {one.reason}"
        for one in found
    }


def report_page(reader: Reader, report: Report) -> dict[str, Any]:
    """The verdict, the rules with what they found, what changed since the report before, and what was not measured."""
    findings = list(queries.findings_for(reader, report))
    names = queries.names_of(one.code for one in findings)
    since = accepted_since(report)
    before = queries.report_before(report)
    earlier = {one.key: one for one in queries.findings_for(reader, before)} if before else {}
    rules = list(_by_rule(reader, report, findings, names))
    return {
        "report": report,
        "reasons": reasons_for(reader, report),
        "colour": VERDICT_COLOURS[report.verdict],
        "what_follows": WHAT_FOLLOWS[report.verdict],
        "rules": rules,
        "counts": _counts(findings),
        "before": before,
        "changes": _changes(reader, report, findings, earlier, names) if before else [],
        "groups": _groups(queries.groups_of(reader, report), findings, report),
        "rows": [finding_row(reader, report, one, names, since) for one in findings],
        "may_accept": reader.may("quality.accept"),
        "registered": shown(
            report.registered, hidden=not queries.sees_people_of(reader, "place", "", report)
        ),
        "rounds": not queries.sees_people_of(reader, "place", "", report),
    }


WHAT_FOLLOWS = {
    "good": "The list was made from these data.",
    "warned": "The list was made from these data, and says so.",
    "refused": "No list was made from these data. The list that was in force before still is.",
}


def _counts(findings: Iterable[Finding]) -> str:
    severities = [one.severity for one in findings if not one.accepted]
    words = {"refuse": "refusal", "warn": "warning", "note": "note"}
    return ", ".join(plural(severities.count(severity), word) for severity, word in words.items())


def _by_rule(
    reader: Reader, report: Report, findings: Sequence[Finding], names: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    for code in dict.fromkeys(one.rule for one in findings):
        found = [one for one in findings if one.rule == code]
        gravest = max((one for one in found if not one.accepted), key=lambda one: one.rank, default=found[0])
        place = next((one for one in found if one.kind == "place"), None)
        row = finding_row(reader, report, place or gravest, names)
        groups = [one for one in found if one.kind != "place"]
        yield {
            "code": code,
            "title": gravest.title,
            "dimension": DIMENSIONS[gravest.dimension],
            "severity": "Accepted" if gravest.accepted else gravest.get_severity_display(),
            "colour": "grey" if gravest.accepted else COLOURS[gravest.severity],
            "words": row["words"] if place else f"{row['who']}: {row['words']}",
            "effect": row["effect"],
            "groups": plural(len(groups), "practice or feed", "practices or feeds") if groups else "",
            "href": reverse("data-quality-rule", args=[report.pk, code]),
        }


def _changes(
    reader: Reader,
    report: Report,
    findings: Sequence[Finding],
    earlier: Mapping[Any, Finding],
    names: Mapping[str, str],
) -> list[tuple[str, str, str]]:
    """What is new, graver, milder or gone since the report before: state, who, and what."""
    found = []
    for one in findings:
        was = earlier.get(one.key)
        if was is None:
            state = "New"
        elif one.rank != was.rank:
            state = "Graver" if one.rank > was.rank else "Milder"
        else:
            continue
        row = finding_row(reader, report, one, names)
        found.append((state, row["who"], f"{one.title}: {row['words']}"))
    now = {one.key for one in findings}
    gone = [one for key, one in earlier.items() if key not in now]
    named = queries.names_of(one.code for one in gone)
    found += [("Gone", named.get(one.code, one.code) or "The whole place", one.title) for one in gone]
    return found


def _groups(
    groups: Sequence[tuple[str, str]], findings: Sequence[Finding], report: Report
) -> list[dict[str, Any]]:
    """Every practice and provider, with how much was found of it, the gravest first."""
    names = queries.names_of(code for _, code in groups)
    rows = []
    for kind, code in groups:
        own = [one for one in findings if one.code == code]
        gravest = max(own, key=lambda one: one.rank, default=None)
        rows.append(
            {
                "name": names.get(code, code),
                "kind": "Practice" if kind == "practice" else "Provider",
                "href": reverse("data-quality-group", args=[report.pk, kind, code]),
                "found": len(own),
                "rank": gravest.rank if gravest else 0,
                "severity": gravest.get_severity_display() if gravest else "Nothing found",
                "colour": COLOURS[gravest.severity] if gravest else "green",
            }
        )
    return sorted(rows, key=lambda row: (-row["rank"], -row["found"], row["name"]))


def rule_page(reader: Reader, report: Report, code: str) -> dict[str, Any]:
    """What one rule found everywhere in scope, and what it is."""
    findings = list(queries.findings_for(reader, report).filter(rule=code))
    names = queries.names_of(one.code for one in findings)
    since = accepted_since(report)
    return {
        "report": report,
        "rows": [finding_row(reader, report, one, names, since) for one in findings],
        "rule": findings[0] if findings else None,
        "dimension": DIMENSIONS[findings[0].dimension] if findings else "",
        "may_accept": reader.may("quality.accept"),
    }


def history_rows(reader: Reader, reports: Iterable[Report]) -> list[dict[str, Any]]:
    """Reports as rows of a table."""
    return [
        {
            "report": one,
            "colour": VERDICT_COLOURS[one.verdict],
            "href": reverse("data-quality-report", args=[one.pk]),
            "reasons": " ".join(reasons_for(reader, one)) or "None",
        }
        for one in reports
    ]


def acceptance_rows(acceptances: Sequence[Acceptance]) -> list[dict[str, Any]]:
    """Acceptances as rows, with what became of each."""
    names = queries.names_of(one.code for one in acceptances)
    rows = []
    for one in acceptances:
        taken_back = getattr(one, "taken_back_by", None)
        rows.append(
            {
                "acceptance": one,
                "who": names.get(one.code, one.code) or "The whole place",
                "by": one.made_by.get_full_name() or one.made_by_name if one.made_by else one.made_by_name,
                "until": format_date(one.until),
                "taken_back": f"{taken_back.made_by_name}: {taken_back.reason}" if taken_back else "",
            }
        )
    return rows


def csv_rows(reader: Reader, report: Report) -> Iterator[Sequence[str]]:
    """The heading and every finding in scope, hidden as on the page."""
    findings = list(queries.findings_for(reader, report))
    names = queries.names_of(one.code for one in findings)
    yield COLUMNS
    for one in findings:
        row = finding_row(reader, report, one, names)
        yield (
            one.severity, one.rule, one.title, one.kind, one.code, row["who"], one.table, row["words"], row["effect"],
            one.effect_words, one.remedy, one.accepted, one.since.isoformat() if one.since else "",
        )  # fmt: skip
