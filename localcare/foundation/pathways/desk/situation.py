"""Where a task stands for one reader: all that decides what they may do now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from localcare.analysis.journal.timeline import standing_entries
from localcare.analysis.pathways.model import Pathway, Step
from localcare.foundation.pathways import definitions
from localcare.foundation.pathways.actions import UNDOABLE
from localcare.foundation.pathways.models import JournalEntry, Task, TaskState
from localcare.foundation.services.queries import team_keys
from localcare.kernel.access.readers import Reader


@dataclass(frozen=True)
class Situation:
    """One task, one reader, one moment."""

    task: Task
    state: TaskState
    pathway: Pathway
    step: Step
    is_owner: bool
    is_asker: bool
    is_party: bool
    is_mine: bool
    journey_is_open: bool
    passed: frozenset[str]
    last: JournalEntry | None  # what could be taken back

    @property
    def may_steer(self) -> bool:
        """The team that has it, or the one that asked."""
        return self.is_owner or self.is_asker

    @property
    def milestones_ahead(self) -> Mapping[str, str]:
        """Points not passed yet, in their order."""
        return {code: title for code, title in self.step.milestones.items() if code not in self.passed}


def situation_of(task: Task, reader: Reader) -> Situation:
    """Look at a task as this reader sees it."""
    state, journey = task.state, task.journey
    pathway = definitions.pathway_of(journey.version)
    entries = standing_entries(list(journey.entries.select_related("task").order_by("pk")))
    own = team_keys(reader) if reader.may("task.work") else set()
    parties = {entry.service_id for entry in entries} | {entry.detail.get("asked_by") for entry in entries}
    held = [entry for entry in entries if entry.task_id == task.pk]
    last = next((entry for entry in reversed(held) if entry.event in UNDOABLE | {"requested"}), None)
    asker = state.asked_by_id or journey.opened_by_service_id
    return Situation(
        task=task,
        state=state,
        pathway=pathway,
        step=pathway.steps[task.step],
        is_owner=state.service_id in own,
        is_asker=asker in own,
        is_party=bool(own & (parties | {journey.opened_by_service_id})),
        is_mine=reader.user is not None and state.assigned_to_id == reader.user.pk,
        journey_is_open=journey.state.is_open,
        passed=frozenset(entry.code for entry in held if entry.event == "milestone"),
        last=_undoable(last, own, state),
    )


def last_undoable(state: TaskState, own: set[int]) -> JournalEntry | None:
    """What the reader could take back of a task."""
    held = standing_entries(list(JournalEntry.objects.filter(task=state.task_id).order_by("pk")))
    last = next((entry for entry in reversed(held) if entry.event in UNDOABLE | {"requested"}), None)
    return _undoable(last, own, state)


def _undoable(last: JournalEntry | None, own: set[int], state: TaskState) -> JournalEntry | None:
    if last is None or last.event not in UNDOABLE:
        return None
    parties = {state.service_id, state.asked_by_id, last.service_id, last.detail.get("from")}
    return last if own & parties else None
