"""`localcare link`: which records of one or two files are of one person; needs no database, and merges nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from localcare.config.command_line.dates import AsOf, today
from localcare.config.command_line.errors import PlainErrors
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.progress import progress, what_first

group = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="Link records of people, without a database.")
Records = Annotated[Path, typer.Argument(help="Records of people: .parquet or .csv.")]
Out = Annotated[Path, typer.Option(help="Folder to write to.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same people.")]


@group.callback()
def link() -> None:
    """Link records of people, without a database."""


@group.command(
    "run",
    epilog=examples(
        "localcare link run register.parquet hospital.csv --out links",
        "localcare link run register.parquet --out duplicates",
    ),
)
def run(
    left: Records,
    right: Annotated[
        Path | None, typer.Argument(help="A second file; without it, duplicates within the first.")
    ] = None,
    out: Out = Path("links"),
) -> None:
    """Propose pairs: by NHS number, then by likeness where one record has none; a person decides about each."""
    from localcare.analysis.linkage.run import link as link_files

    with progress("Linking") as report:
        done = link_files(left, right, out, progress=what_first(report))
    typer.echo(
        f"{' and '.join(f'{count:,}' for count in done.records)} records. {done.compared.in_words}"
        f" Pairs in {out / 'pairs.parquet'}:"
    )
    names = {
        "number": "linked by NHS number",
        "conflict": "one NHS number, but two people by all else: to be reviewed",
    }
    for code, count in done.pairs.items():
        typer.echo(f"{count:>9,}  {names.get(code) or _band_words(code)}")
    typer.echo(f"{done.held_back:,} alike but held back (twins, parent and child). Nothing was merged.")
    if done.contradictions:
        typer.echo(
            f"{done.contradictions:,} chains of pairs hold two NHS numbers: look at those in clusters.parquet first."
        )
    for sentence in done.weights.how:
        typer.echo(sentence)


@group.command("explain", epilog=examples("localcare link explain links R00000012 F00000345"))
def explain(
    folder: Annotated[
        Path, typer.Argument(help="Folder that localcare link run wrote.", exists=True, file_okay=False)
    ],
    left: Annotated[str, typer.Argument(help="record_id in the first file.")],
    right: Annotated[str, typer.Argument(help="record_id in the second file.")],
) -> None:
    """Say why two records were proposed, or were not: what each comparison found, and what it weighs."""
    from localcare.analysis.linkage.definition import linkage_model
    from localcare.analysis.linkage.explaining import held_back_words, starting_bits, waterfall
    from localcare.analysis.linkage.kept import find_pair
    from localcare.analysis.linkage.weights import read_weights

    model = linkage_model()
    pair = find_pair(folder, left, right)
    if pair["kind"] != "likeness":
        words = (
            "agree in name and date of birth"
            if pair["kind"] == "number"
            else "do not agree: a person must look"
        )
        typer.echo(f"They have one NHS number, and {words}.")
        return
    table = Table("Compared", "Found", "Says", "Bits")
    prior = starting_bits(read_weights(folder / "weights.json", model).prior)
    table.add_row("Any two records", "few are of one person", "speaks strongly against", f"{prior:+.1f}")
    for step in waterfall(pair, model):
        table.add_row(step.title, step.words, step.strength, f"{step.bits:+.1f}")
    Console().print(table)
    typer.echo(f"Together {pair['bits']:+.1f} bits, probability {pair['probability']:.4f} as the model says.")
    typer.echo(_verdict(pair["band"], held_back_words(pair["held_back"], model), pair["rivals"]))


@group.command(
    "synthesise", epilog=examples("localcare link synthesise --people 20000 --seed 1 --out two-sources")
)
def synthesise(
    out: Out, people: Annotated[int, typer.Option(help="How many people.", min=100)] = 20_000, seed: Seed = 1,
    as_of: AsOf = None,
) -> None:  # fmt: skip
    """Write the same synthetic people as a register and a poorer feed see them, with the truth in truth_key."""
    from localcare.synthetic.second_source import draw_two_sources, write_two_sources

    with progress("Synthesising two sources"):
        register, feed = write_two_sources(
            draw_two_sources(people=people, seed=seed, as_of=as_of or today()), out
        )
    typer.echo(f"Written: {register} and {feed}")


@group.command(
    "evaluate", epilog=examples("localcare link evaluate --people 60000 --seed 1 --out linkage-measured")
)
def evaluate(
    people: Annotated[int, typer.Option(help="How many synthetic people.", min=1000)] = 20_000, seed: Seed = 1,
    as_of: AsOf = None, out: Out = Path("linkage-measured"),
) -> None:  # fmt: skip
    """Measure linkage on synthetic people whose truth is known: precision, recall, calibration and suggested bands."""
    from localcare.analysis.linkage.measuring import measure, write_measured
    from localcare.synthetic.second_source import draw_two_sources, write_two_sources

    sources = draw_two_sources(people=people, seed=seed, as_of=as_of or today())
    files = write_two_sources(sources, out / "sources")
    with progress("Linking and measuring") as report:
        measured = measure(*files, progress=what_first(report))
    write_measured(measured, out)
    table = Table("From bits", "Pairs", "Of one person", "Precision (95 %)", "Recall (95 %)")
    for row in measured.thresholds:
        if row.bits % 4 == 0:
            rates = (
                f"{rate.value:.4f} ({rate.lower:.4f}-{rate.upper:.4f})"
                for rate in (row.precision, row.recall)
            )
            table.add_row(f"{row.bits:g}", f"{row.pairs:,}", f"{row.true:,}", *rates)
    Console().print(table)
    numbers = ", ".join(f"{count:,} {words}" for words, count in measured.by_number.items())
    typer.echo(f"By NHS number: {numbers}.")
    typer.echo(
        f"By likeness: {measured.findable:,} true pairs to find, {measured.missed_because['all']:,} not proposed."
    )
    for band in measured.suggested:
        typer.echo(
            f"Suggested: {band.code} from {band.from_bits:g} bits ({band.same:,} of {band.pairs:,} of one person)."
        )
    for code, (pairs, same) in measured.in_force.items():
        typer.echo(f"In force: {code} holds {pairs:,} pairs here, {same:,} of one person.")
    typer.echo(f"Tables in {out}.")


def _band_words(code: str) -> str:
    from localcare.analysis.linkage.bands import linkage_bands

    band = linkage_bands().band(code)
    return f"{band.title.lower()} ({band.in_words})"


def _verdict(band: str | None, held_back: str, rivals: int) -> str:
    if held_back:
        return f"Not proposed: {held_back}."
    if band is None:
        return "Not proposed: too little speaks for one person."
    several = f" {rivals} other record(s) fit nearly as well." if rivals else ""
    return f"Proposed as {_band_words(band)}.{several}"
