"""What is wrong with the clocks of a pathway: moments that cannot come, or come in the wrong order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from localcare.analysis.pathways.errors import PathwayFault, Place
from localcare.analysis.pathways.graph import Arrows, arrows_of, following
from localcare.analysis.pathways.model import Clock, Moment, Pathway, Step
from localcare.analysis.pathways.naming import unknown, unknown_kind, unknown_setting
from localcare.analysis.pathways.reading import pairs

ORDER = ("requested", "accepted", "booked", "started", "milestone", "done")  # what happens to a step, in turn


def clock_faults(
    pathway: Pathway,
    content: Mapping[str, Any],
    *,
    hours: Collection[str] | None,
    settings: Collection[str] | None,
    kinds: Collection[str] | None,
) -> Iterator[PathwayFault]:
    """The faults of all clocks, step by step."""
    arrows = arrows_of(pathway)
    said = dict(pairs(content.get("steps"), ("steps",)))
    for step in pathway.steps.values():
        seen: set[str] = set()
        for clock, place in zip(step.clocks, _places(step.code, said[step.code]), strict=True):
            if clock.code in seen:
                remedy = "Give each clock of a step a code of its own"
                yield PathwayFault(place, f"Two clocks are called {clock.code!r}", remedy)
            seen.add(clock.code)
            yield from unknown_setting((*place, "within"), clock.within, settings)
            yield from unknown((*place, "hours"), "working hours", clock.hours, hours)
            yield from unknown_kind((*place, "on_breach"), clock.on_breach, kinds)
            for priority in clock.priorities:
                yield from unknown((*place, "priorities"), "priority", priority, pathway.priorities)
            yield from _time_faults(clock, step, place, pathway, arrows)


def _places(step: str, said: Mapping[str, Any]) -> list[Place]:
    """Where the clocks of a step stand in the file, in the order in which they are read."""
    inside: Place = ("steps", step)
    single: list[Place] = [(*inside, "clock")] if said.get("clock") is not None else []
    return single + [(*inside, "clocks", code) for code, _ in pairs(said.get("clocks"), (*inside, "clocks"))]


def _time_faults(
    clock: Clock, step: Step, place: Place, pathway: Pathway, arrows: Arrows
) -> Iterator[PathwayFault]:
    if not clock.within.setting and clock.within.amount <= 0:
        yield PathwayFault((*place, "within"), "The clock leaves no time", "Write at least 1m, 1h, 1d or 1w")
    impossible = [
        *_moment_faults(clock.start, step, (*place, "from"), pathway),
        *_moment_faults(clock.stop, step, (*place, "to"), pathway),
    ]
    yield from impossible
    if impossible:
        return
    if clock.stop.event == "opened":
        remedy = "Stop it at something that happens to a step"
        yield PathwayFault((*place, "to"), "The clock stops when the journey opens, before all else", remedy)
    elif clock.counts_back:
        if clock.start.event != "booked":
            remedy = "Count back from: booked, or take counts_back out"
            yield PathwayFault(
                (*place, "from"), "The clock counts back from what is not a booked time", remedy
            )
    else:
        yield from _order_faults(clock, step, place, pathway, arrows)


def _moment_faults(moment: Moment, step: Step, place: Place, pathway: Pathway) -> Iterator[PathwayFault]:
    """Whether the moment can ever come."""
    unknown_step = [*unknown(place, "step", moment.step, pathway.steps)]
    yield from unknown_step
    if unknown_step:
        return
    whose = pathway.steps[moment.step] if moment.step else step
    if moment.event == "milestone" and moment.milestone not in whose.milestones:
        listed = ", ".join(whose.milestones) or "none yet"
        fault = f"The step {whose.code!r} has no milestone {moment.milestone!r}"
        yield PathwayFault(place, fault, f"Add it under milestones: there; known: {listed}")
    if moment.event == "booked" and not whose.books:
        fault = f"The step {whose.code!r} is never booked"
        yield PathwayFault(place, fault, "Add books: slot, list or bed there, or use another moment")


def _order_faults(
    clock: Clock, step: Step, place: Place, pathway: Pathway, arrows: Arrows
) -> Iterator[PathwayFault]:
    """Whether the clock can start before it stops, and start at all by the time its step is there."""
    first = "" if clock.start.event == "opened" else clock.start.step or step.code
    last = clock.stop.step or step.code
    if first and first != step.code and step.code not in following(first, arrows):
        fault = f"The clock of {step.code!r} starts at {first!r}, which does not come before it"
        yield PathwayFault((*place, "from"), fault, "Start it at this step or at one that leads here")
        return
    if first and first != last and last not in following(first, arrows):
        fault = f"The clock starts at {first!r} and stops at {last!r}, which does not come after it"
        yield PathwayFault((*place, "to"), fault, "Stop it at this step or at one that follows")
    if first == last and not _comes_before(clock.start, clock.stop, [*pathway.steps[first].milestones]):
        fault = f"The clock starts at {_said(clock.start)}, which is not before {_said(clock.stop)}"
        yield PathwayFault(place, fault, "Turn from: and to: round, or name another moment")


def _comes_before(start: Moment, stop: Moment, milestones: list[str]) -> bool:
    """Whether one moment of a step can come before another; pauses and refusals can come at any time."""
    if (start.event, start.milestone) == (stop.event, stop.milestone):
        return False
    if start.event not in ORDER or stop.event not in ORDER:
        return start.event != "done"
    if start.event == stop.event == "milestone":
        return milestones.index(start.milestone) < milestones.index(stop.milestone)
    return ORDER.index(start.event) < ORDER.index(stop.event)


def _said(moment: Moment) -> str:
    return f"milestone {moment.milestone!r}" if moment.milestone else moment.event
