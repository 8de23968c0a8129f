"""`localcare form`: whether reviewed forms can be used, before anybody is asked to fill them in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from localcare.config.command_line import django_setup, exits
from localcare.config.command_line.errors import PlainErrors
from localcare.config.command_line.help_text import examples

group = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="Forms as reviewed definitions.")


@group.callback()
def forms() -> None:
    """Forms as reviewed definitions."""


@group.command("check", epilog=examples("localcare form check", "localcare form check my-form.yaml"))
def check(
    file: Annotated[
        Path | None,
        typer.Argument(help="A form; every shipped one when left out.", exists=True, dir_okay=False),
    ] = None,
) -> None:
    """Name the file, line, fault and remedy of each problem; exit code 3 when there is one."""
    django_setup.prepare()
    from localcare.foundation.forms.definitions import FOLDER, faults_in

    files = [file] if file else sorted(FOLDER.glob("*.yaml"))
    faults = [fault for one in files for fault in faults_in(one)]
    for fault in faults:
        typer.echo(str(fault))
    if faults:
        raise typer.Exit(exits.FOUND_PROBLEMS)
    typer.echo(f"{len(files)} {'form' if len(files) == 1 else 'forms'} checked, no problem found.")
