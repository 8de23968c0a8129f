"""`localcare synthesise`: a seeded population that nobody is part of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from localcare.config.command_line.dates import AsOf, today
from localcare.config.command_line.progress import progress


def synthesise(
    out: Annotated[Path, typer.Option(help="Folder to write the linked dataset to.")],
    people: Annotated[int, typer.Option(help="How many people.", min=3)] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 1,
    as_of: AsOf = None,
    years: Annotated[int, typer.Option(help="Years of history.", min=1)] = 3,
    fhir: Annotated[
        Path | None,
        typer.Option(help="Also write FHIR R4: a folder for bundles, or a file ending .ndjson[.gz]."),
    ] = None,
    clean: Annotated[bool, typer.Option("--clean", help="Without the small faults of real data.")] = False,
) -> None:
    """Write a synthetic Kent and Medway population; needs no database."""
    from localcare.synthetic.fhir_files import write_fhir
    from localcare.synthetic.population import synthesise as write_population
    from localcare.synthetic.practices import kent_and_medway_practices

    with progress("Synthesising people") as report:
        write_population(
            people=people, seed=seed, as_of=as_of or today(), practices=kent_and_medway_practices(),
            out=out, years=years, dirt=not clean, progress=report,
        )  # fmt: skip
    typer.echo(f"{people} synthetic people written to {out}")
    if fhir:
        with progress("Writing FHIR") as report:
            written = write_fhir(out, fhir, progress=report)
        typer.echo(f"{written} resources written to {fhir}")
