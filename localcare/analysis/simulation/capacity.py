"""How many places are open when: dates, shifts and sickness, as changes in the order of time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.plan import Plan
from localcare.analysis.simulation.scenario.model import CapacityPeriod, ServiceScenario, Sickness
from localcare.analysis.simulation.streams import Stream

Changes = list[tuple[int, int]]  # moment, places from then on


def changes_of(plan: Plan, service: ServiceScenario | None) -> Changes:
    """The places of a service by plan; the first change is at the beginning of the run."""
    if service is None:
        return [(0, c.UNLIMITED)]
    found: Changes = []
    for day in range(plan.calendar.days):
        period = _period(service, plan.calendar.ordinals[day])
        for hour, places in _of_day(period, (plan.calendar.ordinals[day] - 1) % 7):
            if not found or found[-1][1] != places:
                found.append((plan.calendar.at(day, hour), places))
    return found


def _period(service: ServiceScenario, day: int) -> CapacityPeriod | None:
    for period in service.capacity:
        if period.since.toordinal() <= day and (period.until is None or day <= period.until.toordinal()):
            return period
    return None


def _of_day(period: CapacityPeriod | None, weekday: int) -> Changes:
    """Hour and places; without a period there is no place at all."""
    if period is None:
        return [(0, 0)]
    shifts = [shift for shift in period.shifts if weekday in shift.weekdays]
    if not period.shifts:
        return [(0, c.UNLIMITED if period.places is None else period.places)]
    edges = sorted({0.0, *(shift.start for shift in shifts), *(shift.end for shift in shifts)} - {24.0})
    return [(edge, sum(one.places for one in shifts if one.start <= edge < one.end)) for edge in edges]  # type: ignore[misc]


def with_sickness(plan: Plan, code: str, sickness: Sickness, changes: Changes, stream: Stream) -> Changes:
    """The same places without those that are missing because staff are ill."""
    most = max(places for _, places in changes if places < c.UNLIMITED)
    missing = _spells(plan, sickness, most, stream(f"sickness:{code}"))
    counts = np.concatenate(
        (np.zeros((plan.calendar.days, 1), dtype=np.int64), np.cumsum(missing, axis=1)), axis=1
    )
    moments = sorted({*(moment for moment, _ in changes), *plan.calendar.midnights[:-1]})
    days = np.searchsorted(plan.calendar.midnights, moments, side="right") - 1
    places = np.array([places for _, places in changes])
    planned = places[np.searchsorted([moment for moment, _ in changes], moments, side="right") - 1]
    return [
        (moment, int(open_) if open_ >= c.UNLIMITED else int(open_ - counts[day, open_]))
        for moment, day, open_ in zip(moments, days, planned, strict=True)
    ]


def _spells(plan: Plan, sickness: Sickness, places: int, random: np.random.Generator) -> np.ndarray:
    """Day x place: whether it is missing."""
    weights = np.array(sickness.by_month or (1.0,) * 12)
    shares = sickness.share * weights / weights.mean()
    months = [plan.calendar.moment(at + 43_200_000_000).month - 1 for at in plan.calendar.midnights[:-1]]
    draws = random.random((plan.calendar.days + 1, places))
    missing = np.zeros((plan.calendar.days, places), dtype=np.int64)
    ill = draws[0] < min(shares[months[0]], 1.0)
    returns = 1 / max(1.0, sickness.spell_days)
    for day, month in enumerate(months):
        share = min(shares[month], 0.99)
        falls_ill = min(1.0, returns * share / (1 - share))
        ill = np.where(ill, draws[day + 1] >= returns, draws[day + 1] < falls_ill)
        missing[day] = ill
    return missing


def timeline(
    plan: Plan, planned: Sequence[Changes], stream: Stream
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All changes of one replication in their order: moments, services, places."""
    rows = []
    for place, (service, changes) in enumerate(zip(plan.services, planned, strict=True)):
        sickness = service.scenario.sickness if service.scenario else None
        limited = [places for _, places in changes if 0 < places < c.UNLIMITED]
        actual = (
            with_sickness(plan, service.code, sickness, changes, stream) if sickness and limited else changes
        )
        rows += [(moment, place, places) for moment, places in actual]
    found = np.array(sorted(rows), dtype=np.int64).reshape(-1, 3)
    return found[:, 0].copy(), found[:, 1].copy(), found[:, 2].copy()
