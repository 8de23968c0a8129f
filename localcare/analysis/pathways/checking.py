"""What is wrong with a pathway that can be read: names nobody knows, steps nobody reaches, clocks that cannot be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localcare.analysis.pathways.clock_checks import clock_faults
from localcare.analysis.pathways.errors import PathwayFault, Place, UnreadablePathway
from localcare.analysis.pathways.graph import arrows_of, following, reached_from, turned_round
from localcare.analysis.pathways.model import ANY_SERVICE, Outcome, Pathway, Span, Step
from localcare.analysis.pathways.naming import unknown, unknown_kind, unknown_setting
from localcare.analysis.pathways.reading import read_pathway
from localcare.analysis.pathways.spans import rough_length

CALLERS = ("person", "carer", "one-one-one", "care-home")  # who asks and is no service of ours (T089)
STOPS_ON = ("death", "opt-out")
HEADING = ("pathway", "title", "version", "intervention", "source", "owner", "review_by")


@dataclass(frozen=True)
class Known:
    """The names that a pathway may use; None where they cannot be known here and are not checked."""

    forms: Collection[str] | None = None
    service_kinds: Collection[str] | None = None
    hours: Collection[str] | None = None
    settings: Collection[str] | None = None
    pathways: Collection[str] | None = None


def faults_of(
    pathway_content: Mapping[str, Any],
    *,
    forms: Collection[str] | None = None,
    service_kinds: Collection[str] | None = None,
    hours: Collection[str] | None = None,
    settings: Collection[str] | None = None,
    pathways: Collection[str] | None = None,
) -> list[PathwayFault]:
    """Every fault, in the order heading, names, arrows, clocks; empty when the pathway can be lived."""
    known = Known(forms, service_kinds, hours, settings, pathways)
    heading = [*_heading_faults(pathway_content)]
    try:
        pathway = read_pathway(pathway_content)
    except UnreadablePathway as error:
        return [*heading, error.found]
    return [
        *heading,
        *_names_of_pathway(pathway, known),
        *(fault for step in pathway.steps.values() for fault in _names_of_step(step, pathway, known)),
        *_arrow_faults(pathway),
        *_waiting_faults(pathway),
        *(fault for step in pathway.steps.values() for fault in _lasting_faults(step)),
        *clock_faults(pathway, pathway_content, hours=hours, settings=settings, kinds=_kinds(known)),
    ]


def _heading_faults(content: Mapping[str, Any]) -> Iterator[PathwayFault]:
    for key in HEADING:
        if not content.get(key):
            yield PathwayFault((), f"{key} is missing", f"Add {key}: a pathway says {', '.join(HEADING)}")
    if not content.get("steps"):
        yield PathwayFault((), "It has no steps", "Add steps: and at least one step")


def _kinds(known: Known) -> Collection[str] | None:
    return None if known.service_kinds is None else {*known.service_kinds, ANY_SERVICE}


def _names_of_pathway(pathway: Pathway, known: Known) -> Iterator[PathwayFault]:
    kinds = _kinds(known)
    yield from unknown(("opens_with",), "form", pathway.opens_with, known.forms)
    for position, opener in enumerate(pathway.opened_by):
        callers = None if kinds is None else {*kinds, *CALLERS}
        yield from unknown(("opened_by", position), "kind of service or caller", opener, callers)
    for position, start in enumerate(pathway.starts_with):
        yield from unknown(("starts_with", position), "step", start, pathway.steps)
    for change, end in pathway.stops_on.items():
        yield from unknown(("stops_on", change), "reason to stop", change, STOPS_ON)
        yield from unknown(("stops_on", change), "end", end, pathway.ends, empty_is_fine=False)
    used = {
        outcome.end or outcome.stop for step in pathway.steps.values() for outcome in step.outcomes.values()
    }
    for end in pathway.ends:
        if end not in used and end not in pathway.stops_on.values():
            remedy = "Take it out, or let an outcome lead to it"
            yield PathwayFault(("ends", end), f"Nothing leads to the end {end!r}", remedy)


def _names_of_step(step: Step, pathway: Pathway, known: Known) -> Iterator[PathwayFault]:
    place: Place = ("steps", step.code)
    kinds = _kinds(known)
    if not step.by:
        yield PathwayFault(place, f"Nobody does the step {step.code!r}", "Add by: and a kind of service")
    yield from unknown((*place, "by"), "kind of service", step.by, kinds)
    yield from unknown((*place, "form"), "form", step.form, known.forms)
    if step.lasts:
        yield from unknown((*place, "lasts", "review_form"), "form", step.lasts.review_form, known.forms)
        for key, span in (("up_to", step.lasts.up_to), ("review_every", step.lasts.review_every)):
            yield from unknown_setting((*place, "lasts", key), span, known.settings)
    if step.acceptance:
        inside = (*place, "acceptance")
        yield from unknown_setting((*inside, "within"), step.acceptance.within, known.settings)
        yield from unknown((*inside, "hours"), "working hours", step.acceptance.hours, known.hours)
        yield from unknown_kind((*inside, "then"), step.acceptance.escalation, kinds)
    if not step.outcomes:
        yield PathwayFault(
            place, f"The step {step.code!r} has no outcome", "Add outcomes: and where each leads"
        )
    for outcome in step.outcomes.values():
        yield from _names_of_outcome(outcome, (*place, "outcomes", outcome.code), pathway, known)


def _names_of_outcome(
    outcome: Outcome, place: Place, pathway: Pathway, known: Known
) -> Iterator[PathwayFault]:
    for to in outcome.to:
        yield from unknown(place, "step", to, pathway.steps)
    for end in (outcome.end, outcome.stop):
        yield from unknown(place, "end", end, pathway.ends)
    if sum(map(bool, (outcome.to, outcome.end, outcome.stop))) != 1:
        said = (
            "leads nowhere" if not (outcome.to or outcome.end or outcome.stop) else "leads two ways at once"
        )
        remedy = "Write one of: steps [one, two], end:CODE, or stop:CODE"
        yield PathwayFault(place, f"The outcome {outcome.code!r} {said}", remedy)
    for position, opening in enumerate(outcome.opens):
        names = None if known.pathways is None else {*known.pathways, pathway.code}
        yield from unknown((*place, "opens", position), "pathway", opening.pathway, names, False)


def _arrow_faults(pathway: Pathway) -> Iterator[PathwayFault]:
    arrows = arrows_of(pathway)
    reached = reached_from(pathway.starts_with, arrows)
    ending = {
        step.code for step in pathway.steps.values() if any(o.end or o.stop for o in step.outcomes.values())
    }
    can_end = reached_from(ending, turned_round(arrows))
    for code, step in pathway.steps.items():
        if code not in reached:
            remedy = "Let an outcome lead to it, name it in starts_with, or take it out"
            yield PathwayFault(("steps", code), f"Nothing leads to the step {code!r}", remedy)
        if step.outcomes and code not in can_end:
            remedy = "Let an outcome of it, or of a step after it, lead to end:CODE"
            yield PathwayFault(("steps", code), f"From the step {code!r} no end can be reached", remedy)


def _waiting_faults(pathway: Pathway) -> Iterator[PathwayFault]:
    """Steps that wait for all branches: not at the start, and never two for each other."""
    arrows = arrows_of(pathway)
    waiting = [code for code, step in pathway.steps.items() if step.after == "all"]
    for code in waiting:
        if code in pathway.starts_with:
            fault = f"The step {code!r} begins the pathway and waits for all branches: there are none yet"
            yield PathwayFault(("steps", code, "after"), fault, "Take after: all out, or start elsewhere")
        for other in waiting:
            if code < other and other in following(code, arrows) and code in following(other, arrows):
                fault = f"The steps {code!r} and {other!r} wait for all branches, and each leads to the other"
                remedy = "Let only one of them wait with after: all"
                yield PathwayFault(("steps", code, "after"), fault, remedy)


def _lasting_faults(step: Step) -> Iterator[PathwayFault]:
    lasts = step.lasts
    if lasts is None:
        return
    place: Place = ("steps", step.code, "lasts")
    for key, span in (("up_to", lasts.up_to), ("review_every", lasts.review_every)):
        if span is not None and not span.setting and span.amount <= 0:
            yield PathwayFault((*place, key), "It lasts no time", "Write at least 1m, 1h, 1d or 1w")
    every = lasts.review_every
    if every is None or every.setting or lasts.up_to.setting:
        return
    if rough_length(every) > rough_length(lasts.up_to) > rough_length(Span()):
        remedy = "Review more often than it lasts"
        yield PathwayFault((*place, "review_every"), "The first review comes after the end", remedy)
