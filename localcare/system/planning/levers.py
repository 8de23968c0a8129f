"""What can be moved in a scenario: places, people who come, lengths of stay, branches, dates of a roll-out.

The levers are read off the words of the scenario itself, so every scenario has its form without more being written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.scenario.lookup import pathways_of
from localcare.analysis.simulation.scenario.model import CapacityPeriod, Change, Scenario
from localcare.analysis.simulation.scenario.reading_services import UNLIMITED
from localcare.kernel.nhs_design.formatting import format_short_date
from localcare.system.planning.lengths import average, many

Group = Literal["places", "dates", "people", "stays", "branches", "changes"]
Kind = Literal["whole", "number", "percent", "day"]
Place = tuple[str | int, ...]

GROUPS: Mapping[Group, str] = {
    "places": "Places and staff",
    "dates": "When places open and close",
    "people": "People who come",
    "stays": "How long it takes",
    "branches": "Where people go next",
    "changes": "What changes, and when",
}


@dataclass(frozen=True)
class Lever:
    """One number of the scenario: its name in a form, where it stands, what it is now and what it may be."""

    name: str
    group: Group
    kind: Kind
    place: Place  # keys that lead to it in the words of the scenario
    title: str
    unit: str
    now: float | date | None  # None: places without limit
    about: str = ""  # code of the service, pathway or change it belongs to
    heading: str = ""  # what it stands under among its group
    label: str = ""  # the title where the heading is in sight

    @property
    def short(self) -> str:
        """The title under its heading."""
        return self.label or self.title

    @property
    def shown(self) -> str:
        """The number as a person writes it."""
        return shown(self.now)


def shown(value: float | date | None) -> str:
    """A number without needless noughts, a day as YYYY-MM-DD."""
    if value is None:
        return "no limit"
    if isinstance(value, date):
        return value.isoformat()
    return f"{round(value, 4):.10g}"


def levers_of(
    content: Mapping[str, Any], scenario: Scenario, pathways: Mapping[str, Pathway]
) -> tuple[Lever, ...]:
    """Every lever of a scenario in the order of its form; `content` is what `scenario` was read from."""
    known = pathways_of(scenario, pathways)
    return (
        *_places(content, scenario),
        *_dates(scenario),
        *_people(content, scenario, known),
        *_stays(scenario, known),
        *_branches(scenario, known),
        *_changes(scenario),
    )


def _places(content: Mapping[str, Any], scenario: Scenario) -> Iterator[Lever]:
    for code, service in scenario.services.items():
        periods = content["services"][code]["capacity"]
        for at, said in enumerate(periods):
            when = _when(service.capacity[at].since, service.capacity[at].until) if len(periods) > 1 else ""
            base: Place = ("services", code, "capacity", at)
            if "places" in said:
                yield Lever(
                    f"places.{code}.{at}",
                    "places",
                    "whole",
                    (*base, "places"),
                    f"{service.title}{when}",
                    many(service.unit),
                    None if said["places"] == UNLIMITED else float(said["places"]),
                    code,
                    heading=service.title if when else "",
                    label=when[2:3].upper() + when[3:],
                )
            for shift, one in enumerate(said.get("shifts") or ()):
                hours = f", {one.get('days', 'daily')} {one.get('hours', '')}".rstrip()
                yield Lever(
                    f"places.{code}.{at}.{shift}",
                    "places",
                    "whole",
                    (*base, "shifts", shift, "places"),
                    f"{service.title}{when}{hours}",
                    many(service.unit),
                    float(one["places"]),
                    code,
                    heading=service.title,
                    label=f"{when}{hours}"[2:3].upper() + f"{when}{hours}"[3:],
                )
        if service.sickness is not None:
            yield Lever(
                f"sickness.{code}",
                "places",
                "percent",
                ("services", code, "sickness", "share"),
                f"{service.title}: missing through sickness",
                "%",
                service.sickness.share * 100,
                code,
                heading=service.title,
                label="Missing through sickness",
            )


def _dates(scenario: Scenario) -> Iterator[Lever]:
    """The day on which each period of capacity after the first begins; the one before it ends the day before."""
    for code, service in scenario.services.items():
        for at, period in enumerate(service.capacity[1:], start=1):
            words = f"day on which {_opening(period, service.unit)}"
            yield Lever(
                f"opens.{code}.{at}",
                "dates",
                "day",
                ("services", code, "capacity", at, "from"),
                f"{service.title}: {words}",
                "",
                period.since,
                code,
                heading=service.title,
                label=f"{words[:1].upper()}{words[1:]}",
            )


def _opening(period: CapacityPeriod, unit: str) -> str:
    if period.shifts:
        return "these shifts begin"
    if period.places is None:
        return "there is no limit any more"
    return f"there are {period.places} {many(unit)}" if period.places != 1 else f"there is one {unit}"


def _people(
    content: Mapping[str, Any], scenario: Scenario, pathways: Mapping[str, Pathway]
) -> Iterator[Lever]:
    for code, asked in scenario.pathways.items():
        if asked.demand is None:
            continue
        base: Place = ("pathways", code, "demand")
        title = pathways[code].title or code
        yield Lever(
            f"people.{code}",
            "people",
            "number",
            (*base, "per_day"),
            title,
            "a day",
            asked.demand.per_day,
            code,
        )
        if content["pathways"][code]["demand"].get("growth_per_year"):
            yield Lever(
                f"growth.{code}",
                "people",
                "percent",
                (*base, "growth_per_year"),
                f"{title}: growth",
                "% a year",
                asked.demand.growth_per_year * 100,
                code,
            )


def _stays(scenario: Scenario, pathways: Mapping[str, Pathway]) -> Iterator[Lever]:
    for code, asked in scenario.pathways.items():
        for step, said in asked.steps.items():
            mean = average(said.duration)
            if mean <= 0:
                continue
            yield Lever(
                f"stay.{code}.{step}",
                "stays",
                "number",
                ("pathways", code, "steps", step, "duration"),
                _step_title(pathways[code], step, alone=len(scenario.pathways) == 1),
                f"{said.duration.unit} on average",
                mean,
                code,
                heading=pathways[code].title if len(scenario.pathways) > 1 else "",
                label=pathways[code].steps[step].title,
            )


def _branches(scenario: Scenario, pathways: Mapping[str, Pathway]) -> Iterator[Lever]:
    for code, asked in scenario.pathways.items():
        for step, said in asked.steps.items():
            taken = {outcome: share for outcome, share in said.outcomes.items() if share > 0}
            if len(said.outcomes) < 2 or not taken:
                continue
            known = pathways[code].steps[step]
            for outcome, share in said.outcomes.items():
                words = known.outcomes[outcome].title if outcome in known.outcomes else outcome
                yield Lever(
                    f"branch.{code}.{step}.{outcome}",
                    "branches",
                    "percent",
                    ("pathways", code, "steps", step, "outcomes", outcome),
                    f"{_step_title(pathways[code], step, alone=len(scenario.pathways) == 1)}: {words}",
                    "%",
                    share * 100,
                    f"{code}.{step}",
                    heading=_step_title(pathways[code], step, alone=len(scenario.pathways) == 1),
                    label=words,
                )


def _changes(scenario: Scenario) -> Iterator[Lever]:
    for at, change in enumerate(scenario.changes):
        base: Place = ("changes", at)
        kind, unit = _as_said(change)
        yield _of_change(f"change.{at}", kind, (*base, "value"), change, "How much", unit, change.value * 100)
        yield _of_change(f"from.{at}", "day", (*base, "from"), change, "Begins on", "", change.since)
        if change.full_from is not None:
            yield _of_change(
                f"full.{at}", "day", (*base, "full_from"), change, "In full from", "", change.full_from
            )


def _of_change(
    name: str, kind: Kind, place: Place, change: Change, label: str, unit: str, now: float | date
) -> Lever:
    title = change.title if label == "How much" else f"{change.title}: {label[:1].lower()}{label[1:]}"
    return Lever(name, "changes", kind, place, title, unit, now, change.code, change.title, label)


def _as_said(change: Change) -> tuple[Kind, str]:
    units = {"demand": "% of the people", "duration": "% of the length", "share": "%"}
    return "percent", units[change.what]


def _step_title(pathway: Pathway, step: str, *, alone: bool) -> str:
    title = pathway.steps[step].title
    return title if alone else f"{pathway.title}: {title[:1].lower()}{title[1:]}"


def _when(since: date, until: date | None) -> str:
    return f", from {format_short_date(since)}" + (f" to {format_short_date(until)}" if until else "")
