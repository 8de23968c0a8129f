"""Where somebody is while they wait for a step, and how long: what a delay costs, read off a journey."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from localcare.analysis.journal.timeline import TaskStanding
from localcare.analysis.pathways.model import Pathway, Step

LEFT_THE_BED = (("milestone", "left-hospital"), ("milestone", "arrived-home"))

Wait = tuple[TaskStanding, datetime, datetime | None]  # for which task, from when, until when (None: still)


def waits_in(pathway: Pathway, tasks: Iterable[TaskStanding], place: str) -> Iterator[Wait]:
    """The waits of a journey in a place: from when a step was asked for until it no longer keeps the person there.

    A refusal ends nothing for the person: they wait until somebody else is asked, and on from there.
    """
    rounds: dict[str, list[TaskStanding]] = {}
    for task in sorted(tasks, key=lambda one: one.task_id):
        rounds.setdefault(task.step, []).append(task)
    for code, of_step in rounds.items():
        step = pathway.steps[code]
        if step.waits_in != place:
            continue
        for number, task in enumerate(of_step):
            following = of_step[number + 1].requested_at if number + 1 < len(of_step) else None
            if task.requested_at is not None:
                yield task, task.requested_at, _until(step, task, following)


def left_at(task: TaskStanding) -> datetime | None:
    """When the person left the bed, as far as this task tells."""
    return min((task.moments[one] for one in LEFT_THE_BED if one in task.moments), default=None)


def _until(step: Step, task: TaskStanding, asked_again: datetime | None) -> datetime | None:
    left = left_at(task)
    if left is not None:
        return left
    if step.lasts is not None and task.started_at is not None:
        return task.started_at
    return asked_again if task.state == "declined" else task.finished_at
