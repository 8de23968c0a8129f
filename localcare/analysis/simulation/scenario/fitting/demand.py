"""How many begin a pathway, at which hours and on which days."""

from __future__ import annotations

from typing import Any

import numpy as np

from localcare.analysis.simulation.scenario.fitting.observed import Observed

ENOUGH_FOR_HOURS = 240  # journeys: ten an hour of the day
ENOUGH_FOR_WEEKDAYS = 140
ENOUGH_FOR_MONTHS = 2 * 365  # days
PLACES = 4


def fit_demand(observed: Observed, pathway: str, until: float) -> dict[str, Any] | None:
    """The words of the demand of a pathway up to a moment; None when all its journeys are opened by others."""
    journeys = observed.journeys
    chosen = (
        (journeys.pathway == pathway) & journeys.is_new & (journeys.opened < until) & (journeys.opened >= 0)
    )
    opened = journeys.opened[chosen]
    if len(opened) == 0:
        return None
    days = until / 24
    demand: dict[str, Any] = {"per_day": float(f"{len(opened) / days:.5g}")}
    local = [observed.local(float(hour)) for hour in opened]
    notes = []
    if len(opened) >= ENOUGH_FOR_HOURS:
        hours = np.bincount([moment.hour for moment in local], minlength=24)
        demand["by_hour"] = _weights(hours + 0.5)
    else:
        notes.append("too few for hours of the day")
    if len(opened) >= ENOUGH_FOR_WEEKDAYS and days >= 14:
        counts = np.bincount([moment.weekday() for moment in local], minlength=7)
        demand["by_weekday"] = _weights((counts + 0.5) / _days_of_each(observed, until))
    else:
        notes.append("too few for days of the week")
    if days >= ENOUGH_FOR_MONTHS:
        months = np.bincount([moment.month - 1 for moment in local], minlength=12)
        demand["by_month"] = _weights(months / _days_of_months(observed, until))
    else:
        notes.append("less than two years, so no season")
    said = f"fitted: {len(opened)} journeys in {days:.0f} days" + (f"; {', '.join(notes)}" if notes else "")
    if pathway in observed.by_hand:
        said += "; those asked for by hand from another pathway count as demand of its own"
    return {**demand, "source": said}


def _weights(values: Any) -> list[float]:
    given = np.asarray(values, float)
    return [round(float(value), PLACES) for value in given / given.mean()]


def _days_of_each(observed: Observed, until: float) -> Any:
    """How many of each weekday there are, parts of days included."""
    hours = np.arange(0, until, 1.0)
    return np.maximum(
        np.bincount([observed.local(float(h)).weekday() for h in hours], minlength=7) / 24, 1e-9
    )


def _days_of_months(observed: Observed, until: float) -> Any:
    days = np.arange(0, until, 24.0)
    return np.maximum(np.bincount([observed.local(float(h)).month - 1 for h in days], minlength=12), 1e-9)
