"""`localcare dataset`: the linked dataset's schema, whether a dataset keeps to it, and whether it is good enough."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from localcare.config.command_line import exits
from localcare.config.command_line.dates import AsOf, today
from localcare.config.command_line.errors import PlainErrors
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.progress import progress, what_first
from localcare.config.command_line.quality import RulesFile, measured, tell

if TYPE_CHECKING:
    from localcare.analysis.dataset.check import CheckReport
    from localcare.analysis.quality import Report

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


@group.command(
    "check",
    epilog=examples(
        "localcare dataset check linked-data",
        "localcare dataset check linked-data --no-quality",
        "localcare dataset check linked-data --rules our-rules.yaml --format json > quality.json",
    ),
)
def check(
    path: Dataset,
    as_of: AsOf = None,
    quality: Annotated[
        bool, typer.Option("--quality/--no-quality", help="Measure data quality by the rules as well.")
    ] = True,
    rules: RulesFile = None,
    style: Annotated[
        Literal["text", "json", "csv"], typer.Option("--format", help="How to write it.")
    ] = "text",
) -> None:
    """Report every problem with its table, row, column and remedy, then data quality by the reviewed rules.

    Exit code 0: sound, and good enough or with warnings only; 3: a problem, or refused by the rules.
    """
    from localcare.analysis.dataset.check import check as check_dataset

    with progress("Checking the dataset") as report:
        found = check_dataset(path, as_of=as_of, progress=what_first(report))
    assessed = None
    if quality and found.can_be_read:
        assessed = measured(path, as_of or found.as_of or today(), rules=rules)
    write = {"text": _as_text, "json": _as_json, "csv": _as_csv}[style]
    write(found, assessed)
    if quality and not found.can_be_read:
        typer.echo("Data quality was not measured: mend what cannot be read first.", err=True)
    if not found.ok or (assessed and assessed.is_refused):
        raise typer.Exit(exits.FOUND_PROBLEMS)


def _as_text(found: CheckReport, assessed: Report | None) -> None:
    rows = sum(found.rows.values())
    if found.ok:
        typer.echo(f"{rows} rows in {len(found.rows)} tables, no problem found.")
    else:
        table = Table("Table", "Row", "Column", "Problem", "Remedy", "Rows")
        for problem in found.problems:
            words = (problem.table, problem.row, problem.column, problem.message, problem.remedy)
            table.add_row(*map(escape, words), str(problem.rows))
        Console().print(table)
        typer.echo(
            f"{rows} rows in {len(found.rows)} tables, {sum(found.counts.values())} rows with a problem."
        )
    if assessed:
        tell(assessed)


def _as_json(found: CheckReport, assessed: Report | None) -> None:
    from localcare.analysis.quality import as_json

    content = {
        "rows": found.rows,
        "problems": [vars(problem) for problem in found.problems],
        "quality": json.loads(as_json(assessed)) if assessed else None,
    }
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def _as_csv(found: CheckReport, assessed: Report | None) -> None:
    """Problems and findings in one table, told apart by the first column."""
    from localcare.analysis.quality.report import COLUMNS, finding_row

    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for problem in found.problems:
        writer.writerow({
            "severity": "problem", "rule": problem.rule, "title": problem.message, "of": "row", "code": problem.row,
            "table": problem.table, "part": problem.rows, "what": f"{problem.column} {problem.value}".strip(),
            "remedy": problem.remedy,
        })  # fmt: skip
    if assessed:
        writer.writerows(finding_row(one, assessed.rules) for one in assessed.findings)


@group.command("spoil", epilog=examples("localcare dataset spoil linked-data spoilt-data"))
def spoil(path: Dataset, out: Annotated[Path, typer.Argument(help="Folder to write.")]) -> None:
    """Copy a synthetic dataset with one bad row of each kind, to try the checks and the quarantine."""
    from localcare.synthetic.spoiling import spoil as write_spoilt

    with progress("Spoiling the dataset"):
        faults = write_spoilt(path, out)
    typer.echo(f"{len(faults)} rows spoilt in {out}.")
