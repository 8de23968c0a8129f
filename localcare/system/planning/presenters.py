"""Runs in words: what was measured, how much it is with its interval, and how two runs differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.scenario.files import shipped_pathways
from localcare.analysis.simulation.scenario.lookup import pathways_of
from localcare.analysis.simulation.scenario.model import Scenario
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.kernel.nhs_design.formatting import MINUS, format_number
from localcare.system.planning.differences import Difference, difference
from localcare.system.planning.models import Run
from localcare.system.planning.texts import kept_content

MEASURES: Mapping[str, str] = {
    "asked_per_day": "Asked for, a day",
    "started_per_day": "Taken up, a day",
    "finished_per_day": "Finished, a day",
    "gave_up_per_day": "Gave up waiting, a day",
    "turned_away_per_day": "Turned away, a day",
    "waited": "Had to wait, of those who asked in these days",
    "mean_wait": "Average wait of those taken up in these days",
    "wait_p50": "Half of those who asked wait no longer than",
    "wait_p95": "95 in 100 of those who asked wait no longer than",
    "waiting": "Waiting at a time",
    "occupied": "Taken at a time",
    "utilisation": "Share of places taken",
    "open_places": "Places open",
    "met": "Clock kept",
}
UNLESS_NONE = ("gave_up_per_day", "turned_away_per_day")  # shown where there are any
SHORT = ("waited", "mean_wait", "utilisation")
HOUR, DAY = 60.0, 1440.0


@dataclass(frozen=True)
class Row:
    """A measure in words; the last two only beside another run."""

    measure: str
    value: str
    interval: str
    other: str = ""
    difference: str = ""


@dataclass(frozen=True)
class Part:
    """The measures of one service, or of the clocks of one pathway."""

    code: str
    title: str
    rows: tuple[Row, ...]
    has_days: bool = False
    is_limited: bool = True  # a service with places; where there is no limit nobody waits


def scenario_of(run: Run) -> Scenario:
    """The scenario that the run is of."""
    return read_scenario(kept_content(run.content.text))


def parts_of(run: Run, other: Run | None = None) -> list[Part]:
    """What a run found, service by service and then the clocks; beside another run, with the difference."""
    scenario = scenario_of(run)
    before = {key_of(line): line for line in other.lines} if other else {}
    pathways = pathways_of(scenario, shipped_pathways())
    found = [
        Part(
            code,
            service.title,
            tuple(
                _row(MEASURES.get(line["measure"], line["measure"]), line, before, run, other)
                for line in run.lines
                if line["service"] == code and _is_shown(line, before)
            ),
            has_days=code in run.days,
            is_limited=any(period.places is not None or period.shifts for period in service.capacity),
        )
        for code, service in scenario.services.items()
    ]
    found += [
        Part(
            f"clocks-{code}",
            f"Clocks: {pathway.title}",
            tuple(
                _row(_clock_title(pathway, line), line, before, run, other)
                for line in run.lines
                if line["pathway"] == code and line["measure"] == "met"
            ),
        )
        for code, pathway in pathways.items()
    ]
    return [part for part in found if part.rows]


def short_of(run: Run, other: Run | None = None) -> list[tuple[str, ...]]:
    """A row for each service with places: who had to wait, how long, how full; with what it was beside another run."""
    before = {key_of(line): line for line in other.lines} if other else {}
    rows = []
    for code, service in scenario_of(run).services.items():
        found = {line["measure"]: line for line in run.lines if line["service"] == code and not line["step"]}
        if "utilisation" in found:
            cells = (_short(found.get(name), before) for name in SHORT)
            rows.append((service.title, *cells))
    return rows


def _short(line: Mapping[str, Any] | None, before: Mapping[tuple[str, ...], Mapping[str, Any]]) -> str:
    if line is None:
        return "–"
    unit, was = line["unit"], before.get(key_of(line))
    words = f"{amount(line['mean'], unit)} ({_interval(line['lower'], line['upper'], unit)})"
    return f"{words}; was {amount(was['mean'], unit)}" if was else words


def said_of(run: Run, other: Run) -> list[str]:
    """What differs between two runs beyond chance, in sentences: average waits and clocks."""
    scenario, before = scenario_of(run), {key_of(line): line for line in other.lines}
    pathways, found = pathways_of(scenario, shipped_pathways()), []
    for line in run.lines:
        was = before.get(key_of(line))
        is_wait = line["measure"] == "mean_wait" and line["service"] in scenario.services
        if was is None or not (is_wait or line["measure"] == "met"):
            continue
        gap = difference(line, was, paired=is_paired(run, other))
        if gap is None or not gap.is_clear or not _matters(gap, line["unit"]):
            continue
        now, then = amount(line["mean"], line["unit"]), amount(was["mean"], was["unit"])
        name = (
            scenario.services[line["service"]].title
            if is_wait
            else _clock_title(pathways[line["pathway"]], line)
        )
        what = "average wait" if is_wait else "kept for"
        found.append(
            f"{name}: {what} {now} in place of {then}, a difference of {_difference(gap, line['unit'])}."
        )
    return found


def _matters(gap: Difference, unit: str) -> bool:
    """Whether a clear difference is also one that anybody would notice: a minute, half a point."""
    return abs(gap.mean) >= (0.005 if unit == "share" else 1.0)


def _is_shown(line: Mapping[str, Any], before: Mapping[tuple[str, ...], Mapping[str, Any]]) -> bool:
    if line["step"] or line["measure"] not in MEASURES:
        return False
    was = before.get(key_of(line), line)
    return line["measure"] not in UNLESS_NONE or bool(line["mean"] or was["mean"])


def key_of(line: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes a line of one run and a line of another the same measure."""
    return tuple(str(line.get(name) or "") for name in ("measure", "pathway", "step", "service", "clock"))


def amount(value: float | None, unit: str) -> str:
    """A value in words a person reads: 35%, 2.5 hours, 12.3."""
    if value is None:
        return "–"
    if unit in ("share", "%"):
        return f"{format_number(value * 100 if unit == 'share' else value, 1)}%"
    if unit == "minutes":
        return _length(value) if abs(value) >= 0.05 else "none"
    return format_number(value, 0 if abs(value) >= 1000 else 1)


def _length(minutes: float) -> str:
    size = abs(minutes)
    if size >= 2 * DAY:
        return f"{format_number(minutes / DAY, 1)} days"
    if size >= 2 * HOUR:
        return f"{format_number(minutes / HOUR, 1)} hours"
    return f"{format_number(minutes, 0 if size >= 10 else 1)} minutes"


def _row(
    title: str,
    line: Mapping[str, Any],
    before: Mapping[tuple[str, ...], Mapping[str, Any]],
    run: Run,
    other: Run | None,
) -> Row:
    unit = line["unit"]
    value, interval = amount(line["mean"], unit), _interval(line["lower"], line["upper"], unit)
    was = before.get(key_of(line))
    if other is None or was is None:
        return Row(title, value, interval)
    return Row(
        title,
        value,
        interval,
        f"{amount(was['mean'], unit)} ({_interval(was['lower'], was['upper'], unit)})",
        _difference(difference(line, was, paired=is_paired(run, other)), unit),
    )


def is_paired(run: Run, other: Run) -> bool:
    """Whether the two used the same random numbers, so that they can be compared replication by replication."""
    return (run.seed, run.replications) == (other.seed, other.replications)


def _interval(lower: float | None, upper: float | None, unit: str) -> str:
    if lower is None or upper is None:
        return "not known"
    return (
        f"{amount(max(lower, 0.0), unit)} to {amount(max(upper, 0.0), unit)}"  # nothing measured is below 0
    )


def _difference(found: Difference | None, unit: str) -> str:
    if found is None:
        return "not known"
    points = " points" if unit in ("share", "%") else ""

    def signed(value: float) -> str:
        words = amount(value, unit).replace("%", points)
        return words if words.startswith(MINUS) or value == 0 else f"+{words}"

    says = "" if found.is_clear else ": could be chance"
    return f"{signed(found.mean)} ({signed(found.lower)} to {signed(found.upper)}){says}"


def _clock_title(pathway: Pathway, line: Mapping[str, Any]) -> str:
    step, code = pathway.steps.get(str(line.get("step") or "")), str(line.get("clock") or "")
    title = next((clock.title for clock in step.clocks if clock.code == code), "") if step else ""
    return f"{step.title}: {title or code}" if step else code
