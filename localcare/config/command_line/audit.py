"""`localcare audit`: whether the trail of who looked at whom is whole."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from localcare.config.command_line import django_setup, exits
from localcare.config.command_line.errors import PlainErrors, Problem
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.progress import progress

group = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="The trail of who looked at whom.")


@group.callback()
def audit() -> None:
    """The trail of who looked at whom."""


@group.command(
    "verify",
    epilog=examples("localcare audit verify", "localcare audit verify --anchor 1200:9f86d081884c7d65…"),
)
def verify(
    anchor: Annotated[
        str, typer.Option(help="An end of the chain noted earlier, as this command printed it.")
    ] = "",
) -> None:
    """Recompute the whole chain; exit code 3 when an entry was changed, removed or inserted."""
    django_setup.ready()
    from localcare.kernel.audit import verification

    with progress("Verifying the audit trail") as report:
        result = verification.verify(report, anchor=_parse(anchor) if anchor else None)
    for finding in result.findings:
        Console().print(f"[red]{finding}[/]", soft_wrap=True, highlight=False)
    end = f"Its end, to note elsewhere as an anchor: {result.head_sequence}:{result.head_hash}"
    if result.is_sound:
        typer.echo(f"{result.checked} entries checked, the trail is whole. {end}")
    else:
        typer.echo(f"{result.checked} entries checked, {len(result.findings)} faults. {end}")
        raise typer.Exit(exits.FOUND_PROBLEMS)


def _parse(anchor: str) -> tuple[int, str]:
    sequence, _, digest = anchor.partition(":")
    if not (sequence.isdigit() and digest):
        raise Problem("An anchor is a number, a colon and the text that localcare audit verify printed.")
    return int(sequence), digest
