"""How well a fitted scenario fits, as tables and in words (Markdown)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from localcare.analysis.simulation.scenario.fitting.foretelling import Foretold
from localcare.analysis.simulation.scenario.fitting.observed import Observed

if TYPE_CHECKING:
    from localcare.analysis.simulation.scenario.fitting.fit import Estimate

FEW = 30  # ended tasks below which a length is hardly known


def report_of(observed: Observed, whole: Estimate, foretold: Sequence[Foretold], held_out_weeks: int) -> str:
    """The report of a fit."""
    parts = [
        f"# {whole.content['title']}",
        f"{len(observed.journeys.opened)} journeys and {len(observed.tasks.requested)} tasks of {observed.hours / 24:.0f} days, "
        f"up to {observed.local(observed.hours):%d %B %Y, %H:%M}.",
        _words(whole, foretold, held_out_weeks),
        "## Demand",
        _table(("Pathway", "A day", "From"), _demand_rows(whole)),
        "## Lengths and ends",
        _table(
            ("Pathway", "Step", "Waited, hours", "Ended", "Open", "Length", "Furthest off", "Ends"),
            _step_rows(whole),
        ),
        "## Places",
        _table(("Service", "Places at the end", "Week by week", "From"), _place_rows(whole)),
    ]
    if foretold:
        parts += [
            "## Weeks that were not fitted",
            _table(
                ("Service", "Figure", "Week", "Happened", "Foretold", "95% interval", "Within"),
                _foretold_rows(foretold),
            ),
        ]
    parts += ["## Assumptions", "\n".join(f"- {words}" for words in whole.content["assumptions"])]
    return "\n\n".join(parts) + "\n"


def _words(whole: Estimate, foretold: Sequence[Foretold], held_out_weeks: int) -> str:
    said = []
    if foretold:
        within = sum(one.is_within for one in foretold)
        share = within / len(foretold)
        said.append(
            f"Fitted without its last {held_out_weeks} weeks, the scenario foretold {within} of {len(foretold)} weekly figures "
            f"within their 95% interval ({share:.0%})."
        )
        said.append(
            "That is about as many as chance allows: it may be used to look ahead."
            if share >= 0.85
            else "That is fewer than chance allows: look at the services below before relying on it."
        )
        missed = sorted({one.service for one in foretold if not one.is_within})
        if missed:
            said.append(f"Figures were missed for: {', '.join(missed)}.")
    else:
        said.append("No weeks were held out, so nothing is known of how well it looks ahead.")
    few = sorted({f"{one.pathway}/{one.step}" for one in whole.steps if one.length.ended < FEW})
    if few:
        said.append(f"Hardly known, as fewer than {FEW} ended: {', '.join(few)}.")
    return " ".join(said)


def _demand_rows(whole: Estimate) -> Iterable[tuple[str, ...]]:
    for code, said in whole.content["pathways"].items():
        demand = said.get("demand")
        yield (
            (code, f"{demand['per_day']:g}", demand["source"])
            if demand
            else (code, "", "opened by other pathways")
        )


def _step_rows(whole: Estimate) -> Iterable[tuple[str, ...]]:
    for one in whole.steps:
        duration = one.content["duration"]
        numbers = " ".join(f"{key} {duration[key]:g}" for key in ("mean", "sd", "value") if key in duration)
        length = f"{duration['distribution']} {numbers} {duration['unit']}".replace("  ", " ")
        ends = ", ".join(f"{code} {share:.3f}" for code, share in one.content["outcomes"].items())
        yield (
            one.pathway,
            one.step,
            f"{one.mean_wait_hours:.2f}",
            str(one.length.ended),
            str(one.length.still_open),
            length + (" (by end)" if "duration_by_outcome" in one.content else ""),
            f"{one.length.furthest:.3f}",
            ends,
        )


def _place_rows(whole: Estimate) -> Iterable[tuple[str, ...]]:
    for service, places in whole.places.items():
        weeks = ", ".join("–" if level is None else str(level) for level in places.by_week)
        last = "without limit" if places.places is None else str(places.places)
        yield service, "by the hour" if places.shifts else last, weeks, places.says


def _foretold_rows(foretold: Sequence[Foretold]) -> Iterable[tuple[str, ...]]:
    for one in foretold:
        places = 2 if "wait" in one.figure else 0
        yield (
            one.service,
            one.figure,
            str(one.week),
            f"{one.happened:.{places}f}",
            f"{one.foretold:.{max(places, 1)}f}",
            f"{max(one.lower, 0):.{places}f} to {one.upper:.{places}f}",
            "yes" if one.is_within else "no",
        )


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)
