"""The report of a run under the headings of STRESS-DES, generated from the run itself.

Monks T, Currie CSM, Onggo BS, Robinson S, Kunc M, Taylor SJE. Strengthening the reporting of empirical simulation
studies: introducing the STRESS guidelines. Journal of Simulation 13(1), 2019.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from localcare.analysis.pathways.words import outcome_in_words
from localcare.analysis.simulation.intervals import advice
from localcare.analysis.simulation.scenario.digest import digest
from localcare.analysis.simulation.scenario.durations import Duration
from localcare.analysis.simulation.scenario.model import Demand, ServiceScenario, StepScenario

if TYPE_CHECKING:
    from localcare.analysis.simulation.result import ClosedResult, SimulationResult

PRECISION = 0.05
SHOWN = ("asked_per_day", "mean_wait", "wait_p95", "waiting", "occupied", "utilisation", "gave_up_per_day")
TITLES = {
    "asked_per_day": "Asked for a day", "mean_wait": "Mean wait, minutes", "wait_p95": "95 in 100 wait no longer than, minutes",
    "waiting": "Waiting on average", "occupied": "Places taken on average", "utilisation": "Share of places taken",
    "gave_up_per_day": "Gave up a day", "met": "Clock met",
}  # fmt: skip


def report(result: SimulationResult) -> str:
    """The report in Markdown."""
    return "\n".join(_lines(result)) + "\n"


def closed_report(result: ClosedResult) -> str:
    """What closed forms say, with what they assume, in Markdown."""
    lines = [f"# {result.scenario.title}", "", "Answered by closed forms, not simulated.", ""]
    lines += [f"- {words}" for words in (*result.scenario.assumptions, *result.answer.assumptions)]
    lines += ["", "| service | formula | measure | value |", "| --- | --- | --- | ---: |"]
    for row in result.summary().to_pylist():
        formula = result.answer.services[row["service"]].formula
        name = TITLES.get(row["measure"], row["measure"])
        lines.append(f"| {row['service']} | {formula} | {name} | {_number(row['mean'])} |")
    return "\n".join(lines) + "\n"


def _lines(result: SimulationResult) -> Iterator[str]:
    scenario, facts = result.scenario, result.facts
    yield f"# {scenario.title}"
    yield ""
    yield from _objectives(result)
    yield from _logic(result)
    yield from _data(result)
    yield from _experimentation(result)
    yield from _implementation(result)
    yield "## 6 Code access"
    yield ""
    yield (
        f"Made by Local Care {facts.versions.get('localcare', '')} from the scenario `{scenario.code}`, version"
        f" {scenario.version}, digest `{digest(scenario)[:16]}`; the same file and seed give the same run."
    )
    yield ""
    yield from _results(result)


def _objectives(result: SimulationResult) -> Iterator[str]:
    scenario = result.scenario
    yield from ("## 1 Objectives", "", "### 1.1 Purpose", "", scenario.summary or scenario.title, "")
    yield from ("### 1.2 Model outputs", "")
    yield (
        "Of each service and step: asked for, begun, finished, given up and turned away a day; waits (mean, median, 95 in 100);"
        " people waiting and places taken. Of each clock: the share met. Journals of single replications."
    )
    yield from ("", "### 1.3 Aims of the experiment", "", f"Source: {scenario.source}", "")
    if scenario.changes:
        yield "What becomes different during the run:"
        yield ""
        for change in scenario.changes:
            until = f" until {change.until}" if change.until else ""
            full = f", in full from {change.full_from}" if change.full_from else ""
            where = f" in {', '.join(change.areas)}" if change.areas else ""
            yield (
                f"- {change.title}: {change.what} of {change.pathway}{' / ' + change.step if change.step else ''} to"
                f" {change.value:g} from {change.since}{full}{until}{where} ({change.source})"
            )
        yield ""


def _logic(result: SimulationResult) -> Iterator[str]:
    scenario = result.scenario
    yield from ("## 2 Logic", "", "### 2.1 Base model overview", "")
    for code in scenario.pathways:
        pathway = _pathway(result, code)
        yield f"**{pathway.title}** (`{code}`, version {pathway.version})"
        yield ""
        for step in pathway.steps.values():
            if step.code not in scenario.pathways[code].steps:
                continue
            shares = scenario.pathways[code].steps[step.code].outcomes
            said = "; ".join(
                f"{outcome.title} {shares[outcome.code]:.1%}: {outcome_in_words(outcome, pathway)}"
                for outcome in step.outcomes.values()
                if shares.get(outcome.code, 0) > 0
            )
            yield f"- {step.title}, by {step.by}: {said}"
        yield ""
    yield from ("### 2.2 Scenario logic", "")
    yield from (f"- {words}" for words in scenario.assumptions)
    for code in _left_out(result):
        yield f"- The pathway {code}, which an outcome opens, is left out."
    yield from ("", "### 2.3 Algorithms", "", f"Engine: {result.engine}. {result.why_engine}", "")
    yield (
        "A place is taken when work begins and free when it ends; who waits is taken in the order of asking, or by priority"
        " where the service says so. Places that close while taken close when they are free. A person keeps a place where"
        " the service blocks or the next step says they wait there."
    )
    yield from (
        "",
        "### 2.4 Components",
        "",
        "| service | kind | discipline | waiting room | keeps people who wait | sickness |",
    )
    yield "| --- | --- | --- | ---: | --- | ---: |"
    for code, service in scenario.services.items():
        room = "no limit" if service.waiting_room is None else str(service.waiting_room)
        ill = f"{service.sickness.share:.1%}" if service.sickness else "none"
        keeps = "yes" if service.blocks else "no"
        yield f"| {service.title} (`{code}`) | {service.kind} | {service.discipline} | {room} | {keeps} | {ill} |"
    yield ""


def _pathway(result: SimulationResult, code: str) -> Any:
    return next(one for one in result.prepared.plan.pathways if one.code == code)


def _left_out(result: SimulationResult) -> tuple[str, ...]:
    return result.prepared.plan.left_out


def _data(result: SimulationResult) -> Iterator[str]:
    scenario = result.scenario
    yield from (
        "## 3 Data",
        "",
        "### 3.1 Data sources",
        "",
        "Each number names its source in the tables below.",
        "",
    )
    yield from ("### 3.2 Input parameters", "", "| pathway | demand | source |", "| --- | --- | --- |")
    for code, pathway in scenario.pathways.items():
        demand = _demand_in_words(pathway.demand)
        yield f"| {code} | {demand} | {(pathway.demand.source if pathway.demand else '') or pathway.source} |"
    yield from ("", "| step | how long | patience | source |", "| --- | --- | --- | --- |")
    for code, pathway in scenario.pathways.items():
        for step, said in pathway.steps.items():
            yield f"| {code} / {step} | {_length(said)} | {_patience(said)} | {said.duration.source or said.source} |"
    yield from ("", "| service | places | source |", "| --- | --- | --- |")
    for code, service in scenario.services.items():
        yield f"| {code} | {_places(service)} | {service.source} |"
    yield from (
        "",
        "### 3.3 Pre-processing",
        "",
        "None: the scenario holds its numbers as given or fitted.",
        "",
    )
    yield from (
        "### 3.4 Assumptions about data",
        "",
        "Journeys begin by chance at the stated rate and without regard to each other; lengths and outcomes are independent.",
        "",
    )


def _demand_in_words(demand: Demand | None) -> str:
    if demand is None:
        return "opened by other pathways"
    by = [
        word
        for word, weights in (
            ("hour", demand.by_hour),
            ("weekday", demand.by_weekday),
            ("month", demand.by_month),
        )
        if weights
    ]
    growth = f", growing {demand.growth_per_year:+.1%} a year" if demand.growth_per_year else ""
    return f"{demand.per_day:g} a day{', by ' + ', '.join(by) if by else ''}{growth}"


def duration_in_words(duration: Duration) -> str:
    """`lognormal (mean 8, sd 6) minutes`."""
    if duration.distribution == "empirical":
        return f"empirical ({len(duration.values)} values) {duration.unit}"
    said = ", ".join(f"{name} {value:g}" for name, value in duration.parameters.items())
    return f"{duration.distribution} ({said}) {duration.unit}"


def _length(said: StepScenario) -> str:
    others = [f"{outcome}: {duration_in_words(one)}" for outcome, one in said.duration_by_outcome.items()]
    return "; ".join([duration_in_words(said.duration), *others])


def _patience(said: StepScenario) -> str:
    if said.patience is None:
        return "waits"
    return f"{duration_in_words(said.patience)}, then {said.abandons_as or 'the journey is given up'}"


def _places(service: ServiceScenario) -> str:
    found = []
    for period in service.capacity:
        until = f" to {period.until}" if period.until else ""
        shifts = ", ".join(f"{one.places} from {one.start:g} to {one.end:g}" for one in period.shifts)
        amount = shifts or ("no limit" if period.places is None else str(period.places))
        found.append(f"{amount} from {period.since}{until}")
    return f"{'; '.join(found)} ({service.unit})"


def _experimentation(result: SimulationResult) -> Iterator[str]:
    scenario = result.scenario
    yield from ("## 4 Experimentation", "", "### 4.1 Initialisation", "")
    if scenario.initial:
        for group in scenario.initial:
            yield f"- {group.count} people {group.state} in {group.pathway} / {group.step} ({group.source})"
    else:
        yield "The run begins with an empty system."
    yield ""
    yield f"Warm-up: {scenario.warm_up_days} days, which are not counted."
    yield from (
        "",
        "### 4.2 Run length",
        "",
        f"{scenario.days} days from {scenario.starts_on} on, after the warm-up.",
        "",
    )
    yield from ("### 4.3 Estimation approach", "")
    yield f"{result.replications} replications; 95% intervals by Student's t over them."
    yield ""
    for code in scenario.services:
        found = advice(np.asarray(result.values("mean_wait", service=code)), PRECISION)
        if np.isnan(found.reached):
            continue
        enough = (
            f"{found.enough_from} replications were enough"
            if found.enough_from is not None
            else f"about {found.needed} replications are needed"
        )
        yield f"- Mean wait of {code}: half width {found.reached:.1%} of the mean; for {PRECISION:.0%} {enough}."
    yield ""


def _implementation(result: SimulationResult) -> Iterator[str]:
    facts = result.facts
    yield from ("## 5 Implementation", "", "### 5.1 Software and programming language", "")
    yield ", ".join(f"{name} {found}" for name, found in facts.versions.items()) + "."
    yield from ("", "### 5.2 Random sampling", "")
    yield (
        f"Seed {facts.seed}; an independent stream (SFC64, seeded by SeedSequence) for each replication and purpose,"
        " so that scenarios are compared with the same people."
    )
    yield from (
        "",
        "### 5.3 Model execution",
        "",
        "Time moves on by events, in whole microseconds; what is simultaneous happens in a fixed order.",
        "",
    )
    yield from (
        "### 5.4 System specification",
        "",
        f"{facts.threads} threads, {facts.seconds:.1f} seconds.",
        "",
    )


def _results(result: SimulationResult) -> Iterator[str]:
    yield from ("## Results", "")
    rows = result.summary().to_pylist()
    for title, key in (("service", "service"), ("clock", "clock")):
        measures = SHOWN if key == "service" else ("met",)
        chosen = [row for row in rows if row[key] and row["measure"] in measures]
        if not chosen:
            continue
        yield from (f"| {title} | measure | mean | 95% interval |", "| --- | --- | ---: | ---: |")
        for row in chosen:
            name = row["service"] or f"{row['pathway']} / {row['step']} / {row['clock']}"
            yield f"| {name} | {TITLES[row['measure']]} | {_number(row['mean'])} | {_range(row)} |"
        yield ""
    law = result.littles_law().to_pylist()
    held = (
        "holds in every service"
        if all(row["holds"] for row in law)
        else "DOES NOT HOLD: this run is not to be used"
    )
    yield f"Little's law (average number there = arrivals x mean time) {held}."


def _range(row: Mapping[str, Any]) -> str:
    if row["lower"] is None or np.isnan(row["lower"]):
        return ""
    return f"{_number(row['lower'])} to {_number(row['upper'])}"


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:,.4g}"
