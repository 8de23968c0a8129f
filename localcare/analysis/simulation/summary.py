"""The measures of a run: one value a replication, and intervals over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.calendar import MINUTE
from localcare.analysis.simulation.closed_forms.answers import ClosedAnswer
from localcare.analysis.simulation.counting import FINE, TENTH
from localcare.analysis.simulation.intervals import interval
from localcare.analysis.simulation.replication import Figures

if TYPE_CHECKING:
    from localcare.analysis.simulation.result import SimulationResult

OF = ("pathway", "step", "service", "clock")
PER_DAY = {
    "asked_per_day": c.ASKED,
    "started_per_day": c.BEGAN,
    "finished_per_day": c.FINISHED,
    "gave_up_per_day": c.GAVE_UP_THAT_DAY,
    "turned_away_per_day": c.TURNED_AWAY_THAT_DAY,
}


@dataclass(frozen=True)
class Measure:
    """One measure of one thing, with a value for each replication."""

    name: str
    unit: str
    of: Mapping[str, str]
    values: np.ndarray


def measures(result: SimulationResult) -> Iterator[Measure]:
    """Every measure of a run."""
    plan = result.prepared.plan
    for row, service in enumerate(plan.services):
        yield from _of_row(result, row, {"service": service.code}, is_service=True)
    for row, (place, step) in enumerate(plan.steps, start=len(plan.services)):
        yield from _of_row(result, row, {"pathway": plan.pathways[place].code, "step": step.code})
    for number, (row, clock) in enumerate(result.clocks.clocks):
        place, step = plan.steps[row]
        of = {"pathway": plan.pathways[place].code, "step": step.code, "clock": clock.code}
        counts = np.array(
            [one.clocks[number, plan.scenario.warm_up_days :].sum(axis=0) for one in result.figures],
            dtype=float,
        )
        yield Measure("met", "share", of, _ratio(counts[:, c.MET], counts.sum(axis=1)))
        yield Measure("clocks_per_day", "a day", of, counts.sum(axis=1) / plan.scenario.days)
    for place, pathway in enumerate(plan.pathways):
        of = {"pathway": pathway.code}
        ended = np.array([one.ended[place].sum() for one in result.figures]) / plan.scenario.days
        yield Measure("ended_per_day", "a day", of, ended)


def _of_row(
    result: SimulationResult, row: int, of: Mapping[str, str], is_service: bool = False
) -> Iterator[Measure]:
    scenario = result.scenario
    days, counted = scenario.days, slice(scenario.warm_up_days, None)

    def each(value: Callable[[Figures], Any]) -> np.ndarray:
        return np.array([value(one) for one in result.figures], dtype=float)

    for name, column in PER_DAY.items():
        at = column
        yield Measure(name, "a day", of, each(lambda one: one.daily[row, counted, at].sum()) / days)  # noqa: B023
    began = each(lambda one: one.daily[row, counted, c.BEGAN].sum())
    waited = each(lambda one: one.waited[row, counted].sum()) / MINUTE
    yield Measure("mean_wait", "minutes", of, _ratio(waited, began))
    yield Measure("waited", "share", of, each(lambda one: _share_waited(one.waits[row])))
    yield Measure("wait_p50", "minutes", of, each(lambda one: quantile(one.waits[row], 0.5)))
    yield Measure("wait_p95", "minutes", of, each(lambda one: quantile(one.waits[row], 0.95)))
    midnights = result.prepared.plan.calendar.midnights
    window = midnights[-1] - midnights[scenario.warm_up_days]
    yield Measure("waiting", "people", of, each(lambda one: one.totals[row, c.TIME_WAITING]) / window)
    occupied = each(lambda one: one.totals[row, c.TIME_OCCUPIED])
    yield Measure("occupied", "places", of, occupied / window)
    if is_service and all(one.places_time[row] > 0 for one in result.figures):
        yield Measure("utilisation", "share", of, _ratio(occupied, each(lambda one: one.places_time[row])))
        yield Measure("open_places", "places", of, each(lambda one: one.places_time[row]) / window)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0))


def _share_waited(waits: np.ndarray) -> float:
    return float(waits[1:].sum() / waits.sum()) if waits.sum() else np.nan


def quantile(waits: np.ndarray, share: float) -> float:
    """The wait in minutes that a share does not exceed, to within a sixteenth of it; nan when nobody began."""
    total = waits.sum()
    if not total:
        return np.nan
    place = int(np.searchsorted(np.cumsum(waits), share * total))
    if place == 0:
        return 0.0
    above, within = max(0, (place - 1) // FINE - 1), 0
    within = place - 1 - above * FINE
    return float(((within + 0.5) * 2**above) * TENTH / MINUTE)


def share_within(waits: np.ndarray, minutes: float) -> float:
    """The share of those who began that waited no longer, to within a sixteenth of the limit."""
    from localcare.analysis.simulation.counting import bin_of

    total = waits.sum()
    last = getattr(bin_of, "py_func", bin_of)(int(minutes * MINUTE))
    return float(waits[: last + 1].sum() / total) if total else np.nan


def summary(result: SimulationResult) -> Any:
    """The table of intervals."""
    rows = []
    for one in measures(result):
        found = interval(one.values)
        rows.append(
            {"measure": one.name, **{key: one.of.get(key, "") for key in OF}, "unit": one.unit, "mean": found.mean,
             "lower": found.lower, "upper": found.upper, "sd": found.sd}
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=_schema())


def _schema() -> Any:
    words = [(name, pa.string()) for name in ("measure", *OF, "unit")]
    return pa.schema([*words, *((name, pa.float64()) for name in ("mean", "lower", "upper", "sd"))])


def find(table: Any, name: str, of: Mapping[str, str]) -> dict[str, Any]:
    """One row of the summary; what is not said must be empty there."""
    for row in table.to_pylist():
        if row["measure"] == name and all(row[key] == of.get(key, "") for key in OF):
            return dict(row)
    raise LookupError(f"the run has no measure {name!r} of {dict(of)}")


def values(result: SimulationResult, name: str, of: Mapping[str, str]) -> np.ndarray:
    """A measure in each replication."""
    for one in measures(result):
        if one.name == name and all(one.of.get(key, "") == of.get(key, "") for key in OF):
            return one.values
    raise LookupError(f"the run has no measure {name!r} of {dict(of)}")


def littles_law(result: SimulationResult) -> Any:
    """Of each service: people there on average as counted while it ran, and as arrivals x mean time, over all replications."""
    plan = result.prepared.plan
    rows = []
    for row, service in enumerate(plan.services):
        counted = sum(int(one.people_time[row]) for one in result.figures)
        from_tasks = sum(int(one.totals[row, c.TIME_THERE]) for one in result.figures)
        over = plan.calendar.end * len(result.figures)
        rows.append(
            {"service": service.code, "number": counted / over, "arrivals_times_time": from_tasks / over,
             "holds": counted == from_tasks}
        )  # fmt: skip
    return pa.Table.from_pylist(rows)


def closed_summary(answer: ClosedAnswer) -> Any:
    """What closed forms say, in the shape of a run's summary, without intervals."""
    rows = []
    for code, one in answer.services.items():
        said = {
            ("asked_per_day", "a day"): one.asked_per_day,
            ("mean_wait", "minutes"): None if one.mean_wait_hours is None else one.mean_wait_hours * 60,
            ("waited", "share"): one.wait_probability,
            ("occupied", "places"): one.load * (1 - one.lost),
            ("utilisation", "share"): one.utilisation,
        }
        rows += [
            {"measure": name, "pathway": "", "step": "", "service": code, "clock": "", "unit": unit, "mean": value,
             "lower": None, "upper": None, "sd": None}
            for (name, unit), value in said.items()
            if value is not None
        ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=_schema())
