"""Risk models for the place whose every page is opened: one in force, one that waits, one that failed, one refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils import timezone

from localcare.care.stratification.models import RiskModel, RiskModelDecision
from localcare.care.stratification.risk.actions import ask_for_training
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import reader_for
from tests.stratification.risk.county import OUTCOME, TOO_FEW, YESTERDAY, County

WHY = "In force for the pages of the tests, whatever its evaluation said of so few people"


def models_of(user: User, folder: Path) -> dict[str, Any]:
    """Models of every state that has a page of its own; the next run scores with the one in force."""
    county, by = County(folder), reader_for(user)
    refused, in_force = county.kept(TOO_FEW), county.kept(TOO_FEW)
    RiskModel.objects.filter(pk=in_force.pk).update(status=RiskModel.Status.PUBLISHED, may_be_published=True)
    RiskModelDecision.objects.create(
        model=in_force,
        kind=RiskModelDecision.Kind.PUBLISHED,
        decided_by=user,
        decided_by_name=by.name,
        decided_at=timezone.now(),
        why=WHY,
    )
    asked = {"outcome_code": OUTCOME, "method": "logistic", "as_of": YESTERDAY, "by": by}
    failed = ask_for_training(**asked, seed=3)
    RiskModel.objects.filter(pk=failed.pk).update(
        status=RiskModel.Status.FAILED, message="OSError: the disk is full", finished_at=timezone.now()
    )
    return {
        "in-force": in_force,
        "refused": refused,
        "failed": failed,
        "waiting": ask_for_training(**asked, seed=4),
    }
