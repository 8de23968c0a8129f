"""What this desk puts on the navigation bar and the home page, and calls its acts in the audit trail."""

from __future__ import annotations

from typing import Any

from localcare.care.rapid_response import queries
from localcare.foundation.services.queries import team_kinds
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.wording import register_actions
from localcare.kernel.nhs_design.formatting import plural
from localcare.kernel.nhs_design.home import HomeCard, register_card
from localcare.kernel.nhs_design.navigation import NavigationItem, register

ACTIONS = {
    "rapid-response.board": "Read the board of a rapid response team",
    "rapid-response.case": "Opened a request to a rapid response team",
    "rapid-response.caseload": "Read the caseload of a rapid response team",
    "rapid-response.print": "Printed the day sheet of a rapid response team",
    "rapid-response.numbers": "Read the numbers of a rapid response team",
}


def join() -> None:
    """Register the entry, the card and the words."""
    register_actions(ACTIONS)
    register(NavigationItem("Rapid response", "rapid-response", "task.read", order=6, shown_to=works_here))
    register_card(
        HomeCard(
            title="Rapid response",
            description="Who to see next and how long is left, people in a package at home, and the numbers of the day.",
            url_name="rapid-response",
            permission="task.read",
            order=6,
            waiting=waiting,
            shown_to=works_here,
        )
    )


def works_here(reader: Any) -> bool:
    """Whether the reader works in a rapid response team today."""
    return isinstance(reader, Reader) and queries.KIND in team_kinds(reader).values()


def waiting(reader: Reader) -> str | None:
    """How many people wait to be seen by the reader's teams."""
    count = queries.waiting_count(reader)
    return f"{plural(count, 'person', 'people')} to be seen" if count else None
