"""What happened in one replication: its tasks and journeys as tables, in one order whichever engine made them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from localcare.analysis.simulation import columns as c


@dataclass(frozen=True)
class History:
    """Tasks in the order of asking, journeys in the order of opening; rows as in `columns`."""

    task_rows: np.ndarray
    journey_rows: np.ndarray
    people_time: np.ndarray  # people x microseconds at each service, as the engine counted while it ran
    events: int

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return len(self.task_rows)

    @property
    def journeys(self) -> int:
        """How many journeys there are."""
        return len(self.journey_rows)


def in_order(history: History) -> History:
    """Journeys by opening, pathway and number, tasks by asking, journey and round, so that engines can be compared."""
    rows = history.journey_rows
    journeys = np.lexsort((rows[:, c.NUMBER], rows[:, c.PATHWAY], rows[:, c.OPENED]))
    new_journey = _places(journeys)
    owner = new_journey[history.task_rows[:, c.JOURNEY]]
    tasks = np.lexsort((np.arange(history.tasks), owner, history.task_rows[:, c.REQUESTED]))
    new_task = _places(tasks)
    task_rows, journey_rows = history.task_rows[tasks], rows[journeys]
    task_rows[:, c.JOURNEY] = owner[tasks]
    for column in (c.BECAUSE, c.BEFORE):
        task_rows[:, column] = _renamed(task_rows[:, column], new_task)
    for column in (c.LAST_TASK, c.OPENED_FROM):
        journey_rows[:, column] = _renamed(journey_rows[:, column], new_task)
    journey_rows[:, c.PERSON] = new_journey[journey_rows[:, c.PERSON]]
    return History(task_rows, journey_rows, history.people_time, history.events)


def _places(order: np.ndarray) -> np.ndarray:
    found = np.empty(len(order), dtype=np.int64)
    found[order] = np.arange(len(order))
    return found


def _renamed(old: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The new numbers; -1 stays -1."""
    return np.where(old >= 0, places[np.maximum(old, 0)], old) if len(places) else old
