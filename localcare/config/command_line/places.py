"""`localcare places`: the reviewed definitions of places, brought into the database."""

from __future__ import annotations

import typer

from localcare.config.command_line import django_setup
from localcare.config.command_line.errors import PlainErrors
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.progress import progress
from localcare.config.command_line.who import operator

group = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="Areas, practices and organisations.")


@group.callback()
def places() -> None:
    """Areas, practices and organisations."""


@group.command("load", epilog=examples("localcare places load"))
def load() -> None:
    """Load the reviewed definitions of areas, practices and organisations; twice changes nothing."""
    django_setup.ready()
    from localcare.foundation.places.actions import load_place_definitions

    with progress("Loading places"):
        load_place_definitions(by=operator("places load"))
    typer.echo("The places are loaded.")
