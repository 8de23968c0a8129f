"""What can be decided about a pair besides merging it, and how its page says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from localcare.foundation.people.merging import decide_not_same, decide_not_sure, propose_again
from localcare.foundation.people.models import PossibleDuplicate


@dataclass(frozen=True)
class Act:
    """One decision: where its page is, what it says, and what it does."""

    decision: str
    url_name: str
    heading: str
    text: str
    button: str
    done: str
    action: Callable[..., None]


NOT_SAME = Act(
    PossibleDuplicate.Decision.NOT_SAME,
    "duplicate-not-same",
    "Not the same person",
    "They stay two records and are not proposed again. You can take this back: list the pairs that are “not the same"
    " person”.",
    "Keep them apart",
    "Kept as two people. They will not be proposed again.",
    decide_not_same,
)
NOT_SURE = Act(
    PossibleDuplicate.Decision.NOT_SURE,
    "duplicate-not-sure",
    "Not sure yet",
    "Both records stay as they are. Say what you need to find out, and from whom: the pair waits in the list of pairs"
    " that are “not sure yet”, for you or a colleague.",
    "Put aside",
    "Put aside. You find the pair in the list of pairs that are not sure yet.",
    decide_not_sure,
)
AGAIN = Act(
    PossibleDuplicate.Decision.OPEN,
    "",
    "Propose the two records again",
    "The pair returns to the list to be decided.",
    "Propose them again",
    "This pair is to be decided again.",
    propose_again,
)
