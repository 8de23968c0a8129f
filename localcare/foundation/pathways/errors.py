"""What an act on a journey can be refused for; the message is meant for the person who tried."""

from __future__ import annotations


class NotPossible(Exception):
    """The act cannot be done as things stand; the message says why and what can be done."""


class AlreadyDone(NotPossible):
    """Somebody was first: the message says who, what and when."""


class NotYours(NotPossible):
    """The work is in the queue of another team, or the permission is missing."""
