"""Starts Django when a command needs the database, and not before."""

from __future__ import annotations

import os

from localcare.config.command_line.errors import Problem

ENVIRONMENTS = ("development", "production", "test")


def environment() -> str:
    """`LOCALCARE_ENVIRONMENT`: development when it is not set."""
    chosen = os.environ.get("LOCALCARE_ENVIRONMENT") or "development"
    if chosen not in ENVIRONMENTS:
        raise Problem(f"LOCALCARE_ENVIRONMENT is {chosen!r}: it must be {' or '.join(ENVIRONMENTS[:2])}.")
    return chosen


def is_production() -> bool:
    """Whether the command would work on real people's records."""
    settings = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    return environment() == "production" or settings.endswith("production")


def prepare() -> None:
    """Load the settings, which starts the embedded database when none is configured, and the rooms."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"localcare.config.settings.{environment()}")
    import django

    django.setup()


def require_current_database() -> None:
    """Stop with a remedy when the database lacks a migration."""
    from localcare.config.observation.health import unapplied_migrations

    if missing := unapplied_migrations():
        raise Problem(f"The database lacks {len(missing)} migrations. Run: localcare migrate")


def ready() -> None:
    """Prepare, and insist on a migrated database."""
    prepare()
    require_current_database()
