"""What the risk models put on the navigation bar and the home page."""

from __future__ import annotations

from localcare.care.stratification.models import RiskModel
from localcare.care.stratification.queries import run_shown_to
from localcare.care.stratification.risk import queries
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.wording import register_actions
from localcare.kernel.nhs_design.formatting import plural
from localcare.kernel.nhs_design.home import HomeCard, register_card
from localcare.kernel.nhs_design.navigation import NavigationItem, register

ACTIONS = {
    "risk.train": "Asked for the training of a risk model",
    "risk.train-ended": "The training of a risk model ended",
    "risk.stop": "Stopped the training of a risk model",
    "risk.publish": "Published a risk model",
    "risk.withdraw": "Withdrew a risk model",
    "risk.card": "Took the card of a risk model out as a file",
}


def join() -> None:
    """Register the entry, the card and what actions are called in the audit trail."""
    register_actions(ACTIONS)
    register(NavigationItem("Risk models", "risk-models", permission="risk.read", order=62))
    register_card(
        HomeCard(
            title="Risk models",
            description="Train a model on the place’s own data, read how good it is, publish it, and watch it drift.",
            url_name="risk-models",
            permission="risk.read",
            order=61,
            waiting=to_look_at,
        )
    )


def to_look_at(reader: Reader) -> str | None:
    """What an analyst should look at first: a model that does not score, drift, trainings, or that none is published."""
    warned = queries.warned(run_shown_to(reader))
    if any(found.fault for found in warned):
        return "A published model gives no numbers"
    warnings = sum(len(found.warnings) for found in warned)
    if warnings:
        return f"{plural(warnings, 'drift warning')}"
    under_way = RiskModel.objects.filter(status__in=RiskModel.UNDER_WAY).count()
    if under_way:
        return f"{plural(under_way, 'training')} under way"
    if not RiskModel.objects.filter(status=RiskModel.Status.PUBLISHED).exists():
        return "None is published"
    return None
