"""What the people room puts on the home page and calls its actions in the audit trail."""

from __future__ import annotations

from localcare.foundation.people.duplicate_presenters import waiting
from localcare.foundation.people.duplicates import duplicates_for
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.wording import register_actions
from localcare.kernel.nhs_design.home import HomeCard, register_card

ACTIONS = {
    "person.amend": "Amended details in the register",
    "person.change-address": "Changed an address",
    "person.communication-need": "Recorded a communication need",
    "person.communication-need-ended": "Ended a communication need",
    "person.compare": "Compared two records",
    "person.duplicates": "Read the list of possible duplicates",
    "person.edit-read": "Opened the page to amend a person",
    "person.find-duplicates": "Searched the register for possible duplicates",
    "person.merge": "Merged two records",
    "person.merge-read": "Opened a merge",
    "person.merges": "Read the list of merges",
    "person.named-as-related": "Was shown the name on a page of family or of somebody they care for",
    "person.not-same": "Kept two records apart",
    "person.not-same-undone": "Proposed two records again",
    "person.not-sure": "Put two records aside as not sure",
    "person.record-death": "Recorded a death",
    "person.register": "Registered a person",
    "person.register-compared": "Compared somebody to register with the register",
    "person.register-with-practice": "Registered a person with a practice",
    "person.relate": "Recorded a relationship",
    "person.relationship-ended": "Ended a relationship",
    "person.search-by-likeness": "Searched the register by likeness",
    "person.searches-by-likeness": "Read the list of searches by likeness",
    "person.unmerge": "Took a merge back",
}


def join() -> None:
    """Register the card and the words."""
    register_actions(ACTIONS)
    register_card(
        HomeCard(
            title="Possible duplicates",
            description="Records that may be of one person: compare them, merge them, or keep them apart.",
            url_name="duplicates",
            permission="person.merge",
            order=40,
            waiting=to_decide,
        )
    )


def to_decide(reader: Reader) -> str | None:
    """How many pairs wait for a decision of the reader."""
    return waiting(duplicates_for(reader).count())
