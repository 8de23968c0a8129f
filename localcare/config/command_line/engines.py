"""Which engine a command works on, as it is asked for on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from localcare.config.command_line.errors import Problem

if TYPE_CHECKING:
    from localcare.analysis.dataset.engine import EngineChoice


class EngineName(StrEnum):
    """The engines that give the same answers."""

    DUCKDB = "duckdb"
    SPARK = "spark"


EngineOption = Annotated[EngineName, typer.Option("--engine", help="What does the work.")]
Master = Annotated[
    str | None, typer.Option(help="Where Spark works: local[2], spark://host:7077, yarn … [local[*]]")
]
Exchange = Annotated[
    str | None,
    typer.Option(help="Address that this machine and a cluster's workers reach, for files on their way."),
]
SparkSettings = Annotated[
    list[str] | None,
    typer.Option("--spark-conf", help="A setting of Spark, as name=value; may be given several times."),
]
MemoryLimit = Annotated[
    str | None,
    typer.Option(
        help="Memory for the engine [800MB, or 200MB for each million people; 2GB for Spark's driver].",
        metavar="4GB",
    ),
]


def choice_of(
    engine: EngineName, master: str | None, exchange: str | None, settings: Sequence[str] | None
) -> EngineChoice:
    """What was asked for; Problem where the parts do not fit together."""
    from localcare.analysis.dataset.engine import EngineChoice

    if engine is EngineName.DUCKDB and (master or exchange or settings):
        raise Problem("--master, --exchange and --spark-conf are for Spark: add --engine spark.")
    pairs = [setting.partition("=") for setting in settings or ()]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise Problem(f"--spark-conf {wrong[0]} has no value: write it as name=value.")
    return EngineChoice(
        engine=engine.value,
        master=master,
        exchange=exchange,
        settings={name: value for name, _, value in pairs},
    )
