"""`localcare risk`: train a model on the place's own data, read its card, score people, watch its drift."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from localcare.config.command_line import exits
from localcare.config.command_line.dates import AsOf, today
from localcare.config.command_line.errors import PlainErrors
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.progress import progress, what_first

if TYPE_CHECKING:
    from localcare.analysis.risk import Verdict
    from localcare.analysis.scores.packs import Packs

group = typer.Typer(
    cls=PlainErrors, no_args_is_help=True, help="Risk models: train, judge, score, watch; no database needed."
)
Dataset = Annotated[
    Path, typer.Option("--dataset", help="Folder of the linked dataset.", exists=True, file_okay=False)
]
Model = Annotated[
    Path, typer.Option("--model", help="Folder that training wrote.", exists=True, file_okay=False)
]
PacksFolder = Annotated[
    Path | None,
    typer.Option("--packs", help="Folder of further code list packs.", exists=True, file_okay=False),
]


@group.callback()
def risk() -> None:
    """Risk models: train, judge, score, watch; no database needed."""


@group.command("outcomes", epilog=examples("localcare risk outcomes"))
def outcomes() -> None:
    """What a model can be trained to predict."""
    from localcare.analysis.risk import outcomes as defined

    table = Table(Column("Outcome", no_wrap=True), "Question", "Asked about", "Status")
    for one in defined():
        whom = "everybody on the register" if one.index == "register" else "people who leave hospital"
        table.add_row(one.name, one.question, f"{whom}, {one.age_from} and over", one.status)
    Console().print(table)


@group.command(
    "train",
    epilog=examples(
        "localcare risk train --dataset linked-data --as-of 2026-09-30 --out model",
        "localcare risk train --dataset linked-data --as-of 2026-09-30 --outcome readmission-30d --out readmission",
        "localcare risk train --dataset linked-data --as-of 2026-09-30 --method lightgbm --seed 7 --out boosted",
    ),
)
def train(
    dataset: Dataset,
    out: Annotated[Path, typer.Option(help="Folder to write: model.json, card.json, card.md and plots.")],
    as_of: AsOf = None,
    outcome: Annotated[str, typer.Option(help="See localcare risk outcomes.")] = "emergency-admission-12m",
    method: Annotated[str, typer.Option(help="logistic or lightgbm.")] = "logistic",
    seed: Annotated[int, typer.Option(help="Draws the practices held out and the bootstraps.")] = 1,
    packs: PacksFolder = None,
) -> None:
    """Train a model on this place's data and judge it; the data must be complete up to the day."""
    from localcare.analysis.risk import train as trained

    with progress("Training") as report:
        model = trained(
            dataset,
            outcome=outcome,
            as_of=as_of or today(),
            method=method,
            seed=seed,
            out=out,
            progress=what_first(report),
            packs=_packs(packs),
        )
    typer.echo(f"Model {model.version} in {out}; read {out / 'card.md'}.")
    _tell_verdict(model.verdict)


@group.command(
    "card", epilog=examples("localcare risk card --model model", "localcare risk card --model model --json")
)
def card(
    model: Model, as_json: Annotated[bool, typer.Option("--json", help="All figures as JSON.")] = False
) -> None:
    """Print a model's card; the exit code says whether the model may be published."""
    from localcare.analysis.risk import load, read_card
    from localcare.analysis.risk.card_text import card_text
    from localcare.analysis.risk.model import pretty

    loaded = load(model)
    found = read_card(model, loaded)
    typer.echo(pretty(found) if as_json else card_text(found), nl=False)
    if not loaded.verdict.published_allowed:
        raise typer.Exit(exits.FOUND_PROBLEMS)


@group.command(
    "score",
    epilog=examples(
        "localcare risk score --model model --dataset linked-data --as-of 2026-10-01 --out risk.parquet"
    ),
)
def score(
    model: Model,
    dataset: Dataset,
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    as_of: AsOf = None,
    packs: PacksFolder = None,
) -> None:
    """Give everybody their risk, the facts that moved it most, and what the model does not know."""
    from localcare.analysis.risk import load
    from localcare.analysis.risk import score as scored

    loaded = load(model)
    with progress("Scoring") as report:
        run = scored(
            loaded, dataset, as_of=as_of or today(), out=out, progress=what_first(report), packs=_packs(packs)
        )
    typer.echo(f"{run.people:,} people in {out}, mean risk {run.mean_risk * 100:.1f}%.")
    for warning in run.warnings:
        typer.echo(warning)


@group.command(
    "drift", epilog=examples("localcare risk drift --model model --dataset linked-data --as-of 2027-01-31")
)
def drift(model: Model, dataset: Dataset, as_of: AsOf = None, packs: PacksFolder = None) -> None:
    """Compare the people of a day, and what came of earlier risks, with training; says what to look at."""
    from localcare.analysis.risk import drift as compared
    from localcare.analysis.risk import load

    with progress("Comparing"):
        report = compared(load(model), dataset, as_of=as_of or today(), packs=_packs(packs))
    table = Table("Factor", "Stability index", "Not known at training", "Not known now")
    for factor in sorted(report.factors, key=lambda one: -one.stability_index)[:10]:
        table.add_row(
            factor.title,
            f"{factor.stability_index:.3f}",
            f"{factor.missing_before * 100:.1f}%",
            f"{factor.missing_now * 100:.1f}%",
        )
    Console().print(table)
    typer.echo(
        f"Mean risk {report.mean_risk_now * 100:.1f}%; at training {report.mean_risk_before * 100:.1f}%."
    )
    if report.known:
        value, low, high = report.known.observed_to_expected
        typer.echo(
            f"After {report.known.index_on:%-d %B %Y}: {report.known.events:,} had it,"
            f" {report.known.expected:,.0f} were expected ({value:.2f}, {low:.2f} to {high:.2f})."
        )
    else:
        typer.echo("No outcome is known yet that was not part of training or test.")
    for warning in report.warnings:
        typer.echo(f"Warning: {warning}")
    if report.warnings:
        raise typer.Exit(exits.FOUND_PROBLEMS)
    typer.echo("Nothing has moved beyond the marks of the definition.")


def _packs(folder: Path | None) -> Packs | None:
    from localcare.analysis.scores.packs import load_packs

    return load_packs(folder) if folder else None


def _tell_verdict(verdict: Verdict) -> None:
    if verdict.published_allowed:
        typer.echo("It may be published to desks.")
        return
    typer.echo("It is not published to desks:")
    for reason in verdict.reasons:
        typer.echo(f"- {reason}")
