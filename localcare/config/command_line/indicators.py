"""`localcare indicator` and `localcare measure`: what is counted, checked, and the numbers; no database needed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from localcare.config.command_line import exits
from localcare.config.command_line.dates import parse_day
from localcare.config.command_line.errors import PlainErrors, Problem
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.progress import progress
from localcare.config.command_line.writable import ready_file

if TYPE_CHECKING:
    from localcare.analysis.measures.definitions import Indicator
    from localcare.analysis.measures.engine import MeasureSource

group = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="Indicator definitions: check, list, schema.")
MEASURE_EXAMPLES = (
    "localcare measure urgent-response-two-hours --journal journal --since 2026-10-01 --until 2026-11-01",
    "localcare measure emergency-admissions attendances --dataset linked-data --since 2026-01-01 --until 2026-10-01"
    " --by locality --out admissions.csv",
    "localcare measure requests-refused --journal journal --since 2026-10-01 --until 2026-11-01 --breaches",
)


NUMBERS = ("numerator", "denominator", "value")
ONE_BY_ONE = (
    "These data left care, or small numbers are to be hidden: --breaches would show people one by one. Measure without it, or"
    " with --show-small-numbers where your agreement lets you see rows."
)


class Period(StrEnum):
    """By what periods."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    ALL = "all"


@group.callback()
def indicator() -> None:
    """Indicator definitions: check, list, schema."""


@group.command(
    "check", epilog=examples("localcare indicator check", "localcare indicator check my-indicator.yaml")
)
def check(
    file: Annotated[
        Path | None, typer.Argument(help="An indicator file; left out: all that are shipped.")
    ] = None,
) -> None:
    """Check indicators: every fault with its file, line and remedy."""
    from localcare.analysis.measures.definitions import FOLDER

    if file is not None and not file.is_file():
        raise Problem(f"There is no file {file}. Name a YAML file that begins with indicator:")
    files = [file.resolve()] if file else sorted(FOLDER.glob("*.yaml"))
    found = [fault for one in files for fault in _faults(one)]
    for fault in found:
        typer.echo(str(fault))
    if found:
        typer.echo(f"{len(found)} {'fault' if len(found) == 1 else 'faults'} found.")
        raise typer.Exit(exits.FOUND_PROBLEMS)
    typer.echo(f"{len(files)} {'indicator is' if len(files) == 1 else 'indicators are'} in order.")


def _faults(file: Path) -> list[Any]:
    from localcare.analysis.measures.checking import faults_of
    from localcare.analysis.measures.definitions import FOLDER, SCHEMA
    from localcare.kernel.definitions import DefinitionError, Fault, load
    from localcare.kernel.definitions.lines import line_of, read_with_lines

    try:
        content = load(file, SCHEMA)
    except DefinitionError as error:
        return list(error.faults)
    _, lines = read_with_lines(file.read_text(encoding="utf-8"))
    found = [
        Fault(file, line_of(one.place, lines), ".".join(map(str, one.place)), one.fault, one.remedy)
        for one in faults_of(content)
    ]
    if file.parent == FOLDER and file.stem != content["indicator"]:
        found.append(
            Fault(
                file,
                1,
                "indicator",
                f"the file is not called {content['indicator']}.yaml",
                "Rename one of the two",
            )
        )
    return sorted(found, key=lambda fault: fault.line)


@group.command("list", epilog=examples("localcare indicator list"))
def listing() -> None:
    """The shipped indicators, and what each is read off."""
    from localcare.analysis.measures.definitions import indicators

    table = Table("Indicator", "Title", "Unit", "Read off")
    for one in indicators().values():
        table.add_row(one.code, one.title, one.unit, one.reads or "nothing yet")
    Console().print(table)


@group.command("schema", epilog=examples("localcare indicator schema > indicator.schema.json"))
def schema() -> None:
    """Print the JSON Schema that indicator files follow, for editors and other programs."""
    from localcare.analysis.measures.definitions import SCHEMA

    typer.echo(SCHEMA.read_text(encoding="utf-8"), nl=False)


def _day(help_text: str) -> Any:
    return typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help=help_text)


def measure(
    codes: Annotated[
        list[str], typer.Argument(metavar="INDICATOR…", help="Codes; see localcare indicator list.")
    ],
    since: Annotated[date, _day("The first day.")],
    until: Annotated[date, _day("The day after the last.")],
    journal: Annotated[
        Path | None,
        typer.Option(help="Folder of a journal, lived or simulated.", exists=True, file_okay=False),
    ] = None,
    dataset: Annotated[
        Path | None, typer.Option(help="Folder of a linked dataset.", exists=True, file_okay=False)
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Break down by locality, practice, service …; may be said again.")
    ] = None,
    period: Annotated[Period, typer.Option(help="Periods of time.")] = Period.MONTH,
    out: Annotated[Path | None, typer.Option(help="CSV file to write; left out: the terminal.")] = None,
    breaches: Annotated[
        bool, typer.Option("--breaches", help="What missed it, one row each, instead of numbers.")
    ] = False,
    hides: Annotated[
        bool | None,
        typer.Option(
            "--hide-small-numbers/--show-small-numbers",
            help="Hide numbers below 5, and others that would tell them. [hidden where the data say that they left care]",
        ),
    ] = None,
) -> None:
    """Measure indicators off a journal and a linked dataset; small numbers are hidden of data that left care."""
    from localcare.analysis.journal.parquet import JournalFolder
    from localcare.analysis.libraries import pyarrow as pa
    from localcare.analysis.measures.engine import MeasureSource
    from localcare.analysis.measures.small_numbers import left_care

    if since >= until:
        raise Problem(f"{since} is not before {until}: --until is the day after the last that counts.")
    if out is not None:
        ready_file(out)
    wanted = [_found(code) for code in codes]
    source = MeasureSource(JournalFolder(journal) if journal else None, dataset)
    hiding = left_care(dataset=source.dataset, journal=source.journal) if hides is None else hides
    if hiding and breaches:
        raise Problem(ONE_BY_ONE)
    tables = []
    with progress("Measuring") as report:
        for place, one in enumerate(wanted):
            report(place, len(wanted), one.code)
            tables.append(
                _measured(one, source, since, until, tuple(by or ()), period.value, breaches, hiding)
            )
        report(len(wanted), len(wanted), "measured")
    whole = pa.concat_tables(tables, promote_options="default")
    if hiding:
        typer.echo(_told_of_hiding(whole), err=True)
    _give(whole, out)


def _give(whole: Any, out: Path | None) -> None:
    """The numbers as a file, or in the terminal."""
    from localcare.analysis.libraries import pyarrow as pa

    if out is not None:
        pa.csv.write_csv(whole, out)
        typer.echo(f"{whole.num_rows} rows in {out}")
        return
    if not whole.num_rows:
        typer.echo("Nothing was counted in these days. Look whether the journal or dataset covers them.")
        return
    shown = Table(*whole.column_names)
    for row in whole.to_pylist():
        shown.add_row(
            *(
                "hidden" if name in NUMBERS and row.get("hidden") else _shown(value)
                for name, value in row.items()
            )
        )
    Console().print(shown)


def _found(code: str) -> Indicator:
    from localcare.analysis.measures.definitions import indicators

    try:
        return indicators()[code]
    except KeyError:
        known = ", ".join(indicators())
        raise Problem(f"There is no indicator {code}. Known: {known}.") from None


def _measured(
    one: Indicator,
    source: MeasureSource,
    since: date,
    until: date,
    by: tuple[str, ...],
    period: Any,
    breaches: bool,
    hiding: bool,
) -> Any:
    from localcare.analysis.measures.definitions import NotYet
    from localcare.analysis.measures.engine import breaches as missed
    from localcare.analysis.measures.engine import measure as number
    from localcare.analysis.measures.small_numbers import without_small_numbers

    try:
        if breaches:
            found = missed(one, source, since=since, until=until)
            return found.add_column(0, "indicator", [[one.code] * found.num_rows])
        found = number(one, source, since=since, until=until, by=by, period=period)
        return without_small_numbers(found, one, by) if hiding else found
    except NotYet as reason:
        raise Problem(f"{one.code} has no number yet. {reason}") from None


def _told_of_hiding(table: Any) -> str:
    hidden = sum(table["hidden"].to_pylist())
    return (
        f"{hidden} of {table.num_rows} numbers are hidden: they are below 5, or would tell one that is. Runs over other days can"
        " still be subtracted from each other: release one, not several."
    )


def _shown(value: Any) -> str:
    return f"{value:,.1f}" if isinstance(value, float) else "" if value is None else str(value)
