"""From a journal to the words of a scenario, and how well they foretell weeks they have not seen."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.simulation.scenario.checking import faults_of
from localcare.analysis.simulation.scenario.files import shipped_pathways
from localcare.analysis.simulation.scenario.fitting.branches import counted
from localcare.analysis.simulation.scenario.fitting.coarse import coarsened
from localcare.analysis.simulation.scenario.fitting.completing import complete, let_end
from localcare.analysis.simulation.scenario.fitting.demand import fit_demand
from localcare.analysis.simulation.scenario.fitting.observed import Observed, Tasks, observe
from localcare.analysis.simulation.scenario.fitting.places import Places, fit_places
from localcare.analysis.simulation.scenario.fitting.services import code_of, services_in
from localcare.analysis.simulation.scenario.fitting.steps import StepFit, fit_step

WEEK = 168.0
QUARTER = 91  # days of a scenario that looks ahead
AHEAD = 28  # days beyond the journal of one that begins with it
REPLAYED = (
    "It begins where the journal begins, with who was there then, and with the numbers of the whole time: where the two agree, "
    "the scenario says what was seen; that it can foretell is another question."
)
MOST_ELAPSED = 40  # points by which the time that people have been there already is said


@dataclass(frozen=True)
class Estimate:
    """A scenario estimated from what was known at a moment."""

    content: dict[str, Any]
    steps: tuple[StepFit, ...]
    places: Mapping[str, Places]  # by code of the service
    services_of: Mapping[tuple[str, str], str]  # pathway and step -> code of the service


@dataclass(frozen=True)
class Fitted:
    """A fitted scenario: its words, its file, and the report on how well it fits."""

    content: dict[str, Any]
    text: str
    report: str
    foretold: int = 0  # figures of held-out weeks that were compared
    within: int = 0  # of those, how many lay within their 95% interval


def fit_folder(
    folder: Path | str | JournalFolder,
    *,
    held_out_weeks: int = 2,
    code: str = "fitted",
    replications: int = 60,
    replay: bool = False,
    coarse: bool = False,
) -> Fitted:
    """Fit a scenario to a journal folder. JournalError or ValueError where the journal cannot be used."""
    opened = folder if isinstance(folder, JournalFolder) else JournalFolder(folder)
    return fit_journal(
        observe(opened),
        held_out_weeks=held_out_weeks,
        code=code,
        replications=replications,
        replay=replay,
        coarse=coarse,
    )


def fit_journal(
    observed: Observed,
    *,
    held_out_weeks: int = 2,
    code: str = "fitted",
    replications: int = 60,
    replay: bool = False,
    coarse: bool = False,
) -> Fitted:
    """Fit a scenario to an observed journal; the weeks held out are foretold by simulating what came before them.

    With `replay` it begins where the journal begins, with who was there then, so that the two can be laid over each
    other. With `coarse` the scenario tells no number of fewer than five people; the report still does. ValueError when
    fewer weeks would be left to fit than are held out.
    """
    from localcare.analysis.simulation.scenario.fitting.foretelling import foretell
    from localcare.analysis.simulation.scenario.fitting.report import report_of

    held_out = held_out_weeks * WEEK
    if held_out and observed.hours < 2 * held_out:
        raise ValueError(
            f"The journal covers {observed.hours / WEEK:.1f} weeks: too few to hold {held_out_weeks} out. "
            "Give --held-out-weeks 0, or a longer journal."
        )
    whole = estimate(observed, observed.hours, code, begins=0.0 if replay else None)
    foretold = []
    if held_out:
        before = estimate(observed, observed.hours - held_out, code)
        foretold = foretell(observed, before, held_out_weeks, replications)
    content = coarsened(whole, observed.hours / 24) if coarse else whole.content
    return Fitted(
        content=content,
        text=yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120),
        report=report_of(observed, whole, foretold, held_out_weeks),
        foretold=len(foretold),
        within=sum(one.is_within for one in foretold),
    )


def estimate(observed: Observed, until: float, code: str, *, begins: float | None = None) -> Estimate:
    """The scenario that what was known at a moment (hours of the journal) amounts to; checked.

    It begins at that moment, or at `begins` with who was there then.
    """
    tasks = observed.tasks.as_of(until)
    services_of, kinds = services_in(tasks, observed.pathways)
    start = until if begins is None else begins
    first_day = (
        observed.local(start - 1e-9) + timedelta(hours=12)
    ).date()  # a run begins at the nearest midnight
    places = {
        service: fit_places(tasks.kept(_of_service(tasks, services_of, service)), until, observed.local)
        for service in kinds
    }
    steps = [
        fit_step(
            observed,
            tasks.kept((tasks.pathway == pathway) & (tasks.step == step)),
            said,
            step,
            service,
            until,
            is_endless=places[service].is_endless,
        )
        for pathway, said in observed.pathways.items()
        for step in said.steps
        if (service := services_of.get((pathway, step), ""))
    ]
    from_request = {(one.pathway, one.step) for one in steps if "begins_after" in one.content}
    content: dict[str, Any] = {
        "scenario": code_of(code),
        "title": _title(observed, until, begins),
        "version": 1,
        "owner": "planning-and-modelling",
        "source": (
            f"fitted from a {observed.kind} journal of {until / 24:.0f} days up to {observed.local(until):%d %B %Y, %H:%M}"
        ),
        "review_by": (first_day + timedelta(days=365)).isoformat(),
        "starts_on": first_day.isoformat(),
        "days": QUARTER if begins is None else math.ceil((until - begins) / 24) + AHEAD,
        "assumptions": [*_assumptions(observed), *(() if begins is None else (REPLAYED,))],
        "services": {
            service: {
                "kind": kind,
                "title": observed.titles.get(service) or service.replace("-", " ").capitalize(),
                "capacity": places[service].capacity(first_day.isoformat()),
            }
            for service, kind in kinds.items()
        },
        "pathways": _pathways(observed, steps, until),
        "own_pathways": _own(observed),
        "initial": _initial(observed.tasks.as_of(start), services_of, start, from_request),
    }
    content = {key: said for key, said in content.items() if said not in ({}, [])}
    complete(content, observed.pathways)
    let_end(content, observed.pathways)
    if faults := faults_of(content, shipped_pathways()):
        raise ValueError(f"What was fitted is no scenario: {faults[0].fault}. {faults[0].remedy}")
    return Estimate(content, tuple(steps), places, services_of)


def _title(observed: Observed, until: float, begins: float | None) -> str:
    if begins is None:
        return f"Fitted from a {observed.kind} journal"
    first, last = observed.local(begins), observed.local(until)
    return f"As {observed.kind}, {first.day} {first:%B} to {last.day} {last:%B %Y}"


def _assumptions(observed: Observed) -> list[str]:
    said = [
        "Everything is taken to go on as it was seen; seasons are not known from less than two years.",
        "A service has the places that were taken while somebody waited; where nobody did, it is without limit.",
        "What was waited at a service without limit (for an answer, for the morning, for a team to arrive) goes on as it was, "
        "however many come: it is a part of each length, and grows and shrinks with it.",
        "How long the longest stays last is not known while they are open; they enter as censored.",
        "People who gave up or were refused are not told apart: what they asked for counts until it ended.",
        "Somebody who was in two steps of one journey at the end counts as two people from then on, so steps in which "
        "branches join are asked somewhat too often at first.",
    ]
    if observed.by_hand:
        said.append(
            f"Opened by hand from other pathways, and so with a demand of their own: {', '.join(sorted(observed.by_hand))}."
        )
    return said


def _of_service(tasks: Tasks, services_of: Mapping[tuple[str, str], str], service: str) -> Any:
    return np.array(
        [
            services_of.get(key) == service
            for key in zip(tasks.pathway.tolist(), tasks.step.tolist(), strict=True)
        ],
        bool,
    )


def _pathways(observed: Observed, steps: list[StepFit], until: float) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for code, pathway in observed.pathways.items():
        found = {one.step: dict(one.content) for one in steps if one.pathway == code}
        if not found:
            continue
        said: dict[str, Any] = {"source": "fitted"}
        if demand := fit_demand(observed, code, until):
            said["demand"] = demand
        chosen = (observed.journeys.pathway == code) & (observed.journeys.opened < until)
        priorities = [
            word for word in observed.journeys.priority[chosen].tolist() if word in pathway.priorities
        ]
        if priorities:
            said["priorities"] = counted(priorities)
        result[code] = {**said, "steps": found}
    return result


def _own(observed: Observed) -> dict[str, Any]:
    """The pathways that are not shipped as they were lived, in their own words."""
    shipped = shipped_pathways()
    return {
        code: {key: said for key, said in observed.contents[code].items() if key != "pathway"}
        for code, pathway in observed.pathways.items()
        if code not in shipped or shipped[code].steps != pathway.steps
    }


def _initial(
    tasks: Tasks,
    services_of: Mapping[tuple[str, str], str],
    until: float,
    from_request: Collection[tuple[str, str]],
) -> list[dict[str, Any]]:
    """Who is where at the moment, and for how long already; of some steps the length counts from the request."""
    result = []
    here = tasks.kept(np.isnan(tasks.finished))
    for pathway, step in sorted(services_of):
        there = here.kept((here.pathway == pathway) & (here.step == step))
        if (pathway, step) in from_request:
            there = replace(there, started=there.requested)
        for state, since in (("started", there.started), ("requested", there.requested)):
            chosen = ~np.isnan(there.started) if state == "started" else np.isnan(there.started)
            elapsed = np.sort(until - since[chosen])
            if len(elapsed):
                result.append(
                    {
                        "pathway": pathway,
                        "step": step,
                        "count": len(elapsed),
                        "state": state,
                        "elapsed": _elapsed(elapsed),
                        "source": "fitted: there when the journal ended",
                    }
                )
    return result


def _elapsed(hours: Any) -> dict[str, Any]:
    if len(hours) > MOST_ELAPSED:
        hours = hours[((np.arange(MOST_ELAPSED) + 0.5) / MOST_ELAPSED * len(hours)).astype(int)]
    values = [round(max(float(value), 0.0), 3) for value in hours]
    return {"distribution": "empirical", "unit": "hours", "values": values, "source": "fitted"}
