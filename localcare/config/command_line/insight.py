"""`localcare insight`: every indicator measured and put in force."""

from __future__ import annotations

import typer
from rich.console import Console

from localcare.config.command_line import django_setup
from localcare.config.command_line.dates import AsOf, today
from localcare.config.command_line.errors import PlainErrors, refuse_stopped
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.progress import progress
from localcare.config.command_line.who import operator

group = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="Indicators of the delivery framework.")


@group.callback()
def insight() -> None:
    """Indicators of the delivery framework."""


@group.command("refresh", epilog=examples("localcare insight refresh"))
def refresh(as_of: AsOf = None) -> None:
    """Measure every indicator up to the day before (yesterday when no day is given) and put the numbers in force."""
    django_setup.ready()
    from localcare.system.insight.actions import refresh_indicators

    with progress("Measuring") as report:
        run = refresh_indicators(until=as_of or today(), by=operator("insight refresh"), progress=report)
    refuse_stopped(run, "the numbers in force stay.")
    Console().print(
        f"Measured up to the end of {run.last_day}: {run.values_new} numbers are new, {run.values_ended} ended,"
        f" {len(run.not_measured)} indicators have no number yet.",
        highlight=False,
    )
