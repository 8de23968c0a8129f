"""How long reports are kept, and their removal at night; acceptances and the audit trail stay."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from localcare.foundation.data_quality.models import Finding, GroupMonths, Report
from localcare.foundation.data_quality.queries import reports, rules_in_force
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access


@transaction.atomic
def prune(*, by: Reader) -> int:
    """Remove reports older than the rules keep them, but of each desk the last, and the last that was not refused.

    The list in force was made from such a report, however old it is. Returns how many were removed.
    """
    before = timezone.now() - timedelta(days=rules_in_force().reports_kept_for_days)
    old = set(reports().filter(made_at__lt=before).values_list("pk", flat=True)) - _still_needed()
    if not old:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL localcare.data_quality_pruning = 'on'")
        for model in (Finding, GroupMonths):
            model.objects.filter(report__in=old).delete()
        Report.objects.filter(pk__in=old).delete()
        cursor.execute("SET LOCAL localcare.data_quality_pruning = 'off'")
    record_access(
        reader=by,
        action="quality.prune",
        basis="retention of reports on data quality",
        detail={"reports": len(old), "made_before": before.date().isoformat()},
    )
    return len(old)


def _still_needed() -> set[int]:
    """The last report of each desk, and its last that was not refused."""
    last: dict[tuple[str, bool], int] = {}
    for key, run, verdict in reports().values_list("pk", "run", "verdict"):
        desk = run.rpartition("-")[0] or run
        last.setdefault((desk, False), key)
        if verdict != Report.Verdict.REFUSED:
            last.setdefault((desk, True), key)
    return set(last.values())
