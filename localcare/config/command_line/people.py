"""`localcare people`: what an operator asks of the register."""

from __future__ import annotations

import typer

from localcare.config.command_line import django_setup
from localcare.config.command_line.errors import PlainErrors, Problem, refuse_stopped
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.progress import progress
from localcare.config.command_line.who import operator

group = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="The register of people.")


@group.callback()
def people() -> None:
    """The register of people."""


@group.command("find-duplicates", epilog=examples("localcare people find-duplicates"))
def find_duplicates() -> None:
    """Look for people who may be on the register twice; a person decides about each pair, nothing is merged."""
    django_setup.ready()
    from localcare.foundation.people import duplicates

    with progress("Comparing people") as report:
        found = duplicates.find_duplicates(by=operator("people find-duplicates"), progress=report)
    typer.echo(
        f"{found.compared} pairs compared: {found.new} new to decide, {found.changed} changed, {found.gone} no longer alike."
    )


@group.command("search-by-likeness", epilog=examples("localcare people search-by-likeness"))
def search_by_likeness() -> None:
    """Compare people without an NHS number with everybody; a person decides about each pair, nothing is merged."""
    django_setup.ready()
    from localcare.foundation.people.linking import SearchRefused
    from localcare.foundation.people.linking import search_by_likeness as search

    try:
        with progress("Searching by likeness") as report:
            done = search(by=operator("people search-by-likeness"), progress=report)
    except SearchRefused as refused:
        raise Problem(str(refused)) from refused
    refuse_stopped(done, "the list of possible duplicates stays.")
    typer.echo(
        f"{done.people:,} people, {done.without_number:,} without an NHS number: {done.new:,} pairs new to decide,"
        f" {done.changed:,} changed, {done.gone:,} no longer proposed, {done.held_back:,} alike but held back."
    )
    for sentence in done.weights:
        typer.echo(sentence)
