"""What the directory refuses, in words that say how to mend it."""

from __future__ import annotations


class ServiceRefused(ValueError):
    """A change of the directory that cannot be made."""


class NoRoom(ServiceRefused):
    """A service has no room left on a day; the words name the next day that has."""
