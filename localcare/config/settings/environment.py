"""Reads settings from environment variables; a value that cannot be read names itself and the remedy."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured

YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
SHORTEST_SECRET = 50


def text(name: str, default: str = "") -> str:
    """The variable, or the default when it is unset or empty."""
    return os.environ.get(name) or default


def required(name: str, remedy: str) -> str:
    """The variable; an error with the remedy when it is missing."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {remedy}")
    return value


def secret(name: str) -> str:
    """A secret long and varied enough that nobody guesses it, and none that the project publishes."""
    remedy = (
        f"Set {name} to a random text of its own, for example from:"
        " python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
    value = required(name, remedy)
    if (
        len(value) < SHORTEST_SECRET
        or len(set(value)) < 10
        or value.startswith(("only-for-", "django-insecure-"))
    ):
        raise ImproperlyConfigured(f"{name} is too short, too plain or a published default. {remedy}")
    return value


def number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """A whole number from `least` to `most`."""
    value = text(name, str(default))
    if not value.isdigit() or int(value) < least or (most is not None and int(value) > most):
        bounds = f" from {least}" + (f" to {most}" if most is not None else "") if least or most else ""
        raise ImproperlyConfigured(
            f"{name} is {value!r}: it must be a whole number{bounds}, for example {default}."
        )
    return int(value)


def switch(name: str, default: bool) -> bool:
    """Yes or no."""
    value = text(name, "yes" if default else "no").lower()
    if value not in YES + NO:
        raise ImproperlyConfigured(f"{name} is {value!r}: it must be yes or no.")
    return value in YES


def names(name: str, default: str = "") -> list[str]:
    """A list with commas between its items."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]
