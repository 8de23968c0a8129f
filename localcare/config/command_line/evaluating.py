"""`localcare evaluate`: whether a published list changed what happened, in the terminal or as a CSV file."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Drawn

from localcare.config.command_line import django_setup, exits
from localcare.config.command_line.dates import parse_day, today
from localcare.config.command_line.errors import Problem
from localcare.config.command_line.progress import progress
from localcare.config.command_line.who import operator
from localcare.config.command_line.writable import ready_file

if TYPE_CHECKING:
    from localcare.care.stratification.evaluation.presenters import Table

EXAMPLES = (
    "localcare evaluate",
    "localcare evaluate --night 2026-05-20 --days 182 --threshold 200 --out evaluation.csv",
    "localcare evaluate --night 2026-05-20 --who cohort:care-plan-criteria",
)


def evaluate(
    night: Annotated[
        date | None,
        typer.Option(
            parser=parse_day, metavar="YYYY-MM-DD", help="The day of the list. [latest that can be asked]"
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="Followed for 30, 60, 90, 182 or 365 days. [longest that has passed]")
    ] = None,
    who: Annotated[str, typer.Option(help="cohort:CODE or segment:CODE. [everybody on the list]")] = "",
    threshold: Annotated[
        int | None, typer.Option(help="Risk per thousand from which teams act: 100, 200, 300 or 500. [200]")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="CSV file to write; left out: the terminal.")] = None,
    show_small_numbers: Annotated[
        bool, typer.Option("--show-small-numbers", help="Hide nothing: only for those who see these people.")
    ] = False,
) -> None:
    """Ask of a published list whether anybody acted on it, and whether that changed what happened."""
    if out is not None:
        ready_file(out)
    django_setup.ready()
    from localcare.care.stratification.definitions import definitions
    from localcare.care.stratification.evaluation.evaluating import evaluated
    from localcare.care.stratification.evaluation.page import answer_for, asked_of
    from localcare.care.stratification.evaluation.presenters import file_rows

    chosen = {"night": _run_of(night), "days": _text(days), "who": who, "threshold": _text(threshold)}
    found = asked_of(chosen, definitions=definitions())
    _refuse_what_was_not_understood(found)
    if "not_yet" in found:
        typer.echo(found["not_yet"].why, err=True)
        raise typer.Exit(exits.FOUND_PROBLEMS)
    with progress("Evaluating the list") as tell:
        answer = evaluated(found["question"], definitions(), until=found["known_until"], tell=tell)
        found |= answer_for(operator("evaluate"), answer, today=today(), hides_small=not show_small_numbers)
    if out is not None:
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["table", "row", "figure", "value"])
            writer.writerows(
                file_rows(
                    [found["done"], found["happened"], found["groups"]], found["readings"], found["itself"]
                )
            )
        typer.echo(f"The list of {found['question'].night} is evaluated in {out}")
        return
    _tell(found)


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _run_of(night: date | None) -> str:
    from localcare.care.stratification.evaluation.questions import nights

    if night is None:
        return ""
    published = {run.as_of: run.pk for run in nights()}
    if night not in published:
        known = ", ".join(str(day) for day in list(published)[-5:]) or "none yet"
        raise Problem(f"No list was published as of {night}. The latest: {known}.")
    return str(published[night])


def _refuse_what_was_not_understood(found: dict[str, Any]) -> None:
    form = found.get("form")
    if form is not None and form.errors:
        name, faults = next(iter(form.errors.items()))
        raise Problem(f"--{name}: {' '.join(faults)} See localcare evaluate --help.")


def _tell(found: dict[str, Any]) -> None:
    """The answer in the terminal: tables as they are on the page, and what may be said of the difference."""
    console = Console(highlight=False)
    question = found["question"]
    console.print(
        f"The list of {question.night}, followed until {question.until}: {found['listed']} people.\n"
    )
    done = found["done"]
    for heading, cell in zip(done.headings[1:], done.rows[0][1:], strict=True):
        console.print(f"  {heading['text']}: {cell}")
    console.print(f"{escape(done.note)} Every area and practice is in the file of --out.\n")
    _draw(console, found["groups"])
    console.print("[bold]Before and after alone says nothing.[/]")
    if found["itself"]:
        console.print(escape(found["itself"].says) + "\n")
    console.print("[bold]Just above against just below the threshold[/]")
    for said in dict.fromkeys(_said(reading) for reading in found["readings"]):
        console.print(escape(said))
    if found["risk_from"]:
        console.print(f"The first list with a risk for everybody can be asked from {found['risk_from']}.")


def _said(reading: Any) -> str:
    return f"{reading.title}: {reading.found.effect.says}" if reading.found else reading.refused


def _draw(console: Console, table: Table) -> None:
    drawn = Drawn(title=table.caption, title_justify="left")
    for heading in table.headings:
        drawn.add_column(heading if isinstance(heading, str) else heading["text"])
    for row in table.rows:
        drawn.add_row(*map(escape, row))
    console.print(drawn)
    if table.note:
        console.print(escape(table.note) + "\n")
