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
        "localcare export dataset linked-data",
        "localcare export dataset tonight --since last-night",
        "localcare export dataset linked-data --purpose research --project falls-study",
    ),
)
def export_dataset(
    path: Annotated[Path, typer.Argument(help="Folder to write.")],
    purpose: Annotated[
        Purpose, typer.Option(help="Why; audited. All but direct care leave out who opted out.")
    ] = (Purpose.DIRECT_CARE),
    as_of: AsOf = None,
    since: Annotated[
        Path | None, typer.Option(help="Folder of an earlier export: only what changed is read.")
    ] = None,
    project: Annotated[
        str, typer.Option(help="Whose key makes the pseudonyms beyond direct care [the purpose].")
    ] = "",
) -> None:
    """Write the linked dataset from the database."""
    django_setup.ready()
    from localcare.foundation.record.exporting.giving_way import give_way
    from localcare.foundation.record.linked_dataset import export_dataset as write_dataset

    give_way()  # the rest of what the program loads as well
    with progress("Exporting the dataset") as report:
        summary = write_dataset(
            path,
            as_of=as_of or today(),
            by=operator("export dataset"),
            purpose=purpose.value,
            progress=report,
            since=since,
            project=project,
        )
    typer.echo(
        f"The dataset is in {path}: {summary.total:,} rows, of which {summary.rows_read:,} were read from the database"
        f" in {summary.seconds:.0f} s. What was left out is in {path / 'export-report.md'}"
    )
    if summary.why_whole:
        typer.echo(f"Everything was read, because {summary.why_whole}.")
    for warning in summary.warnings:
        typer.echo(f"Note: {warning}", err=True)


keys = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="Keys of pseudonymous exports.")
export.add_typer(keys, name="key")


@keys.command(
    "new",
    epilog=examples("localcare export key new planning", "localcare export key new falls-study --instead"),
)
def new_key(
    project: Annotated[str, typer.Argument(help="Purpose or project; each has a key of its own.")],
    instead: Annotated[
        bool, typer.Option("--instead", help="Replace the key: what was exported before links with nothing.")
    ] = False,
) -> None:
    """Make the key from which an export's pseudonyms are made; it is shown nowhere."""
    django_setup.ready()
    from localcare.foundation.record.exporting import keys as made

    key = made.new_key(project, by=operator("export key new"), instead=instead)
    typer.echo(
        f"The key of {key.project}, version {key.version}, is in {made.keys_folder()}. Its fingerprint is {key.fingerprint}."
        " Keep a copy where the exports are not: without it later exports link with no earlier one."
    )


@keys.command("list", epilog=examples("localcare export key list"))
def list_keys() -> None:
    """Show for which projects there are keys, never the keys themselves."""
    django_setup.ready()
    from localcare.foundation.record.exporting.keys import known_keys

    table = Table("Project", "Version", "Made on", "Fingerprint")
    for key in known_keys():
        table.add_row(key.project, str(key.version), f"{key.made_on:%d %B %Y}", key.fingerprint)
    Console().print(table)


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
