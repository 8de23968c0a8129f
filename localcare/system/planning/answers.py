"""The answer at once, from closed forms: what the scenario says as it was and as it is moved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcare.analysis.simulation.closed_forms.answer import ASSUMPTIONS, answer
from localcare.analysis.simulation.closed_forms.answers import ServiceAnswer
from localcare.analysis.simulation.closed_forms.census import census_interval
from localcare.analysis.simulation.scenario.files import shipped_pathways
from localcare.kernel.nhs_design.formatting import format_number, plural
from localcare.system.planning.areas import AreaTable, by_area
from localcare.system.planning.lengths import in_words, many
from localcare.system.planning.moving import Moves
from localcare.system.planning.questions import Base

NOT_APPLICABLE = "No formula covers this scenario: run it in full to see the answer."
NUMERIC = ("People a day", "Places", "Places needed (19 days in 20 between)", "Have to wait", "Average wait")
HEADINGS: tuple[Any, ...] = ("Service", *({"text": text, "numeric": True} for text in NUMERIC))


@dataclass(frozen=True)
class Answer:
    """Words, a table, notes, and what the figures are and are not."""

    words: tuple[str, ...]
    headings: tuple[Any, ...]
    rows: tuple[tuple[str, ...], ...]
    without_limit: tuple[tuple[str, ...], ...]  # services that keep nobody waiting
    notes: tuple[str, ...]
    says: str
    areas: tuple[AreaTable, ...] = ()  # who comes where, where that changes


def answer_of(base: Base, moves: Moves) -> Answer:
    """The answer to a moved scenario, service by service, each beside what it was."""
    scenario = base.moved(moves)[1]
    areas = tuple(by_area(scenario, shipped_pathways()))
    after = answer(scenario, shipped_pathways()) if moves else base.said.closed
    if after is None:
        return Answer((), (), (), (), (), NOT_APPLICABLE, areas)
    other = base if moves else base.compared
    before = other.said.closed if other else None
    was = before.services if before else {}
    is_beside, beside = other is not None, "Before" if moves else "Without it"
    shown = [one for one in after.services.values() if not _is_idle(one)]
    return Answer(
        words=tuple(
            words
            for one in shown
            if (words := _sentence(one, was.get(one.service) if is_beside else None, beside))
        ),
        headings=HEADINGS,
        rows=tuple(_row(one, was.get(one.service)) for one in shown if math.isfinite(one.places)),
        without_limit=tuple(_row(one, was.get(one.service)) for one in shown if math.isinf(one.places)),
        notes=tuple(dict.fromkeys(note for one in shown for note in (_cannot(one), *_notes(one)) if note)),
        says="From formulas, for the long run: "
        + " ".join(ASSUMPTIONS)
        + " Run it in full for what these leave out.",
        areas=areas,
    )


def _is_idle(one: ServiceAnswer) -> bool:
    """A service where nothing takes time and nobody waits says nothing to anybody."""
    return math.isinf(one.places) and one.load < 0.005


def _row(one: ServiceAnswer, was: ServiceAnswer | None) -> tuple[str, ...]:
    cells = _cells(one)
    before = _cells(was) if was else cells
    return (
        one.title,
        *(now if now == then else f"{now} (was {then})" for now, then in zip(cells, before, strict=True)),
    )


def _cells(one: ServiceAnswer) -> tuple[str, ...]:
    low, high = census_interval(one.load)
    return (
        format_number(one.asked_per_day, 1),
        "no limit"
        if math.isinf(one.places)
        else format_number(one.places, 0 if one.places >= 20 or one.places == int(one.places) else 1),
        f"{format_number(one.load, 1)} ({format_number(low)} to {format_number(high)})",
        _waiting(one),
        "–" if one.mean_wait_hours is None else in_words(one.mean_wait_hours),
    )


def _waiting(one: ServiceAnswer) -> str:
    if one.wait_probability is None:
        return f"{plural(one.days_short, 'day')} short" if one.days_short else "–"
    lost = f"; {_hundred(one.lost)} lost" if one.lost >= 0.0005 else ""
    return f"{_hundred(one.wait_probability)}{lost}"


def _hundred(share: float) -> str:
    if share < 0.0005:
        return "hardly any"
    return f"{format_number(share * 100, 0 if share >= 0.1 else 1)} in 100"


def _sentence(one: ServiceAnswer, was: ServiceAnswer | None, beside: str) -> str:
    """What matters of a service in one sentence; nothing where nothing differs from what it is held against."""
    if math.isinf(one.places):
        return ""
    if was is None:
        return f"{one.title}: {_state(one)}."
    return "" if _state(one) == _state(was) else f"{one.title}: {_state(one)}. {beside}: {_state(was)}."


def _state(one: ServiceAnswer) -> str:
    if one.days_short:
        days = f"on {plural(one.days_short, 'day')} of {len(one.load_by_day)} more is asked than there is"
        return f"{days}, at worst by {format_number(one.most_missing, 0 if one.most_missing >= 10 else 1)} {many(one.unit)}"
    if one.mean_wait_hours is None:
        return f"{format_number(one.load, 1)} of {format_number(one.places, 1)} {many(one.unit)} are needed on average"
    wait = (
        f", {in_words(one.mean_wait_hours)} on average over all" if one.mean_wait_hours * 3600 >= 0.5 else ""
    )
    return f"{_waiting(one)} have to wait{wait}"


def _cannot(one: ServiceAnswer) -> str:
    return f"{one.title}: {one.why_not}" if one.why_not else ""


def _notes(one: ServiceAnswer) -> Mapping[str, None]:
    return dict.fromkeys(f"{one.title}: {note}" for note in one.notes)
