"""Stage-by-stage queue recursion: placeholder until the stages follow."""

from __future__ import annotations

from collections.abc import Callable

from localcare.analysis.simulation.draws import Prepared
from localcare.analysis.simulation.history import History
from localcare.analysis.simulation.network import Plan
from localcare.analysis.simulation.streams import Stream


def run_recursion(
    prepared: Prepared, stream: Stream, *, keep_going: Callable[[], None] = lambda: None
) -> History:
    """The history of a replication."""
    raise NotImplementedError


def why_not(plan: Plan) -> str:
    """What a recursion cannot do of the plan."""
    return "It is not there yet."
