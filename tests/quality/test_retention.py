"""Reports are kept as long as the rules say and then removed at night; the database itself lets no younger one go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from localcare.analysis.quality import RulesError, load_rules, shipped_rules
from localcare.foundation.data_quality.jobs import remove_old_reports
from localcare.foundation.data_quality.models import Acceptance, Finding, GroupMonths, Report
from localcare.foundation.data_quality.retention import prune
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import user_with_role

BY = system_reader("tests of retention")
KEPT_DAYS = shipped_rules().reports_kept_for_days
pytestmark = pytest.mark.django_db


def report(run: str, *, days_ago: int, verdict: str = "good") -> Report:
    """A report with one finding and the months of one practice."""
    made_at = timezone.now() - timedelta(days=days_ago)
    made = Report.objects.create(
        run=run, as_of=made_at.date(), made_at=made_at, requested_by="tests", data_version="v", rules_version="r",
        verdict=verdict, registered=600, seconds=1,
    )  # fmt: skip
    Finding.objects.create(
        report=made, position=1, rule="sex-not-known", title="Sex not known", dimension="completeness", unit="share",
        kind="place", table="persons", part=9, whole=600, value=0.015, severity="note", words="9 of 600 people, 1.5%",
        effect_words="…", measured="…", remedy="…", status="…",
    )  # fmt: skip
    GroupMonths.objects.create(report=made, kind="practice", code="P1", content={"first_month": "2026-01-01"})
    return made


def kept() -> set[str]:
    return set(Report.objects.values_list("run", flat=True))


def delete(sql: str, *, pruning: bool) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if pruning:
            cursor.execute("SET LOCAL localcare.data_quality_pruning = 'on'")
        cursor.execute(sql)


def test_old_reports_go_with_their_findings_and_months_and_the_trail_says_so():
    for number, days in enumerate((KEPT_DAYS + 40, KEPT_DAYS + 1, KEPT_DAYS - 1, 0), start=1):
        report(f"stratification-{number}", days_ago=days)
    assert prune(by=BY) == 2
    assert kept() == {"stratification-3", "stratification-4"}
    assert Finding.objects.count() == GroupMonths.objects.count() == 2
    assert AuditEntry.objects.get(action="quality.prune").detail["reports"] == 2
    assert prune(by=BY) == 0
    assert AuditEntry.objects.filter(action="quality.prune").count() == 1


def test_what_a_list_in_force_was_made_from_stays_however_old_it_is():
    report("stratification-1", days_ago=KEPT_DAYS + 50)
    report("stratification-2", days_ago=KEPT_DAYS + 40, verdict="warned")
    report("stratification-3", days_ago=KEPT_DAYS + 30, verdict="refused")
    report("stratification-4", days_ago=KEPT_DAYS + 20, verdict="refused")
    report("another-desk-1", days_ago=KEPT_DAYS + 60)
    assert remove_old_reports.func(timestamp=0) == 2
    assert kept() == {"stratification-2", "stratification-4", "another-desk-1"}


def test_the_database_lets_no_young_report_go_and_no_acceptance_at_all():
    young = report("stratification-1", days_ago=89)
    old = report("stratification-2", days_ago=KEPT_DAYS + 1)
    user = user_with_role("analyst", everywhere=True)
    Acceptance.objects.create(
        rule="sex-not-known", kind="place", table="persons", severity="note", title="Sex not known",
        until=timezone.localdate() - timedelta(days=900), reason="Known", made_by=user, made_by_name="Asha",
    )  # fmt: skip
    refused = [
        (f"DELETE FROM data_quality_finding WHERE report_id = {young.pk}", True),
        (f"DELETE FROM data_quality_groupmonths WHERE report_id = {young.pk}", True),
        (f"DELETE FROM data_quality_finding WHERE report_id = {old.pk}", False),
        ("DELETE FROM data_quality_acceptance", True),
        (f"UPDATE data_quality_report SET verdict = 'good' WHERE id = {old.pk}", True),
    ]
    for sql, pruning in refused:
        with pytest.raises(DatabaseError, match="append-only"):
            delete(sql, pruning=pruning)
    delete(f"DELETE FROM data_quality_finding WHERE report_id = {old.pk}", pruning=True)
    assert Finding.objects.get().report == young


def test_a_place_keeps_reports_for_as_long_as_it_agreed_but_not_below_what_the_database_allows(
    settings, tmp_path: Path, client
):
    own = tmp_path / "verdict.yaml"
    settings.DATA_QUALITY_RULES = str(tmp_path)
    own.write_text(yaml.safe_dump({"reports_kept_for_days": 120}), encoding="utf-8")
    report("stratification-1", days_ago=121)
    report("stratification-2", days_ago=1)
    client.force_login(user_with_role("analyst", everywhere=True))
    assert "After 120 days" in client.get(reverse("data-quality-history")).content.decode()
    assert prune(by=BY) == 1
    own.write_text(yaml.safe_dump({"reports_kept_for_days": 30}), encoding="utf-8")
    with pytest.raises(RulesError, match="set 90 or more"):
        load_rules(tmp_path)
