"""The question the other way round: the aim is said, and the number that reaches it is looked for by closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import numpy as np

from localcare.analysis.simulation.closed_forms.answer import answer
from localcare.analysis.simulation.closed_forms.answers import ServiceAnswer
from localcare.analysis.simulation.closed_forms.inverse import beds_for
from localcare.analysis.simulation.scenario.files import shipped_pathways
from localcare.analysis.simulation.scenario.lookup import pathways_of, service_of
from localcare.analysis.simulation.scenario.model import Scenario
from localcare.kernel.nhs_design.formatting import format_number
from localcare.system.planning.forms import query_of
from localcare.system.planning.lengths import in_words, many
from localcare.system.planning.levers import Lever, shown
from localcare.system.planning.moving import Moves
from localcare.system.planning.questions import Base

SAYS = (
    "Worked out from formulas for the long run: it leaves out what was left over from the days before and what they cannot "
    "know. Put the number into the scenario and run it in full before anybody relies on it."
)
STEPS = 18  # halvings of the length of stay: to a thousandth of one per cent
LEAST_STAY = 0.02  # of the length now


@dataclass(frozen=True)
class Aim:
    """So many of all people are taken up within so many hours."""

    share: float
    hours: float

    def __str__(self) -> str:
        within = "at once" if self.hours == 0 else f"within {in_words(self.hours)}"
        return f"{self.share * 100:.4g} in 100 to be taken up {within}"


@dataclass(frozen=True)
class Solution:
    """What it takes, in words and around it, and the address of the scenario with it (empty when there is none)."""

    words: str
    headings: tuple[Any, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    says: str = SAYS
    query: str = ""


def solvable(scenario: Scenario) -> dict[str, str]:
    """The services that can be asked about, with their titles: those with places first, then those without limit."""
    limited = {
        code
        for code, one in scenario.services.items()
        if any(period.places is not None or period.shifts for period in one.capacity)
    }
    ordered = sorted(scenario.services.items(), key=lambda pair: pair[0] not in limited)
    return {code: service.title for code, service in ordered}


def solve(base: Base, moves: Moves, *, kind: str, service: str, aim: Aim) -> Solution:
    """What reaches the aim: `kind` places or stay, of one service of the moved scenario."""
    now = _asked(base, moves, service)
    if now is None:
        return Solution("Nobody comes to this service in the scenario, so nothing is needed.")
    if math.isinf(now.places):
        return _beds(now, aim, kind)
    return _places(base, moves, now, aim) if kind == "places" else _stay(base, moves, now, aim)


def _asked(base: Base, moves: Moves, service: str) -> ServiceAnswer | None:
    found = answer(base.moved(moves)[1], shipped_pathways())
    return found.services.get(service) if found else None


def reached(one: ServiceAnswer | None, aim: Aim, days: slice | None = None) -> float | None:
    """The share that is taken up in time, on some of the counted days or on all; None where no formula answers."""
    if one is None or one.waits is None:
        return None
    waits = one.waits
    if days is None:
        return (1 - one.lost) * waits.share_within(aim.hours)
    pieces = len(waits.weight) // len(one.load_by_day)
    part = slice((days.start or 0) * pieces, None if days.stop is None else days.stop * pieces)
    weight = waits.weight[part]
    if weight.sum() <= 0:
        return 1.0
    if_waiting = waits.mean_hours[part] / np.maximum(waits.probability[part], 1e-300)
    longer = waits.probability[part] * np.exp(-aim.hours / np.maximum(if_waiting, 1e-300))
    return float((1 - one.lost) * (1 - np.dot(weight, longer) / weight.sum()))


def _beds(now: ServiceAnswer, aim: Aim, kind: str) -> Solution:
    """A service without limit: how many places would do, if nobody were kept waiting for one."""
    if kind != "places":
        return Solution(
            f"{now.title} has no limit in this scenario, so nobody waits whatever the length of stay."
        )
    beds = beds_for(now.load, delayed_at_most=1 - aim.share)
    return Solution(
        f"{now.title}: {format_number(beds)} {many(now.unit)} for {format_number(aim.share * 100, 1)} in 100 to find one free "
        f"at once, where {format_number(now.load, 1)} are needed on average.",
        says=f"By Erlang's formula B, which holds for any lengths of stay. {SAYS}",
    )


def _places(base: Base, moves: Moves, now: ServiceAnswer, aim: Aim) -> Solution:
    """The fewest places of each period that reach the aim on the days of that period, the others taken as plenty."""
    levers = [
        one
        for one in base.levers
        if one.about == now.service
        and (one.group, one.kind) == ("places", "whole")
        and moves.get(one.name, one.now) is not None
    ]
    plenty = float(math.ceil(now.most_load * 3 + 100))
    found: dict[str, float] = {}
    rows = []
    for period, several in _periods(base.moved(moves)[1], now.service, levers):
        rest = {one.name: plenty for one in levers if one not in several}

        def enough(
            more: int, several: Sequence[Lever] = several, rest: Moves = rest, period: slice = period
        ) -> bool:
            tried = {**moves, **rest, **_each(moves, several, more)}
            share = reached(_asked(base, tried, now.service), aim, period)
            return share is not None and share >= aim.share

        least = -int(max(float(moves.get(one.name, one.now)) for one in several))  # type: ignore[arg-type]
        more = _fewest(enough, least, int(plenty))
        if more is None:
            return _unreachable(base, moves, now, aim)
        found |= _each(moves, several, more)
        rows += [(one.title, _is_now(moves, one), shown(found[one.name])) for one in several]
    same = all(found[one.name] == float(moves.get(one.name, one.now)) for one in levers if one.name in found)  # type: ignore[arg-type]
    needed = ", ".join(dict.fromkeys(f"{needs} {many(now.unit)}" for _, _, needs in rows))
    words = f"{now.title}: {needed} for {aim}."
    return Solution(
        words + (" That is what the scenario has." if same else ""),
        ("Places", {"text": "Now", "numeric": True}, {"text": "Needed", "numeric": True}),
        tuple(rows),
        query=urlencode(query_of(base.levers, {**moves, **found})),
    )


def _each(moves: Moves, levers: Sequence[Lever], more: int) -> dict[str, float]:
    """So many more places at each of the levers of a period, never fewer than none."""
    return {one.name: max(float(moves.get(one.name, one.now)) + more, 0.0) for one in levers}  # type: ignore[arg-type]


def _is_now(moves: Moves, lever: Lever) -> str:
    return shown(moves.get(lever.name, lever.now))


def _periods(scenario: Scenario, service: str, levers: Sequence[Lever]) -> list[tuple[slice, list[Lever]]]:
    """The counted days of each period of capacity with its levers; periods outside the counted days are left out."""
    counted = scenario.starts_on + timedelta(days=scenario.warm_up_days)
    found = []
    for at, period in enumerate(scenario.services[service].capacity):
        first = max((period.since - counted).days, 0)
        after = (
            scenario.days if period.until is None else min((period.until - counted).days + 1, scenario.days)
        )
        several = [one for one in levers if one.place[3] == at]
        if first < after and several:
            found.append((slice(first, after), several))
    return found


def _fewest(enough: Callable[[int], bool], least: int, most: int) -> int | None:
    """The least number that is enough; enough stays enough."""
    if not enough(most):
        return None
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if enough(middle) else (middle, most)
    return most


def _stay(base: Base, moves: Moves, now: ServiceAnswer, aim: Aim) -> Solution:
    """The longest stays that reach the aim, all steps of the service made shorter alike."""
    levers = [one for one in base.levers if one.group == "stays" and _is_done_by(base, one, now.service)]
    if not levers:
        return Solution(f"{now.title} does nothing that takes time in this scenario.")

    def with_factor(factor: float) -> dict[str, float]:
        return {
            one.name: float(f"{float(moves.get(one.name, one.now)) * factor:.6g}")  # type: ignore[arg-type]
            for one in levers
        }

    def enough(factor: float) -> bool:
        share = reached(_asked(base, {**moves, **with_factor(factor)}, now.service), aim)
        return share is not None and share >= aim.share

    if (share := reached(now, aim)) is not None and share >= aim.share:
        return Solution(
            f"{now.title}: nothing has to change. {format_number(share * 100, 1)} in 100 are taken up in time already."
        )
    if not enough(LEAST_STAY):
        return _unreachable(base, moves, now, aim)
    low, high = LEAST_STAY, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if enough(middle) else (low, middle)
    found = with_factor(math.floor(low * 1000) / 1000)
    rows = tuple(
        (one.title, f"{_is_now(moves, one)} {one.unit}", f"{found[one.name]:.3g} {one.unit}")
        for one in levers
    )
    fall = format_number((1 - low) * 100, 1)
    return Solution(
        f"{now.title}: stays must be {fall}% shorter for {aim}"
        + (f": {rows[0][2]} in place of {_is_now(moves, levers[0])}." if len(rows) == 1 else "."),
        ("Step", {"text": "Now", "numeric": True}, {"text": "At most", "numeric": True}),
        rows,
        query=urlencode(query_of(base.levers, {**moves, **found})),
    )


def _is_done_by(base: Base, lever: Lever, service: str) -> bool:
    pathway, step = str(lever.place[1]), str(lever.place[3])
    known = pathways_of(base.scenario, shipped_pathways())[pathway]
    areas = tuple(base.scenario.areas) or ("",)
    return any(service_of(base.scenario, known, step, area) == service for area in areas)


def _unreachable(base: Base, moves: Moves, now: ServiceAnswer, aim: Aim) -> Solution:
    why = now.why_not or f"Not even the most that was tried is enough for {aim}."
    return Solution(f"{now.title}: the formulas find no number. {why}")
