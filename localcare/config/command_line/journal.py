"""`localcare journal`: the derived views of all journeys, checked against the journal and built again."""

from __future__ import annotations

import typer
from rich.console import Console

from localcare.config.command_line import django_setup
from localcare.config.command_line.errors import PlainErrors, Problem
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.progress import progress

group = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="The journal of all journeys.")


@group.command("check", epilog=examples("localcare journal check"))
def check() -> None:
    """Derive every view from the journal and say where what is kept differs; changes nothing."""
    django_setup.prepare()
    from localcare.foundation.pathways.rebuild import differences

    with progress("Checking the journal") as report:
        found = differences(progress=report)
    for line in found:
        typer.echo(line)
    if found:
        raise Problem(f"{len(found)} rows differ from what the journal says. Run localcare journal rebuild.")
    Console().print("Every derived row is what the journal says.")


@group.command("rebuild", epilog=examples("localcare journal rebuild"))
def rebuild() -> None:
    """Empty the derived views (states, clocks, timers) and derive them again from the journal, all or nothing."""
    django_setup.prepare()
    from localcare.foundation.pathways.rebuild import rebuild as build

    with progress("Rebuilding from the journal") as report:
        journeys = build(progress=report)
    Console().print(f"Derived the views of {journeys} journeys.")
