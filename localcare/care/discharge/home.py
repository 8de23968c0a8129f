"""What the discharge desk puts on the navigation bar and the home page."""

from __future__ import annotations

from localcare.care.discharge import queries
from localcare.foundation.pathways.moment import now
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.wording import register_actions
from localcare.kernel.nhs_design.formatting import plural
from localcare.kernel.nhs_design.home import HomeCard, register_card
from localcare.kernel.nhs_design.navigation import NavigationItem, register

ACTIONS = {
    "discharge.board": "Read who is in hospital",
    "discharge.home": "Read who came home and what runs there",
    "discharge.person": "Read a person's way home",
    "discharge.plan": "Opened the page to plan a discharge",
    "discharge.criteria": "Opened the review of the criteria to reside",
}


def join() -> None:
    """Register the entries, the cards and what the actions are called in the audit trail."""
    register_actions(ACTIONS)
    register(NavigationItem("Discharge", "discharge", permission="task.read", order=24))
    register_card(
        HomeCard(
            title="Discharge",
            description="Who is fit to leave hospital, what is missing, and what is promised at home.",
            url_name="discharge",
            permission="task.read",
            order=24,
        )
    )
    register_card(
        HomeCard(
            title="Home from hospital",
            description="Assessments due after coming home, packages with their reviews, and how they ended.",
            url_name="discharge-home",
            permission="task.read",
            order=25,
            waiting=assessments_due,
        )
    )


def assessments_due(reader: Reader) -> str | None:
    """How many assessments at home wait, and how many are late."""
    waiting = queries.assessments(reader)
    count = waiting.count()
    late = waiting.filter(due_at__lt=now()).count() if count else 0
    words = plural(count, "assessment") + " to do"
    return (f"{words}, {late} late" if late else words) if count else None
