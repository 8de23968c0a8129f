"""Data quality in a shell: measured, told, and asked for a reason before a refusal is overruled."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from localcare.config.command_line import exits
from localcare.config.command_line.progress import progress, what_first

if TYPE_CHECKING:
    from localcare.analysis.quality import Report
    from localcare.care.stratification.models import Run

RulesFile = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        help="File or folder of the place's own rules; they replace rules of the same code.",
        exists=True,
    ),
]
AcceptQuality = Annotated[
    str,
    typer.Option(
        "--accept-quality", metavar="REASON", help="Go on although the data are refused, and say why."
    ),
]
MOST_TOLD = 6
SHORTEST_REASON = 10
NOT_CHECKED = (
    "Data quality was not checked, because the dataset lies at an address."
    " Copy it to this machine and run: localcare dataset check FOLDER"
)
VERDICTS = {
    "good": "Data quality: good enough by the rules.",
    "warned": "Data quality: warned. A run goes on.",
    "refused": "Data quality: refused. A run does not go on.",
}


def measured(dataset: Path, as_of: date, *, rules: Path | None = None, packs: Path | None = None) -> Report:
    """The report on a dataset, with a bar while it is made."""
    from localcare.analysis.quality import assess, load_rules
    from localcare.analysis.scores.packs import load_packs

    with progress("Measuring data quality") as report:
        return assess(
            dataset, as_of=as_of, rules=load_rules(rules) if rules else None,
            packs=load_packs(packs) if packs else None, progress=what_first(report),
        )  # fmt: skip


def tell(report: Report, console: Console | None = None) -> None:
    """The verdict, its reasons, and rule by rule what was found, what it would do and how to mend it."""
    console = console or Console(highlight=False)
    console.print(VERDICTS[report.verdict.outcome.value])
    for reason in report.verdict.reasons:
        console.print(f"- {escape(reason)}")
    for code in dict.fromkeys(one.rule for one in report.findings):
        _tell_rule(console, report, code)
    for missing in report.not_measured:
        console.print(
            f"\nNot measured: {escape(report.rules.rule(missing.rule).title)}. {escape(missing.why)}"
        )


def _tell_rule(console: Console, report: Report, code: str) -> None:
    from localcare.analysis.quality.effects import BY_THE_SCORES
    from localcare.analysis.quality.report import effect_words

    rule, found = report.rules.rule(code), [one for one in report.findings if one.rule == code]
    gravest = max((one.severity for one in found), key=lambda severity: severity.rank)
    console.print(f"\n[bold]{gravest.value}: {escape(rule.title)}[/]")
    for one in found[:MOST_TOLD]:
        who = one.code or "The whole place"
        console.print(f"  {who}: {escape(one.words)}. {escape(effect_words(one.effect, BY_THE_SCORES))}.")
    if len(found) > MOST_TOLD:
        console.print(f"  and {len(found) - MOST_TOLD} more practices or feeds (all with --format csv)")
    console.print(f"  What it does: {escape(rule.effect)}")
    console.print(f"  What to do:   {escape(rule.remedy)}")


def tell_and_ask(dataset: str, as_of: date, *, rules: Path | None, packs: Path | None, reason: str) -> None:
    """Measure, tell what is at least a warning, and end where the data are refused without a reason to go on.

    What lies at an address is not measured, and that is told.
    """
    if not Path(dataset).is_dir():
        typer.echo(NOT_CHECKED, err=True)
        return
    report = measured(Path(dataset), as_of, rules=rules, packs=packs)
    if report.verdict.outcome.value != "good":
        tell(report, Console(stderr=True, highlight=False))
    refuse_unless_accepted(report, reason)


def tell_of_run(run: Run) -> None:
    """What the data of a run of the list were like, and where to read more."""
    from localcare.care.stratification.data_quality import report_of

    report = report_of(run)
    if report:
        typer.echo(
            f"Data quality: {report.get_verdict_display().lower()}. {' '.join(report.reasons)}".strip()
        )


def refuse_unless_accepted(report: Report, reason: str) -> None:
    """End with the code for problems when the data are refused and nobody says why to go on all the same."""
    if not report.is_refused:
        return
    if len(reason.strip()) < SHORTEST_REASON:
        typer.echo(
            "The data are refused, so nothing was made. Mend them, or say why to go on all the same with"
            f" --accept-quality and a reason of at least {SHORTEST_REASON} letters.",
            err=True,
        )
        raise typer.Exit(exits.FOUND_PROBLEMS)
    typer.echo(f"Going on although the data are refused: {reason.strip()}")
