"""`localcare doctor`: what is missing, and how to mend it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from localcare.config.command_line import exits

MARKS = {"well": "[green]✓[/]", "worth knowing": "[yellow]![/]", "missing": "[red]✗[/]"}


def doctor(
    development: Annotated[
        bool, typer.Option("--development", help="Also look for what the tests need.")
    ] = False,
) -> None:
    """Say what is missing and how to mend it; exit code 3 when something is."""
    from localcare.config.examination import examine

    console, missing = Console(), 0
    for finding in examine(for_development=development):
        missing += finding.state == "missing"
        console.print(f"{MARKS[finding.state]} {escape(finding.text)}", soft_wrap=True, highlight=False)
        if finding.remedy:
            console.print(f"  [bold]{escape(finding.remedy)}[/]", soft_wrap=True, highlight=False)
    if missing:
        console.print(f"{missing} missing.")
        raise typer.Exit(exits.FOUND_PROBLEMS)
    console.print("Everything that is needed is here.")
