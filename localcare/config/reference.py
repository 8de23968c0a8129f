"""Writes the reference pages that come from the code: `make docs`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from localcare.analysis.comparing_reference import comparing_markdown
from localcare.analysis.dataset.describe import schema_markdown
from localcare.analysis.measures.reference import reference_markdown as indicators_markdown
from localcare.analysis.quality.reference import rules_markdown
from localcare.analysis.risk.reference import risk_markdown
from localcare.analysis.scores.reference import reference_markdown
from localcare.analysis.simulation.scenario.reference import scenario_markdown
from localcare.config.command_line.application import application
from localcare.config.command_line.exits import MEANINGS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"


def command_line() -> str:
    """Every command with its arguments, options and examples, in Markdown."""
    lines = [
        "# The command line",
        "",
        "<!-- Generated from localcare/config/command_line by `make docs`; do not edit by hand. -->",
        "",
        "`localcare` is in the environment that `make demo` makes: `.venv/bin/localcare`. `localcare --debug COMMAND`",
        "shows where an error came from; without it an error is one line that says what to do.",
        "",
        "| exit code | meaning |",
        "| --- | --- |",
        *(f"| {code} | {meaning} |" for code, meaning in MEANINGS.items()),
        "",
        *_described(get_command(application), "localcare"),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _described(command: Any, path: str) -> Iterator[str]:
    if hasattr(command, "commands"):
        for name, one in command.commands.items():
            yield from _described(one, f"{path} {name}")
        return
    yield f"## {path}"
    yield ""
    yield " ".join((command.help or "").split())
    yield ""
    yield from _parameters(command)
    yield from _examples(command.epilog or "")


def _parameters(command: Any) -> Iterator[str]:
    rows = [_row(one) for one in command.params if one.name != "help"]
    if rows:
        yield from ("| argument or option | meaning | default |", "| --- | --- | --- |", *rows, "")


def _row(parameter: Any) -> str:
    is_option = parameter.param_type_name == "option"
    names = ", ".join(f"`{name}`" for name in parameter.opts + parameter.secondary_opts)
    name = names if is_option else f"`{(parameter.name or '').upper()}`"
    default = parameter.default if isinstance(parameter.default, (str, int)) else ""
    shown = "required" if parameter.required else "" if default in ("", False) else f"`{default}`"
    variable = f" Also from `{parameter.envvar}`." if getattr(parameter, "envvar", None) else ""
    return f"| {name} | {parameter.help or ''}{variable} | {shown} |"


def _examples(epilog: str) -> Iterator[str]:
    examples = [line.strip() for line in epilog.splitlines() if line.strip()][1:]
    if examples:
        yield from ("```sh", *examples, "```", "")


PAGES: dict[str, Callable[[], str]] = {
    "command-line.md": command_line,
    "indicators.md": indicators_markdown,
    "data-quality.md": rules_markdown,
    "comparing-and-charts.md": comparing_markdown,
    "linked-dataset.md": schema_markdown,
    "risk-models.md": risk_markdown,
    "scenarios.md": scenario_markdown,
    "scores.md": reference_markdown,
}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        (FOLDER / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
