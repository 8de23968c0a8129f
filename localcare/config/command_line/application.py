"""The commands of `localcare`, put together; what a command needs is imported when it runs."""

from __future__ import annotations

import os
from typing import Annotated

import typer

import localcare
from localcare.config.command_line import (
    audit,
    database,
    datasets,
    demonstration,
    doctor,
    evaluating,
    forms,
    indicators,
    insight,
    journal,
    linking,
    loading,
    pathways,
    people,
    places,
    population,
    risk,
    scenarios,
    scoring,
    serving,
    simulating,
    users,
)
from localcare.config.command_line.errors import DEBUG, PlainErrors
from localcare.config.command_line.help_text import EXIT_CODES, examples

application = typer.Typer(
    cls=PlainErrors,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXIT_CODES,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"localcare {localcare.__version__}")
        raise typer.Exit


@application.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """Find the people who need care, and see that they get it."""
    if debug:
        os.environ[DEBUG] = "1"


application.command(epilog=examples("localcare demo", "localcare demo --people 5000 --port 8080"))(
    demonstration.demo
)
application.command(
    epilog=examples("localcare serve", "LOCALCARE_ENVIRONMENT=production localcare serve --address 0.0.0.0")
)(serving.serve)
application.command(epilog=examples("localcare worker"))(serving.worker)
application.command(epilog=examples("localcare migrate"))(database.migrate)
application.command("collect-static", epilog=examples("localcare collect-static"))(serving.collect_static)
application.command(epilog=examples("localcare doctor"))(doctor.doctor)
application.command(epilog=examples(*scoring.SCORE_EXAMPLES))(scoring.score)
application.command(epilog=examples(*scoring.STRATIFY_EXAMPLES))(scoring.stratify)
application.command(epilog=examples(*evaluating.EXAMPLES))(evaluating.evaluate)
application.command(
    epilog=examples(
        "localcare synthesise --people 20000 --seed 1 --as-of 2026-10-01 --out linked-data",
        "localcare synthesise --people 200 --out linked-data --fhir bundles",
    )
)(population.synthesise)
application.command(epilog=examples(*simulating.EXAMPLES))(simulating.simulate)
application.command(epilog=examples(*indicators.MEASURE_EXAMPLES))(indicators.measure)
application.add_typer(users.group, name="user")
application.add_typer(loading.load, name="load")
application.add_typer(loading.export, name="export")
application.add_typer(datasets.group, name="dataset")
application.add_typer(linking.group, name="link")
application.add_typer(places.group, name="places")
application.add_typer(people.group, name="people")
application.add_typer(pathways.group, name="pathway")
application.add_typer(forms.group, name="form")
application.add_typer(indicators.group, name="indicator")
application.add_typer(journal.group, name="journal")
application.add_typer(insight.group, name="insight")
application.add_typer(scenarios.group, name="scenario")
application.add_typer(audit.group, name="audit")
application.add_typer(database.group, name="database")
application.add_typer(risk.group, name="risk")
