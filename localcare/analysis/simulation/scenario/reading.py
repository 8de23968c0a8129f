"""Reading the words of a scenario file into the model; whether they make sense is for `checking.faults_of`.

Pathways, services, areas and steps are put in the order of their codes, so that a scenario kept in a database that
forgets the order of keys gives the same run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from localcare.analysis.pathways.errors import UnreadablePathway
from localcare.analysis.pathways.model import Pathway
from localcare.analysis.pathways.reading import read_pathway
from localcare.analysis.simulation.scenario.errors import Place, UnreadableScenario
from localcare.analysis.simulation.scenario.model import (
    ALL_OUTPUTS,
    Area,
    Change,
    Demand,
    InitialGroup,
    PathwayScenario,
    Scenario,
    StepScenario,
)
from localcare.analysis.simulation.scenario.reading_durations import read_duration
from localcare.analysis.simulation.scenario.reading_services import read_service
from localcare.analysis.simulation.scenario.values import day, mapping, number, numbers, shares, whole

Read = TypeVar("Read")


def read_scenario(content: Mapping[str, Any]) -> Scenario:
    """The scenario that the content says; UnreadableScenario naming the place where it cannot be read."""
    source = str(content.get("source", ""))
    own = _each(content, "own_pathways", lambda code, said, place: _pathway_content(code, said, content))
    return Scenario(
        code=str(content.get("scenario", "")),
        title=str(content.get("title", "")),
        source=source,
        starts_on=day(content.get("starts_on"), ("starts_on",)),
        days=whole(content.get("days"), ("days",)),
        warm_up_days=whole(content.get("warm_up_days", 0), ("warm_up_days",)),
        seed=whole(content.get("seed", 1), ("seed",)),
        replications=whole(content.get("replications", 20), ("replications",)),
        pathways=_each(content, "pathways", _pathway),
        services=_each(content, "services", read_service),
        initial=_list(content, "initial", _initial),
        changes=_list(content, "changes", _change),
        areas=_each(content, "areas", _area),
        outputs=tuple(content.get("outputs") or ALL_OUTPUTS),
        own_pathways={code: _own_pathway(code, said) for code, said in own.items()},
        own_contents=own,
        summary=" ".join(str(content.get("summary", "")).split()),
        assumptions=tuple(str(words) for words in content.get("assumptions") or ()),
        version=str(content.get("version", "1")),
        owner=str(content.get("owner", "")),
        review_by=str(content.get("review_by", "")),
    )


def _each(
    content: Mapping[str, Any], key: str, read: Callable[[str, Mapping[str, Any], Place], Read]
) -> dict[str, Read]:
    said = mapping(content.get(key) or {}, (key,))
    return {
        code: read(code, mapping(said[code], (key, code)), (key, code)) for code in sorted(map(str, said))
    }


def _list(
    content: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any], Place], Read]
) -> tuple[Read, ...]:
    said = content.get(key) or ()
    if not isinstance(said, Sequence) or isinstance(said, str):
        raise UnreadableScenario((key,), f"{said!r} is not a list", "Begin each entry with a dash")
    return tuple(read(mapping(one, (key, at)), (key, at)) for at, one in enumerate(said))


def _pathway_content(code: str, said: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """A pathway written in a scenario takes from it what every pathway says of itself."""
    heading = {key: content.get(key, "") for key in ("source", "owner", "review_by")}
    return {"pathway": code, "title": code, "version": "1", "intervention": "none", **heading, **said}


def _own_pathway(code: str, said: Mapping[str, Any]) -> Pathway:
    try:
        return read_pathway(said)
    except UnreadablePathway as error:
        found = error.found
        raise UnreadableScenario(("own_pathways", code, *found.place), found.fault, found.remedy) from error


def _pathway(code: str, said: Mapping[str, Any], place: Place) -> PathwayScenario:
    source = str(said.get("source", ""))
    demand = said.get("demand")
    steps = mapping(said.get("steps") or {}, (*place, "steps"))
    return PathwayScenario(
        demand=None if demand is None else _demand(mapping(demand, (*place, "demand")), place, source),
        steps={
            step: _step(mapping(steps[step], (*place, "steps", step)), (*place, "steps", step), source)
            for step in sorted(map(str, steps))
        },
        priorities=shares(said.get("priorities"), (*place, "priorities")),
        areas=shares(said.get("areas"), (*place, "areas")),
        source=source,
    )


def _demand(said: Mapping[str, Any], pathway: Place, source: str) -> Demand:
    place = (*pathway, "demand")
    return Demand(
        per_day=number(said.get("per_day"), (*place, "per_day")),
        by_hour=numbers(said.get("by_hour"), (*place, "by_hour")),
        by_weekday=numbers(said.get("by_weekday"), (*place, "by_weekday")),
        by_month=numbers(said.get("by_month"), (*place, "by_month")),
        growth_per_year=number(said.get("growth_per_year", 0), (*place, "growth_per_year")),
        arrivals=said.get("arrivals", "poisson"),
        source=str(said.get("source") or source),
    )


def _step(said: Mapping[str, Any], place: Place, pathway_source: str) -> StepScenario:
    source = str(said.get("source") or pathway_source)
    by_outcome = mapping(said.get("duration_by_outcome") or {}, (*place, "duration_by_outcome"))
    patience = said.get("patience")
    return StepScenario(
        duration=read_duration(said.get("duration"), (*place, "duration"), source),
        outcomes=shares(said.get("outcomes"), (*place, "outcomes")),
        service=str(said.get("service", "")),
        duration_by_outcome={
            outcome: read_duration(by_outcome[outcome], (*place, "duration_by_outcome", outcome), source)
            for outcome in sorted(map(str, by_outcome))
        },
        patience=None if patience is None else read_duration(patience, (*place, "patience"), source),
        abandons_as=str(said.get("abandons_as", "")),
        takes=whole(said.get("takes", 1), (*place, "takes")),
        milestones=shares(said.get("milestones"), (*place, "milestones")),
        begins_after=number(said.get("begins_after", 0), (*place, "begins_after")),
        answered_after=number(said["answered_after"], (*place, "answered_after"))
        if "answered_after" in said
        else None,
        source=source,
    )


def _initial(said: Mapping[str, Any], place: Place) -> InitialGroup:
    source = str(said.get("source", ""))
    elapsed = said.get("elapsed")
    return InitialGroup(
        pathway=str(said.get("pathway", "")),
        step=str(said.get("step", "")),
        count=whole(said.get("count"), (*place, "count")),
        state=said.get("state", "started"),
        elapsed=None if elapsed is None else read_duration(elapsed, (*place, "elapsed"), source),
        area=str(said.get("area", "")),
        priority=str(said.get("priority", "")),
        source=source,
    )


def _area(code: str, said: Mapping[str, Any], place: Place) -> Area:
    return Area(
        code=code,
        title=str(said.get("title", code)),
        share=number(said.get("share", 0), (*place, "share")),
        within=str(said.get("within", "")),
        source=str(said.get("source", "")),
    )


def _change(said: Mapping[str, Any], place: Place) -> Change:
    def optional_day(key: str) -> date | None:
        return None if said.get(key) is None else day(said[key], (*place, key))

    return Change(
        code=str(said.get("code", "")),
        title=str(said.get("title", "")),
        what=said.get("what", "demand"),
        pathway=str(said.get("pathway", "")),
        value=number(said.get("value"), (*place, "value")),
        since=day(said.get("from"), (*place, "from")),
        full_from=optional_day("full_from"),
        until=optional_day("until"),
        step=str(said.get("step", "")),
        outcome=str(said.get("outcome", "")),
        areas=tuple(str(area) for area in said.get("areas") or ()),
        before=number(said.get("before", 1), (*place, "before")),
        source=str(said.get("source", "")),
    )
