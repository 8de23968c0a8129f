"""What this room puts on the navigation bar and the home page, and what its actions are called."""

from __future__ import annotations

from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.wording import register_actions
from localcare.kernel.nhs_design.formatting import format_date
from localcare.kernel.nhs_design.home import HomeCard, register_card
from localcare.kernel.nhs_design.navigation import NavigationItem, register
from localcare.system.insight.queries import run_in_force

ACTIONS = {
    "insight.refresh": "Asked for or made a measuring of all indicators",
    "insight.breaches": "Read who missed a standard",
    "insight.rebase": "Began the limits of a chart anew",
    "insight.rebase-taken-back": "Took back a new beginning of a chart",
}


def join() -> None:
    """Register the entries, the cards and what actions are called in the audit trail."""
    register_actions(ACTIONS)
    register(NavigationItem("Insight", "insight", permission="insight.read", order=40))
    register_card(
        HomeCard(
            title="Delivery framework",
            description="Outcomes for people, workforce and hospital admissions of a place: what to look at first.",
            url_name="insight",
            permission="insight.read",
            order=35,
            waiting=measured,
        )
    )
    register_card(
        HomeCard(
            title="A fair comparison",
            description="Did a change make a difference? Places with it beside places without it.",
            url_name="insight-compare",
            permission="insight.read",
            order=36,
        )
    )


def measured(reader: Reader) -> str | None:
    """Up to when everything is measured."""
    run = run_in_force()
    return f"Measured up to {format_date(run.last_day)}" if run else None
