"""How many places a service had, as far as its queue shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from localcare.analysis.simulation.scenario.distributions import Array
from localcare.analysis.simulation.scenario.fitting.observed import Tasks

WEEK = 168.0
LEAST_IN_AN_HOUR = 0.1  # hours of waiting in one hour of the day, over all days
LEAST_WAITING_HOURS = 2.0  # of a week with somebody waiting, to tell its places
HOURS_BACK = 8 * WEEK  # how far back hours of the day are looked at
ENOUGH_WAITED = 30  # tasks that waited, to tell places from them
STEADY = 0.8  # part of the waiting time with one and the same number taken: then that is how many there are

STEADY_BY_HOUR = 0.6  # less, because after places close some are still taken for a while


@dataclass(frozen=True)
class Places:
    """What was seen of a service's places."""

    places: int | None  # at the end; None: never seen full
    by_week: tuple[int | None, ...]  # None: nobody waited long enough in that week to tell
    most_taken: int
    says: str
    shifts: tuple[dict[str, Any], ...] = ()  # where the hour of the day makes a difference

    @property
    def is_endless(self) -> bool:
        """Whether it is taken to be without limit."""
        return self.places is None and not self.shifts

    def capacity(self, first_day: str) -> list[dict[str, Any]]:
        """The words of the capacity from a day on."""
        if self.shifts:
            return [
                {"from": first_day, "shifts": [dict(shift) for shift in self.shifts], "source": self.says}
            ]
        return [
            {
                "from": first_day,
                "places": "unlimited" if self.places is None else self.places,
                "source": self.says,
            }
        ]


def fit_places(tasks: Tasks, until: float, local: Callable[[float], datetime]) -> Places:
    """The places of the service that has these tasks, week by week, up to a moment.

    While somebody waits, all places are taken: so the number taken then is the number of places. Where it differs from
    moment to moment the hour of the day may tell; else people wait for something else, and no number is claimed.
    `local` gives the local time of an hour of the journal.
    """
    times, taken, waiting = _course(tasks, until)
    lasts = np.diff(np.append(times, until))
    most = int(taken.max(initial=0))
    weeks = max(int(np.ceil(until / WEEK - 1e-9)), 1)
    levels: list[int | None] = []
    steady_time = waiting_time = 0.0
    for week in range(weeks):
        inside = _inside(times, lasts, week * WEEK, (week + 1) * WEEK)
        held = np.where(waiting > 0, inside, 0.0)
        if held.sum() < LEAST_WAITING_HOURS:
            levels.append(None)
            continue
        at_level = np.bincount(taken.astype(int), weights=held)
        level = int(at_level.argmax())
        levels.append(level or None)  # who waits while nothing is taken does not wait for a place
        steady_time += float(at_level[level]) if level else 0.0
        waiting_time += float(held.sum())
    known = [level for level in levels if level is not None]
    if waiting_time == 0:
        return Places(
            None, tuple(levels), most, f"fitted: nobody waited for a place; at most {most} were taken"
        )
    waited = int(
        (np.where(np.isnan(tasks.started), tasks.finished, tasks.started) > tasks.requested + 1 / 60).sum()
    )
    if waited < ENOUGH_WAITED:
        says = f"fitted: only {waited} waited, too few to tell (at most {most} were taken): taken as without limit"
        return Places(None, tuple(levels), most, says)
    last = known[-1] if known else most
    is_steady = steady_time >= STEADY * waiting_time
    is_exceeded = _peak_of_told_weeks(times, taken, levels) > max(known, default=0)
    shifts = () if is_steady and not is_exceeded else _by_the_hour(times, taken, waiting, until, local)
    if shifts:
        says = (
            "fitted: taken whenever somebody waited, by the hour of the day; elsewhere the most that was seen"
        )
        return Places(last, tuple(levels), most, says, shifts)
    if is_exceeded or not is_steady:
        says = (
            f"fitted: people waited, but not for places (at most {most} were taken): taken as without limit"
        )
        return Places(None, tuple(levels), most, says)
    peak = int(_last_peak(times, taken, levels))
    if peak > last:
        says = f"fitted: at least {peak}, taken after the last time that somebody waited"
        return Places(peak, tuple(levels), most, says)
    return Places(
        last, tuple(levels), most, f"fitted: {last} were taken whenever somebody waited, at the end"
    )


def _by_the_hour(
    times: Array, taken: Array, waiting: Array, until: float, local: Callable[[float], datetime]
) -> tuple[dict[str, Any], ...]:
    """Shifts of weekdays and weekends, where within most hours one and the same number was taken while somebody waited."""
    begin = max(until - HOURS_BACK, 0.0)
    edges = np.arange(np.floor(begin), until)
    pieces = np.unique(np.concatenate([times[(times >= begin) & (times < until)], edges]))
    at = np.maximum(np.searchsorted(times, pieces, side="right") - 1, 0)
    lasts = np.diff(np.append(pieces, until))
    hours = [local(float(hour) + 0.5) for hour in edges]
    cell_of = np.array([24 * (moment.weekday() >= 5) + moment.hour for moment in hours])
    cells = cell_of[np.clip(np.searchsorted(edges, pieces, side="right") - 1, 0, len(edges) - 1)]
    levels: list[int | None] = []
    waited = steady = 0.0
    for cell in range(48):
        held = np.where((cells == cell) & (waiting[at] > 0), lasts, 0.0)
        if held.sum() < LEAST_IN_AN_HOUR:
            levels.append(None)
            continue
        at_level = np.bincount(taken[at].astype(int), weights=held)
        level = int(at_level.argmax())
        levels.append(level or None)
        waited, steady = waited + float(held.sum()), steady + (float(at_level[level]) if level else 0.0)
    if waited == 0 or steady < STEADY_BY_HOUR * waited:
        return ()
    most = int(taken[at].max())
    return tuple(
        shift
        for days, of in (("weekdays", slice(0, 24)), ("weekend", slice(24, 48)))
        for shift in _shifts(days, [most if level is None else level for level in levels[of]])
    )


def _shifts(days: str, places: list[int]) -> list[dict[str, Any]]:
    """Hours of the day with the same number of places, put together."""
    found: list[dict[str, Any]] = []
    begin = 0
    for hour in range(1, 25):
        if hour == 24 or places[hour] != places[begin]:
            found.append({"days": days, "hours": f"{begin:02d}:00-{hour:02d}:00", "places": places[begin]})
            begin = hour
    return found


def _course(tasks: Tasks, until: float) -> tuple[Array, Array, Array]:
    """Moments, and how many places were taken and people waited from each on."""
    started, finished = tasks.started, np.where(np.isnan(tasks.finished), np.inf, tasks.finished)
    left = np.where(
        np.isnan(started), finished, started
    )  # the queue is left by starting, or by ending without
    begun = ~np.isnan(started)
    moments = np.concatenate([started[begun], finished[begun], tasks.requested, left])
    more_taken = np.concatenate([np.ones(begun.sum()), -np.ones(begun.sum()), np.zeros(2 * len(left))])
    more_waiting = np.concatenate([np.zeros(2 * begun.sum()), np.ones(len(left)), -np.ones(len(left))])
    inside = moments <= until
    moments, more_taken, more_waiting = moments[inside], more_taken[inside], more_waiting[inside]
    order = np.argsort(moments, kind="stable")
    times, first = np.unique(moments[order], return_index=True)
    ends = np.append(first[1:], len(order)) - 1
    taken, waiting = np.cumsum(more_taken[order])[ends], np.cumsum(more_waiting[order])[ends]
    return times, taken, waiting


def _inside(times: Array, lasts: Array, begin: float, end: float) -> Array:
    return np.asarray(np.maximum(np.minimum(times + lasts, end) - np.maximum(times, begin), 0.0), float)


def _peak_of_told_weeks(times: Array, taken: Array, levels: list[int | None]) -> float:
    """The most that was taken in weeks that tell."""
    told = [week for week, level in enumerate(levels) if level is not None]
    inside = np.isin((times // WEEK).astype(int), told)
    return float(taken[inside].max(initial=0.0))


def _last_peak(times: Array, taken: Array, levels: list[int | None]) -> float:
    """The most that was taken after the last week that tells."""
    last = max(week for week, level in enumerate(levels) if level is not None)
    after = times >= (last + 1) * WEEK
    return float(taken[after].max(initial=0.0))
