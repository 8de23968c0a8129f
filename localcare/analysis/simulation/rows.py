"""Where the row of something begins, in the network and in a run."""

from __future__ import annotations

from localcare.analysis.simulation import columns as c
from localcare.analysis.simulation.compiling import compiled
from localcare.analysis.simulation.state import Numbers


@compiled
def step_row(net: Numbers, step: int) -> int:
    """The row of a step."""
    return int(net[c.STEPS_AT] + step * c.STEP_WIDTH)


@compiled
def outcome_row(net: Numbers, outcome: int) -> int:
    """The row of an outcome."""
    return int(net[c.OUTCOMES_AT] + outcome * c.OUTCOME_WIDTH)


@compiled
def task_row(world: Numbers, task: int) -> int:
    """The row of a task."""
    return int(world[c.TASKS_AT] + task * c.TASK_WIDTH)


@compiled
def journey_row(world: Numbers, journey: int) -> int:
    """The row of a journey."""
    return int(world[c.JOURNEYS_AT] + journey * c.JOURNEY_WIDTH)


@compiled
def service_row(world: Numbers, service: int) -> int:
    """The row of a service."""
    return int(world[c.SERVICES_AT] + service * c.SERVICE_WIDTH)


@compiled
def keeps(net: Numbers, step: int, to: int) -> bool:
    """Whether who goes on from one step to another keeps the place until that begins."""
    return bool(net[net[c.KEEPS_AT] + step * net[c.STEPS] + to])
