"""What the desks put on the navigation bar, the home page and the person's page."""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils import timezone

from localcare.foundation.pathways import queries
from localcare.foundation.pathways.desk.journey_page import panel
from localcare.foundation.record.person_page.registry import Panel, register_panel
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.wording import register_actions
from localcare.kernel.nhs_design.formatting import plural
from localcare.kernel.nhs_design.home import HomeCard, register_card
from localcare.kernel.nhs_design.navigation import NavigationItem, register

ACTIONS = {
    "inbox.read": "Read the inbox of a team",
    "inbox.marked-read": "Marked notices as read",
    "inbox.subscribed": "Chose what a team is told",
    "task.export": "Took the work of a team out as a file",
}


def join() -> None:
    """Register the entries, the cards, the panel and what actions are called in the audit trail."""
    register_actions(ACTIONS)
    register(NavigationItem("My work", "work", permission="task.read", order=5))
    register(NavigationItem("Inbox", "inbox", permission="task.read", order=6))
    register_card(
        HomeCard(
            title="My work",
            description="What your teams are asked, what they have promised, and what is due next.",
            url_name="work",
            permission="task.read",
            order=5,
            waiting=waiting_work,
        )
    )
    register_card(
        HomeCard(
            title="Inbox",
            description="Answers to what you asked, escalations, and changes of the people you look after.",
            url_name="inbox",
            permission="task.read",
            order=6,
            waiting=unread_notices,
        )
    )
    register_panel(
        Panel(
            slug="journeys",
            title="Care now and before",
            permission="journey.read",
            template="pathways/panel.jinja",
            order=20,
            context=panel,
        )
    )


def waiting_work(reader: Reader) -> str | None:
    """What waits for an answer, and what is overdue."""
    tasks = queries.tasks_of(reader).order_by()
    counted = tasks.aggregate(
        waiting=Count("pk", filter=Q(state="requested")),
        late=Count("pk", filter=Q(due_at__lt=timezone.now())),
    )
    waiting, late = counted["waiting"], counted["late"]
    said = [
        f"{plural(waiting, 'request')} to answer" if waiting else "",
        f"{late:,} overdue" if late else "",
    ]
    return ", ".join(part for part in said if part) or None


def unread_notices(reader: Reader) -> str | None:
    """How many notices nobody of the teams has read."""
    unread = queries.notices_of(reader, unread_only=True).order_by().count()
    return plural(unread, "unread notice") if unread else None
