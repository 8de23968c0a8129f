"""What the planning desk puts on the navigation bar and the home page."""

from __future__ import annotations

from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.wording import register_actions
from localcare.kernel.nhs_design.formatting import plural
from localcare.kernel.nhs_design.home import HomeCard, register_card
from localcare.kernel.nhs_design.navigation import NavigationItem, register
from localcare.system.planning.models import Run

ACTIONS = {
    "planning.file": "Took a planning scenario as a file",
    "planning.fit": "Had a scenario fitted to what was lived",
    "planning.lived": "Laid a simulation over what was lived",
    "planning.put-away": "Put a planning scenario away",
    "planning.results": "Took the numbers of a simulation",
    "planning.run": "Asked for a simulation",
    "planning.run-ended": "A simulation ended",
    "planning.save": "Kept a planning scenario",
    "planning.stop": "Stopped a simulation",
}


def join() -> None:
    """Register the entry, the card and what actions are called in the audit trail."""
    register_actions(ACTIONS)
    register(NavigationItem("Planning", "planning", permission="planning.read", order=45))
    register_card(
        HomeCard(
            title="Planning",
            description="What would happen if: more beds, shorter stays, more visits, or nothing done.",
            url_name="planning",
            permission="planning.read",
            order=45,
            waiting=under_way,
        )
    )


def under_way(reader: Reader) -> str | None:
    """How many of the reader's runs are not done yet."""
    count = Run.objects.filter(
        asked_by=reader.user, status__in=(Run.Status.WAITING, Run.Status.RUNNING)
    ).count()
    return f"{plural(count, 'run')} under way" if count else None
