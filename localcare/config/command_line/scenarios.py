"""`localcare scenario`: scenario files checked, answered in closed form, fitted from a journal; no database needed."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from localcare.config.command_line import exits
from localcare.config.command_line.errors import PlainErrors, Problem
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.writable import ready_file

group = typer.Typer(
    cls=PlainErrors, no_args_is_help=True, help="Scenario files: check, answer, fit from a journal, schema."
)


@group.callback()
def scenario() -> None:
    """Scenario files: check, answer, fit from a journal, schema."""


@group.command(
    "check", epilog=examples("localcare scenario check", "localcare scenario check my-winter.yaml")
)
def check(
    file: Annotated[
        Path | None, typer.Argument(help="A scenario file; left out: all that are shipped.")
    ] = None,
) -> None:
    """Check scenarios: every fault with its file, line and remedy; exit code 3 when there is one."""
    from localcare.analysis.simulation.scenario.errors import ScenarioError
    from localcare.analysis.simulation.scenario.files import load_content, scenario_files

    if file is not None and not file.is_file():
        raise Problem(f"There is no file {file}. Name a YAML file that begins with scenario:")
    files = [file] if file else [*scenario_files().values()]
    found = 0
    for one in files:
        try:
            load_content(one)
        except ScenarioError as error:
            found += len(error.faults)
            typer.echo(str(error))
    if found:
        typer.echo(f"{found} {'fault' if found == 1 else 'faults'} found.")
        raise typer.Exit(exits.FOUND_PROBLEMS)
    typer.echo(f"{len(files)} {'scenario is' if len(files) == 1 else 'scenarios are'} in order.")


@group.command("list", epilog=examples("localcare scenario list"))
def listing() -> None:
    """Name the scenarios that are shipped."""
    from localcare.analysis.simulation.scenario.files import scenario_files, shipped_scenario

    table = Table("Scenario", "Title", "First day", "Days")
    for code in scenario_files():
        shown = shipped_scenario(code)
        table.add_row(code, escape(shown.title), shown.starts_on.isoformat(), str(shown.days))
    Console().print(table)


@group.command(
    "answer",
    epilog=examples(
        "localcare scenario answer winter-plan", "localcare scenario answer mine.yaml --within 2"
    ),
)
def answer(
    scenario: Annotated[str, typer.Argument(help="The code of a shipped scenario, or a file.")],
    within: Annotated[float, typer.Option(help="Share who wait no longer than so many hours.", min=0)] = 2.0,
) -> None:
    """Answer a scenario by published formulas, at once, and say where only a simulation can."""
    from localcare.analysis.simulation.closed_forms.answer import answer as answer_of
    from localcare.analysis.simulation.scenario.files import named_scenario, shipped_pathways

    found = answer_of(named_scenario(scenario), shipped_pathways())
    if found is None:
        typer.echo("No formula answers for any service of this scenario. Simulate it.")
        return
    limited = [one for one in found.services.values() if not math.isinf(one.places)]
    table = Table("Service", "Asked a day", "Load", "Places", "Must wait", "Mean wait, h", f"In {within:g} h")
    for one in limited:
        waits = one.waits
        table.add_row(
            escape(one.title),
            f"{one.asked_per_day:.1f}",
            f"{one.load:.1f}",
            f"{one.places:.1f}",
            f"{waits.wait_probability:.1%}" if waits else "?",
            f"{waits.mean:.2f}" if waits else "?",
            f"{waits.share_within(within):.1%}" if waits else "?",
        )
    Console().print(table)
    for one in limited:
        typer.echo(" ".join([f"{one.title}: {one.formula or one.why_not}", *one.notes]))
    endless = [one for one in found.services.values() if math.isinf(one.places)]
    for one in endless:
        low, high = one.census_interval or (0, 0)
        typer.echo(
            f"{one.title}: without limit; {one.load:.1f} there on average, 95% of the time {low} to {high}"
        )
    for words in found.assumptions:
        typer.echo(words)


@group.command(
    "fit",
    epilog=examples("localcare scenario fit --journal journal --out next-quarter.yaml"),
)
def fit(
    journal: Annotated[
        Path, typer.Option(help="Folder of a journal, lived or simulated.", exists=True, file_okay=False)
    ],
    out: Annotated[Path, typer.Option(help="The scenario file to write.")],
    held_out_weeks: Annotated[
        int, typer.Option(help="Last weeks that are not fitted but foretold, to see how well it fits.", min=0)
    ] = 2,
    report: Annotated[Path | None, typer.Option(help="Where to write the report as Markdown.")] = None,
    replay: Annotated[
        bool,
        typer.Option(
            "--replay",
            help="Begin where the journal begins, to lay the two over each other, and go on for four weeks.",
        ),
    ] = False,
) -> None:
    """Estimate a scenario from a journal, and tell how well it foretells weeks it has not seen."""
    from localcare.analysis.simulation.scenario.fitting import fit_folder

    for file in (out, *([report] if report else [])):
        ready_file(file)
    fitted = fit_folder(journal, held_out_weeks=held_out_weeks, code=out.stem, replay=replay)
    out.write_text(fitted.text, encoding="utf-8")
    if report is not None:
        report.write_text(fitted.report, encoding="utf-8")
    typer.echo(fitted.report)
    typer.echo(f"Written to {out}. Check it: localcare scenario check {out}")


@group.command("schema", epilog=examples("localcare scenario schema > scenario.schema.json"))
def schema() -> None:
    """Print the JSON Schema that scenario files follow, for editors and other programs."""
    from localcare.analysis.simulation.scenario.shape import schema as published

    typer.echo(json.dumps(published(), indent=2, ensure_ascii=False))
