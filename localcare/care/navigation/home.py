"""What the navigation desk puts on the navigation bar and the home page."""

from __future__ import annotations

from localcare.care.navigation import queries
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.wording import register_actions
from localcare.kernel.nhs_design.formatting import plural
from localcare.kernel.nhs_design.home import HomeCard, register_card
from localcare.kernel.nhs_design.navigation import NavigationItem, register

ACTIONS = {
    "navigation.board": "Read the carers and people to support",
    "navigation.carers": "Read who cares for whom",
    "navigation.person": "Read a carer's own needs and support",
    "navigation.ask": "Opened the page to ask for a carer's assessment",
}


def join() -> None:
    """Register the entries, the card and what the actions are called in the audit trail."""
    register_actions(ACTIONS)
    register(NavigationItem("Carers", "navigation", permission="task.read", order=26))
    register_card(
        HomeCard(
            title="Carers and support",
            description="Carers who wait for an assessment, what was arranged for them and whether it happened.",
            url_name="navigation",
            permission="task.read",
            order=26,
            waiting=requests_waiting,
        )
    )


def requests_waiting(reader: Reader) -> str | None:
    """How many requests for carers wait for the reader's teams to answer."""
    waiting = queries.work_for_carers(reader).filter(state="requested").count()
    return f"{plural(waiting, 'request')} to answer" if waiting else None
