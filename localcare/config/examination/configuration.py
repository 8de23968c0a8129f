"""The configuration: settings that load, and the checks of every room."""

from __future__ import annotations

import os
from collections.abc import Iterator

from localcare.config.command_line import django_setup
from localcare.config.examination.finding import Finding, missing, worth_knowing


def findings() -> Iterator[Finding]:
    """Load the settings and run the start-up checks."""
    from django.core.exceptions import ImproperlyConfigured

    from localcare.kernel.database.errors import DatabaseError

    try:
        django_setup.prepare()
    except ImproperlyConfigured as error:
        yield missing("The configuration is not complete", str(error))
        return
    except DatabaseError as error:
        yield missing("The database does not start", str(error))
        return
    yield Finding(f"Configuration: {os.environ['DJANGO_SETTINGS_MODULE'].rpartition('.')[2]}")
    yield from _checks()
    yield _static_files()


def _checks() -> Iterator[Finding]:
    from django.core import checks

    found = checks.run_checks(include_deployment_checks=django_setup.is_production())
    for message in found:
        if message.level >= checks.WARNING:
            make = missing if message.level >= checks.ERROR else worth_knowing
            yield make(str(message.msg), str(message.hint or ""))
    if not any(message.level >= checks.ERROR for message in found):
        yield Finding("Every view says what it needs, every definition is in order")


def _static_files() -> Finding:
    from localcare.config.static_files import are_collected

    if are_collected():
        return Finding("The static files are gathered")
    text, remedy = "The static files are not gathered", "Run: localcare collect-static"
    return missing(text, remedy) if django_setup.is_production() else worth_knowing(text, remedy)
