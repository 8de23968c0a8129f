"""What this desk puts on the navigation bar and the home page, and calls its acts in the audit trail."""

from __future__ import annotations

from localcare.care.single_point_of_access import queries
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.wording import register_actions
from localcare.kernel.nhs_design.formatting import plural
from localcare.kernel.nhs_design.home import HomeCard, register_card
from localcare.kernel.nhs_design.navigation import NavigationItem, register

ACTIONS = {
    "contact.queue": "Read the queue of the single point of access",
    "contact.arrived": "Recorded a contact",
    "contact.identified": "Said whom a contact is about",
    "contact.abandoned": "Recorded that a caller rang off",
    "contact.attempt": "Rang a caller back",
    "contact.read": "Opened a contact",
    "contact.search": "Looked for the person during a call",
    "contact.handed-over": "Signed a shift over",
    "contact.received": "Took over a shift",
    "contact.requested": "Asked a service from the single point of access",
    "contact.supervised": "Read the supervisor's view of the single point of access",
}


def join() -> None:
    """Register the entry, the cards and the words."""
    register_actions(ACTIONS)
    register(NavigationItem("Single point of access", "access", permission="contact.take", order=5))
    register_card(
        HomeCard(
            title="Single point of access",
            description="Contacts that wait for an answer, for triage, to be arranged, and to be rung back.",
            url_name="access",
            permission="contact.take",
            order=5,
            waiting=waiting,
        )
    )
    register_card(
        HomeCard(
            title="Send a contact without phoning",
            description="Write to the single point of access about a person, and see what becomes of it.",
            url_name="access-send",
            permission="journey.open",
            order=20,
        )
    )


def waiting(reader: Reader) -> str | None:
    """How many contacts of the reader's teams are open."""
    count = queries.open_count(reader)
    return f"{plural(count, 'contact')} open" if count else None
