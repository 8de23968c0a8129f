"""What pages of runs show: those of a state, how many there are of each, and what to do when the data were refused."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from localcare.care.stratification import data_quality
from localcare.care.stratification.models import Run
from localcare.foundation.data_quality import presenters
from localcare.foundation.data_quality import queries as quality
from localcare.foundation.data_quality.actions import ACCEPT
from localcare.kernel.access.readers import Reader

LATEST = 30
MOST_FINDINGS = 10  # on the page of a run; its report has them all


def latest_runs(status: str) -> list[Run]:
    """The latest runs of a state; whatever became of them when it is none."""
    found = Run.objects.order_by("-pk")
    return list((found.filter(status=status) if status in Run.Status.values else found)[:LATEST])


def states(chosen: str) -> list[tuple[str, str, bool]]:
    """Label with the number of runs, state, and whether it is the chosen one; those of which there are none are left out."""
    counted = dict(Run.objects.values_list("status").annotate(Count("pk")))
    found = [(f"All ({sum(counted.values())})", "", chosen not in Run.Status.values)]
    for value, label in Run.Status.choices:
        if value in counted or value == chosen:
            found.append((f"{label} ({counted.get(value, 0)})", value, value == chosen))
    return found


def refusal(reader: Reader, run: Run) -> dict[str, Any]:
    """What the page of a refused run needs: what refused it, what of it was accepted since, and what came after it."""
    report = data_quality.report_of(run)
    context: dict[str, Any] = {
        "report": report if reader.may(quality.READ) else None,
        "may_read": reader.may(quality.READ),
        "followed_by": Run.objects.filter(status=Run.Status.PUBLISHED, pk__gt=run.pk).order_by("-pk").first(),
        "may_accept": reader.may(ACCEPT),
    }
    if context["report"] is None:
        return context
    refused = list(quality.findings_for(reader, report).filter(severity="refuse", accepted=""))
    names, since = quality.names_of(one.code for one in refused), presenters.accepted_since(report)
    return context | {
        "reasons": presenters.reasons_for(reader, report),
        "rows": [
            presenters.finding_row(reader, report, one, names, since) for one in refused[:MOST_FINDINGS]
        ],
        "more": max(len(refused) - MOST_FINDINGS, 0),
        "is_accepted": bool(refused) and all(one.key in since for one in refused),
    }
