"""`localcare dataset`: the linked dataset's schema, and whether a dataset keeps to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from localcare.config.command_line import exits
from localcare.config.command_line.dates import AsOf
from localcare.config.command_line.errors import PlainErrors
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.progress import progress, what_first

group = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="Linked datasets, without a database.")
Dataset = Annotated[Path, typer.Argument(help="Folder of the dataset.", exists=True, file_okay=False)]


@group.command(
    "schema",
    epilog=examples("localcare dataset schema", "localcare dataset schema --format json > schema.json"),
)
def schema(
    style: Annotated[
        Literal["text", "markdown", "json"], typer.Option("--format", help="How to write it.")
    ] = "text",
) -> None:
    """Print the tables and columns of the linked dataset."""
    from localcare.analysis.dataset.describe import describe

    typer.echo(describe(style))


@group.command("check", epilog=examples("localcare dataset check linked-data"))
def check(path: Dataset, as_of: AsOf = None) -> None:
    """Report every problem with its table, row, column and remedy; exit code 3 when there is one."""
    from localcare.analysis.dataset.check import check as check_dataset

    with progress("Checking the dataset") as report:
        found = check_dataset(path, as_of=as_of, progress=what_first(report))
    rows = sum(found.rows.values())
    if found.ok:
        typer.echo(f"{rows} rows in {len(found.rows)} tables, no problem found.")
        return
    table = Table("Table", "Row", "Column", "Problem", "Remedy", "Rows")
    for problem in found.problems:
        words = (problem.table, problem.row, problem.column, problem.message, problem.remedy)
        table.add_row(*map(escape, words), str(problem.rows))
    Console().print(table)
    typer.echo(f"{rows} rows in {len(found.rows)} tables, {sum(found.counts.values())} rows with a problem.")
    raise typer.Exit(exits.FOUND_PROBLEMS)


@group.command("spoil", epilog=examples("localcare dataset spoil linked-data spoilt-data"))
def spoil(path: Dataset, out: Annotated[Path, typer.Argument(help="Folder to write.")]) -> None:
    """Copy a synthetic dataset with one bad row of each kind, to try the checks and the quarantine."""
    from localcare.synthetic.spoiling import spoil as write_spoilt

    with progress("Spoiling the dataset"):
        faults = write_spoilt(path, out)
    typer.echo(f"{len(faults)} rows spoilt in {out}.")
