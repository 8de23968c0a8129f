"""`localcare simulate`: run a scenario and write what it gives; needs no database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from localcare.config.command_line.errors import Problem
from localcare.config.command_line.progress import progress
from localcare.config.command_line.writable import ready_folder

if TYPE_CHECKING:
    from localcare.analysis.simulation.run import Engine
    from localcare.analysis.simulation.scenario.model import Scenario

MOST_REPLICATIONS = 10_000  # their results are held at once
EXAMPLES = (
    "localcare simulate winter-plan --out winter",
    "localcare simulate my-winter.yaml --out winter --replications 50 --seed 7",
)


def simulate(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the code of one that is shipped.")],
    out: Annotated[
        Path, typer.Option(help="Folder to write figures, report and journals to.", file_okay=False)
    ],
    replications: Annotated[
        int | None,
        typer.Option(help="How many times; left out: as the scenario says.", min=1, max=MOST_REPLICATIONS),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="The same seed gives the same run; left out: as the scenario says.", min=0),
    ] = None,
    engine: Annotated[str, typer.Option(help="auto, closed, recursion or events.")] = "auto",
    threads: Annotated[
        int | None, typer.Option(help="Left out: one a core. The result is the same.", min=1)
    ] = None,
    journals: Annotated[
        int, typer.Option(help="Of how many replications to write the journal, from the first on.", min=0)
    ] = 1,
) -> None:
    """Simulate a scenario: figures with intervals, days, clocks, a report, and journals like the lived one."""
    from localcare.analysis.simulation.run import simulate as run
    from localcare.analysis.simulation.scenario.files import shipped_pathways
    from localcare.analysis.simulation.writing import write_run

    wanted = _scenario(scenario)
    ready_folder(out)
    with progress("Simulating") as report:
        result = run(
            wanted, pathways=shipped_pathways(), replications=replications, seed=seed, threads=threads,
            engine=_engine(engine), progress=report,
        )  # fmt: skip
    write_run(result, out, range(min(journals, result.replications)))
    how = (
        "answered by closed forms"
        if result.engine == "closed"
        else f"{result.replications} replications by {result.engine} with seed {result.seed}"
    )
    typer.echo(f"{wanted.title}: {how} in {out}")
    typer.echo(result.why_engine)


def _scenario(said: str) -> Scenario:
    """The scenario of a file, or a shipped one."""
    from localcare.analysis.simulation.scenario.errors import ScenarioError
    from localcare.analysis.simulation.scenario.files import load, scenario_files

    shipped = scenario_files()
    file = Path(said)
    if not file.is_file() and said not in shipped:
        known = ", ".join(sorted(shipped))
        raise Problem(
            f"There is no scenario file {said}. Name a file, or one of those that are shipped: {known}."
        )
    try:
        return load(file if file.is_file() else shipped[said])
    except ScenarioError as error:
        raise Problem(str(error)) from error


def _engine(said: str) -> Engine:
    if said == "auto" or said == "closed" or said == "recursion" or said == "events":
        return said
    raise Problem(f"There is no engine {said}. Use auto, closed, recursion or events.")
