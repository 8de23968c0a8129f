"""`localcare load` and `localcare export`: data into the database, and out of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from localcare.config.command_line import django_setup
from localcare.config.command_line.dates import AsOf, today
from localcare.config.command_line.errors import PlainErrors
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.progress import progress
from localcare.config.command_line.who import operator

if TYPE_CHECKING:
    from localcare.exchange.loads.summaries import LoadSummary

load = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="Bring data into the database.")
export = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="Write data out of the database.")


class Purpose(StrEnum):
    """What an export is for."""

    DIRECT_CARE = "direct-care"
    PLANNING = "planning"
    RESEARCH = "research"


SOURCE_HELP = "Name of the sending system: with a row's own key it makes the row known."


@load.command(
    "fhir",
    epilog=examples(
        "localcare load fhir bundles/",
        "localcare load fhir export.ndjson.gz --source hospital",
        "localcare load fhir bundles/ --practice SYN-DEAL-A --registered-since 2020-04-01",
    ),
)
def load_fhir(
    paths: Annotated[
        list[Path], typer.Argument(help="FHIR R4 bundles or NDJSON, plain or compressed.", exists=True)
    ],
    practice: Annotated[
        str, typer.Option(help="Organisation code of the practice for people who come without one.")
    ] = "",
    registered_since: Annotated[
        datetime | None,
        typer.Option(help="Since when they are registered there [today].", formats=["%Y-%m-%d"]),
    ] = None,
    source: Annotated[str, typer.Option(help=SOURCE_HELP)] = "FHIR feed",
) -> None:
    """Load FHIR R4; loading twice changes nothing."""
    django_setup.ready()
    from localcare.exchange.fhir.load import load_fhir as load_resources

    with progress("Loading FHIR") as report:
        summary = load_resources(
            paths,
            by=operator("load fhir"),
            progress=report,
            source=source,
            practice=practice,
            registered_since=registered_since.date() if registered_since else None,
        )
    show(summary)


@load.command("dataset", epilog=examples("localcare load dataset linked-data"))
def load_dataset(
    path: Annotated[Path, typer.Argument(help="Folder of the dataset.", exists=True, file_okay=False)],
    source: Annotated[str, typer.Option(help=f"{SOURCE_HELP} [what dataset.json says]")] = "",
) -> None:
    """Load a linked dataset; loading twice changes nothing."""
    django_setup.ready()
    from localcare.exchange.extracts.load import load_dataset as load_tables

    with progress("Loading the dataset") as report:
        summary = load_tables(path, by=operator("load dataset"), progress=report, source=source or None)
    show(summary)


@export.callback()
def _export() -> None:
    """Write data out of the database."""


@export.command(
    "dataset",
    epilog=examples(
        "localcare export dataset linked-data", "localcare export dataset linked-data --purpose planning"
    ),
)
def export_dataset(
    path: Annotated[Path, typer.Argument(help="Folder to write.")],
    purpose: Annotated[
        Purpose, typer.Option(help="Why; audited. All but direct care leave out who opted out.")
    ] = (Purpose.DIRECT_CARE),
    as_of: AsOf = None,
) -> None:
    """Write the linked dataset from the database."""
    django_setup.ready()
    from localcare.foundation.record.linked_dataset import export_dataset as write_dataset

    with progress("Exporting the dataset") as report:
        write_dataset(
            path,
            as_of=as_of or today(),
            by=operator("export dataset"),
            purpose=purpose.value,
            progress=report,
        )
    typer.echo(f"The dataset is in {path}")


@export.command(
    "journal",
    epilog=examples(
        "localcare export journal journal",
        "localcare export journal journal --purpose planning --since 2026-10-01",
    ),
)
def export_journal(
    path: Annotated[Path, typer.Argument(help="Folder to write.")],
    purpose: Annotated[
        Purpose, typer.Option(help="Why; audited. All but direct care leave out who opted out.")
    ] = (Purpose.DIRECT_CARE),
    since: Annotated[
        datetime | None,
        typer.Option(help="Only journeys with an entry since this day.", formats=["%Y-%m-%d"]),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="Only what was entered before this day.", formats=["%Y-%m-%d"])
    ] = None,
) -> None:
    """Write the journal of all journeys: what happened when, without names or free text."""
    django_setup.ready()
    from localcare.foundation.pathways.journal_export import written_journal

    with progress("Exporting the journal") as report:
        written = written_journal(
            path,
            by=operator("export journal"),
            purpose=purpose.value,
            since=_midnight(since),
            until=_midnight(until),
            progress=report,
        )
    typer.echo(f"{written.entries} entries in {path} ({written.seconds:.1f} s)")


def _midnight(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=ZoneInfo("Europe/London")) if day else None


def show(summary: LoadSummary) -> None:
    """What became of each file, and what needs somebody's attention."""
    table = Table("File", "Received", "Added", "Updated", "Unchanged", "In quarantine")
    for file in summary.files:
        counts = (file.received, file.added, file.updated, file.unchanged, file.quarantined)
        table.add_row(Text(file.name, overflow="fold"), *map(str, counts))
    console = Console()
    console.print(table)
    for kind, count in sorted(summary.not_understood.items()):
        console.print(f"Kept but not understood: {count} {kind}", highlight=False)
    for note in summary.notes:
        console.print(note, highlight=False, markup=False)
    console.print(
        f"{summary.received} received in {summary.seconds:.1f} s ({summary.rows_per_second:,.0f} a second)."
        + (
            f" {summary.quarantined} are in quarantine: see the page Quarantine."
            if summary.quarantined
            else ""
        ),
        highlight=False,
    )
