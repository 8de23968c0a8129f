"""`localcare score` on files, and `localcare stratify` on the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from localcare.config.command_line import django_setup
from localcare.config.command_line.dates import AsOf, today
from localcare.config.command_line.errors import Problem
from localcare.config.command_line.progress import progress, what_first
from localcare.config.command_line.who import operator


def score(
    dataset: Annotated[Path, typer.Option(help="Folder of the dataset.", exists=True, file_okay=False)],
    out: Annotated[Path, typer.Option(help="File to write: .parquet or .csv.")],
    as_of: AsOf = None,
    packs: Annotated[
        Path | None, typer.Option(help="Folder of further code list packs.", exists=True, file_okay=False)
    ] = None,
) -> None:
    """Score everybody in a linked dataset; needs no database."""
    from localcare.analysis.scores.run import write_scores

    with progress("Scoring") as report:
        run = write_scores(dataset, as_of or today(), out, what_first(report), packs_folder=packs)
    typer.echo(f"{run.people} people scored as of {run.as_of} in {out}")
    for name in run.empty_code_lists:
        typer.echo(f"The code list {name} is empty: install its pack to use it.")


def stratify(as_of: AsOf = None) -> None:
    """Score everybody on the register, and put a new tracking list in force."""
    django_setup.ready()
    from localcare.care.stratification.actions import DayToCome, run_stratification

    try:
        with progress("Stratifying") as report:
            run = run_stratification(as_of=as_of or today(), by=operator("stratify"), progress=report)
    except DayToCome as fault:
        raise Problem(str(fault)) from fault
    typer.echo(
        f"As of {run.as_of}: {run.people} people scored, {run.listed} on the list,"
        f" {run.joined} joined and {run.left} left ({run.get_status_display().lower()})."
    )
