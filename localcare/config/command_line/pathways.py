"""`localcare pathway`: definitions checked, drawn, and the schema they follow; none of it needs a database."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from localcare.config.command_line import exits
from localcare.config.command_line.errors import PlainErrors, Problem
from localcare.config.command_line.help_text import examples

group = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="Pathway definitions: check, draw, schema.")


@group.callback()
def pathway() -> None:
    """Pathway definitions: check, draw, schema."""


@group.command(
    "check", epilog=examples("localcare pathway check", "localcare pathway check falls-response.yaml")
)
def check(
    file: Annotated[
        Path | None, typer.Argument(help="A pathway file; left out: all that are shipped.")
    ] = None,
) -> None:
    """Check pathways: every fault with its file, line and remedy."""
    from localcare.foundation.pathways.definitions import loading, timing
    from localcare.kernel.definitions import DefinitionError

    if file is not None and not file.is_file():
        raise Problem(f"There is no file {file}. Name a YAML file that begins with pathway:")
    timing.all_hours()
    timing.settings()
    files = [file.resolve()] if file else loading.pathway_files()
    found = 0
    for one in files:
        try:
            loading.load_content(one)
        except DefinitionError as error:
            found += len(error.faults)
            typer.echo(str(error))
    if found:
        typer.echo(f"{found} {'fault' if found == 1 else 'faults'} found.")
        raise typer.Exit(exits.FOUND_PROBLEMS)
    typer.echo(f"{len(files)} {'pathway is' if len(files) == 1 else 'pathways are'} in order.")


@group.command(
    "draw",
    epilog=examples(
        "localcare pathway draw discharge-to-assess --out discharge-to-assess.svg",
        "localcare pathway draw discharge-to-assess --words",
    ),
)
def draw(
    code: Annotated[str, typer.Argument(help="The code of a shipped pathway, or a pathway file.")],
    out: Annotated[Path | None, typer.Option(help="Where to write; left out: the terminal.")] = None,
    words: Annotated[bool, typer.Option("--words", help="In words instead of as a picture.")] = False,
) -> None:
    """Draw a pathway as an SVG picture, or tell it in words."""
    from localcare.analysis.pathways.drawing import draw as draw_picture
    from localcare.analysis.pathways.reading import read_pathway
    from localcare.analysis.pathways.words import pathway_in_words
    from localcare.foundation.pathways.definitions.loading import contents, load_content
    from localcare.foundation.pathways.definitions.names import names_on

    content = load_content(Path(code)) if code.endswith((".yaml", ".yml")) else contents().get(code)
    if content is None:
        raise Problem(f"There is no pathway {code}. Known: {', '.join(sorted(contents()))}.")
    shown = read_pathway(content)
    names = names_on(datetime.now(ZoneInfo("Europe/London")).date())
    text = pathway_in_words(shown, names) + "\n" if words else draw_picture(shown, names)
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    typer.echo(f"Written to {out}.")


@group.command("schema", epilog=examples("localcare pathway schema > pathway.schema.json"))
def schema() -> None:
    """Print the JSON Schema that pathway files follow, for editors and other programs."""
    from localcare.foundation.pathways.definitions.loading import schema as published

    typer.echo(json.dumps(published(), indent=2, ensure_ascii=False))
