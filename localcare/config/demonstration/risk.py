"""A risk model for the demonstration: trained by the worker beside the site, published if its evaluation allows it."""

from __future__ import annotations

from django.utils import timezone

from localcare.care.stratification.models import RiskModel
from localcare.care.stratification.risk.actions import ask_for_training
from localcare.kernel.access.readers import Reader

OUTCOME, METHOD, SEED = "emergency-admission-12m", "logistic", 1
BECAUSE = "Demonstration on synthetic people: published because its evaluation allows it, so that there is something to see."


def ask_for_model(by: Reader) -> None:
    """Ask the worker for a model unless one was ever asked for."""
    if not RiskModel.objects.exists():
        ask_for_training(
            outcome_code=OUTCOME, method=METHOD, as_of=timezone.localdate(), seed=SEED, by=by, publish_because=BECAUSE
        )  # fmt: skip
