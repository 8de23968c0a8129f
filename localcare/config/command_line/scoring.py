"""`localcare score` on files, and `localcare stratify` on the database or on files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from localcare.config.command_line import django_setup, exits
from localcare.config.command_line.dates import AsOf, today
from localcare.config.command_line.engines import (
    EngineName,
    EngineOption,
    Exchange,
    Master,
    MemoryLimit,
    SparkSettings,
    choice_of,
)
from localcare.config.command_line.errors import Problem, refuse_stopped
from localcare.config.command_line.progress import progress, what_first
from localcare.config.command_line.quality import AcceptQuality, RulesFile, tell_and_ask, tell_of_run
from localcare.config.command_line.who import operator

if TYPE_CHECKING:
    from datetime import date

    from localcare.analysis.dataset.engine import EngineChoice

SCORE_EXAMPLES = (
    "localcare score --dataset linked-data --as-of 2026-10-01 --out scores.parquet",
    "localcare score --dataset linked-data --as-of 2026-10-01 --out scores.csv",
    "localcare score --dataset s3a://lake/linked-data --out scores.parquet --engine spark --master local[4]",
)
STRATIFY_EXAMPLES = (
    "localcare stratify",
    "localcare stratify --as-of 2026-10-01",
    "localcare stratify --engine spark --master yarn --exchange hdfs:///protected",
    "localcare stratify --dataset linked-data --out places.parquet",
)


def score(
    dataset: Annotated[str, typer.Option(help="Folder of the dataset, or an address that Spark reads.")],
    out: Annotated[str, typer.Option(help="File to write, .parquet or .csv, or an address for Spark.")],
    as_of: AsOf = None,
    packs: Annotated[
        Path | None, typer.Option(help="Folder of further code list packs.", exists=True, file_okay=False)
    ] = None,
    engine: EngineOption = EngineName.DUCKDB,
    master: Master = None,
    exchange: Exchange = None,
    spark_conf: SparkSettings = None,
    memory_limit: MemoryLimit = None,
    rules: RulesFile = None,
    accept_quality: AcceptQuality = "",
) -> None:
    """Score everybody in a linked dataset, unless its data are refused by the rules; needs no database."""
    from localcare.analysis.scores.run import write_scores

    _is_there(dataset)
    choice = choice_of(engine, master, exchange, spark_conf)
    tell_and_ask(dataset, as_of or today(), rules=rules, packs=packs, reason=accept_quality)
    with progress("Scoring") as report:
        run = write_scores(
            dataset, as_of or today(), out, what_first(report),
            packs_folder=packs, choice=choice, memory_limit=memory_limit,
        )  # fmt: skip
    typer.echo(f"{run.people} people scored as of {run.as_of} in {out}")
    for name in run.empty_code_lists:
        typer.echo(f"The code list {name} is empty: install its pack to use it.")


def _is_there(dataset: str) -> None:
    """A folder of this machine must exist; an address is looked up by Spark."""
    from localcare.analysis.dataset.spark_files import is_address

    if not is_address(dataset) and not Path(dataset).is_dir():
        raise typer.BadParameter(f"The folder {dataset} does not exist.", param_hint="--dataset")


def stratify(
    as_of: AsOf = None,
    dataset: Annotated[
        str | None, typer.Option(help="Place the people of this dataset instead; needs --out.")
    ] = None,
    out: Annotated[
        str | None, typer.Option(help="With --dataset: the file or address to write. No list changes.")
    ] = None,
    engine: EngineOption = EngineName.DUCKDB,
    master: Master = None,
    exchange: Exchange = None,
    spark_conf: SparkSettings = None,
    rules: RulesFile = None,
    accept_quality: AcceptQuality = "",
) -> None:
    """Score everybody on the register, unless the data are refused, and put a new tracking list in force."""
    choice = choice_of(engine, master, exchange, spark_conf)
    if (dataset is None) != (out is None):
        raise Problem("--dataset and --out belong together: a dataset of files is placed into a file.")
    if dataset is not None and out is not None:
        _is_there(dataset)
        _place(dataset, out, as_of or today(), choice, rules=rules, accept_quality=accept_quality)
        return
    if rules or accept_quality:
        raise Problem(
            "--rules and --accept-quality are for --dataset: of the register, findings are accepted on the page of data"
            " quality, and the place's own rules are in LOCALCARE_DATA_QUALITY_RULES."
        )
    django_setup.ready()
    from localcare.care.stratification.actions import DayToCome, run_stratification
    from localcare.foundation.data_quality.actions import DataRefused

    try:
        with progress("Stratifying") as report:
            run = run_stratification(
                as_of=as_of or today(), by=operator("stratify"), progress=report, choice=choice
            )
    except DayToCome as fault:
        raise Problem(str(fault)) from fault
    except DataRefused as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(exits.FOUND_PROBLEMS) from fault
    refuse_stopped(run, "the list in force stays.")
    typer.echo(
        f"As of {run.as_of}: {run.people} people scored, {run.listed} on the list,"
        f" {run.joined} joined and {run.left} left ({run.get_status_display().lower()})."
    )
    tell_of_run(run)


def _place(
    dataset: str, out: str, as_of: date, choice: EngineChoice, *, rules: Path | None, accept_quality: str
) -> None:
    django_setup.prepare()
    from django.conf import settings

    from localcare.care.stratification.definitions import definitions
    from localcare.care.stratification.stages import place

    own, packs = (
        Path(said) if said else None for said in (settings.DATA_QUALITY_RULES, settings.CODE_LIST_PACKS)
    )
    tell_and_ask(dataset, as_of, rules=rules or own, packs=packs, reason=accept_quality)
    with progress("Placing everyone") as report:
        people = place(
            dataset, out, as_of=as_of, definitions=definitions(), choice=choice,
            tasks=lambda done, total: report(done, total, "tasks"),
        )  # fmt: skip
    typer.echo(f"{people} people placed as of {as_of} in {out}; no list was changed")
