"""What each audited action is called on a page."""

from __future__ import annotations

ACTIONS = {
    "access.denied": "Was refused a page",
    "account.changed": "Changed an account",
    "account.closed": "Closed an account",
    "account.locked-out": "Was locked out",
    "account.opened": "Opened an account",
    "account.password-changed": "Changed their password",
    "account.password-reset": "Reset a password",
    "account.recovery-codes-renewed": "Renewed recovery codes",
    "account.reopened": "Opened a closed account again",
    "account.second-factor-added": "Set up a second factor",
    "account.second-factor-removed": "Took a second factor away",
    "account.second-factor-reset": "Reset a second factor",
    "account.sign-in": "Signed in",
    "account.sign-out": "Signed out",
    "audit.export": "Took the audit trail out as a file",
    "audit.read": "Asked who looked",
    "role.ended": "Ended a role",
    "role.given": "Gave a role",
}
OUTCOMES = {"success": "Done", "denied": "Refused", "failure": "Failed"}


def register_actions(words: dict[str, str]) -> None:
    """Name the actions of a room (called at its start-up)."""
    ACTIONS.update(words)


def in_words(action: str) -> str:
    """Return an action in words; one that nobody named reads as its code: `person.read` is `Person read`."""
    return ACTIONS.get(action) or action.replace(".", " ").replace("-", " ").replace("_", " ").capitalize()
