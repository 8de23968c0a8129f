"""A report with findings of every kind for the tests of all pages, beside the one of the place's own run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from localcare.analysis.quality import shipped_rules
from localcare.care.stratification.data_quality import name_of
from localcare.care.stratification.models import Run
from localcare.foundation.data_quality.actions import accept
from localcare.foundation.data_quality.models import Finding, GroupMonths, Report
from localcare.kernel.access.models import User


def quality_of(analyst: User, practice: str) -> dict[str, Any]:
    """A refused run and its report, a finding of it to accept, and one that was accepted."""
    run = Run.objects.create(
        as_of=timezone.localdate(), definitions_version="d", requested_by="tests of pages", attempts=1,
        status=Run.Status.REFUSED, stage="Assessing data quality", started_at=timezone.now(),
        finished_at=timezone.now(), message="The data were refused: A feed has gone silent.",
    )  # fmt: skip
    report = Report.objects.create(
        run=name_of(run), as_of=timezone.localdate(), made_at=timezone.now(), requested_by="tests of pages",
        data_version="v", rules_version=shipped_rules().version, verdict=Report.Verdict.REFUSED,
        reasons=["A feed has gone silent: No coded facts for 60 days, since 24 September 2026; about 900 would be usual."],
        registered=120, practices={practice: 60, "SYN-TEST-B": 60}, seconds=1.5,
        not_measured=[{"rule": "number-twice", "title": "People who share an NHS number", "why": "Too few."}],
    )  # fmt: skip
    findings = [
        _finding(report, 1, "feed-silent", kind="place", table="facts", part=900, whole=450, value=60.0,
                 words="No coded facts for 60 days, since 24 September 2026; about 900 would be usual",
                 effect={"how": "made again", "people": 120, "would_leave": 31, "would_join": 0, "at_most": None}),
        _finding(report, 2, "feed-silent", kind="practice", code=practice, table="facts", part=450, whole=220, value=60.0,
                 words="No coded facts for 60 days, since 24 September 2026; about 450 would be usual",
                 effect={"how": "made again", "people": 60, "would_leave": 17, "would_join": 0, "at_most": None}),
        _finding(report, 3, "stay-day-impossible", kind="feed", code="SYN01", table="stays", part=3, whole=140,
                 value=3 / 140, words="3 of 140 hospital stays, 2.1%", severity="warn",
                 effect={"how": "made again", "people": 3, "would_leave": 1, "would_join": 0, "at_most": None}),
    ]  # fmt: skip
    series = {"facts: condition, LOCAL": [40] * 22 + [3, 0], "facts: medicine, LOCAL": [180] * 22 + [12, 0]}
    for kind, code, shown in (("practice", practice, series), ("feed", "SYN01", {"stays": [12] * 24})):
        GroupMonths.objects.create(
            report=report, kind=kind, code=code, content={"first_month": "2024-11-01", "series": shown}
        )
    until = timezone.localdate() + timedelta(days=30)
    accepted = accept(
        finding=findings[2], reason="The trust corrects its admission days", until=until, by=analyst
    )
    return {
        "run": run,
        "report": report,
        "finding": findings[0],
        "acceptance": accepted,
        "practice": practice,
    }


def _finding(
    report: Report, position: int, of_rule: str, *, severity: str = "refuse", **said: Any
) -> Finding:
    rule = shipped_rules().rule(of_rule)
    return Finding.objects.create(
        report=report, position=position, rule=of_rule, title=rule.title, dimension=rule.dimension, unit=rule.unit,
        severity=severity, effect_words=rule.effect, measured=rule.measured, remedy=rule.remedy, status=rule.status,
        **said,
    )  # fmt: skip
