"""`localcare audit`: whether the trail of who looked at whom is whole."""

from __future__ import annotations

from pathlib import Path
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
    epilog=examples(
        "localcare audit verify",
        "localcare audit verify --anchor /mnt/elsewhere/audit-anchors.txt",
        "localcare audit verify --anchor 1200:9f86d081884c7d65…",
    ),
)
def verify(
    anchor: Annotated[
        str,
        typer.Option(
            help="An end of the chain noted earlier, as this command printed it, or a file of anchors."
        ),
    ] = "",
) -> None:
    """Recompute the whole chain; exit code 3 when an entry was changed, removed, inserted or cut off."""
    django_setup.ready()
    from localcare.kernel.audit import verification

    anchors = _anchors(anchor) if anchor else []
    with progress("Verifying the audit trail") as report:
        result = verification.verify(report, anchors=anchors)
    for finding in result.findings:
        Console().print(f"[red]{finding}[/]", soft_wrap=True, highlight=False)
    end = f"Its end, to note elsewhere as an anchor: {result.head_sequence}:{result.head_hash}"
    if result.is_sound:
        typer.echo(f"{result.checked} entries checked, the trail is whole. {end}")
    else:
        typer.echo(f"{result.checked} entries checked, {len(result.findings)} faults. {end}")
        raise typer.Exit(exits.FOUND_PROBLEMS)


@group.command("anchor", epilog=examples("localcare audit anchor /mnt/elsewhere/audit-anchors.txt"))
def anchor(
    file: Annotated[
        Path, typer.Argument(help="File to add a line to; keep it where nobody of the database can write.")
    ],
) -> None:
    """Note the end of the chain in a file, so that cutting it off later is found."""
    django_setup.ready()
    from localcare.kernel.audit import anchors

    try:
        noted = anchors.note(file)
    except (OSError, anchors.AnchorError) as fault:
        raise Problem(str(fault)) from fault
    typer.echo(f"Noted entry {noted.sequence} in {file}. Check it: localcare audit verify --anchor {file}")


def _anchors(given: str) -> list[tuple[int, str]]:
    """The anchors of a file, or the one that was typed."""
    from localcare.kernel.audit import anchors

    try:
        found = anchors.read(Path(given)) if Path(given).is_file() else [anchors.parse(given)]
    except (OSError, anchors.AnchorError) as fault:
        raise Problem(str(fault)) from fault
    return [(one.sequence, one.digest) for one in found]
