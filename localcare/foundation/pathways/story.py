"""What happened on journeys, told in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from localcare.analysis.pathways.model import Pathway
from localcare.foundation.pathways import definitions
from localcare.foundation.pathways.models import JournalEntry, Journey
from localcare.foundation.pathways.presenters import told
from localcare.foundation.services.models import Service


@dataclass(frozen=True)
class StoryLine:
    """One line of the story of a journey, as it is told on a page."""

    at: datetime
    recorded_at: datetime
    title: str
    event: str
    who: str
    service: str
    text: str
    step: str
    entry: JournalEntry
    is_undone: bool

    @property
    def is_late_entry(self) -> bool:
        """Whether it was recorded well after it happened."""
        return (self.recorded_at - self.at).total_seconds() > 15 * 60


def story(journey: Journey) -> list[StoryLine]:
    """Everything that happened on a journey, oldest first, in words."""
    return stories([journey])[journey.pk]


def stories(journeys: Collection[Journey]) -> dict[int, list[StoryLine]]:
    """The story of each journey, by its key: two queries however many journeys."""
    found = JournalEntry.objects.filter(journey__in=journeys).order_by("effective_at", "pk")
    found = found.select_related("task", "service", "response__version").defer("response__version__content")
    entries = {entry.pk: entry for entry in found}
    parties = _parties(entries.values())
    pathways = {journey.pk: definitions.pathway_of(journey.version) for journey in journeys}
    undone = {entry.undoes_id for entry in entries.values() if entry.undoes_id}
    lines: dict[int, list[StoryLine]] = {journey.pk: [] for journey in journeys}
    for entry in entries.values():
        if entry.undoes_id:
            entry.undoes = entries[entry.undoes_id]
        line = _line(entry, pathways[entry.journey_id], parties, is_undone=entry.pk in undone)
        lines[entry.journey_id].append(line)
    return lines


def _line(entry: JournalEntry, pathway: Pathway, parties: Mapping[int, str], *, is_undone: bool) -> StoryLine:
    return StoryLine(
        at=entry.effective_at,
        recorded_at=entry.recorded_at,
        title=pathway.steps[entry.task.step].title if entry.task else pathway.title,
        event=entry.event,
        who=entry.actor_name,
        service=entry.service.title if entry.service else "",
        text=told(entry, pathway, parties),
        step=entry.task.step if entry.task else "",
        entry=entry,
        is_undone=is_undone,
    )


def _parties(entries: Iterable[JournalEntry]) -> dict[int, str]:
    """The titles of the services that entries name beside the one in whose queue the task is."""
    named = {entry.detail.get("asked_by") or entry.detail.get("from") for entry in entries}
    return dict(Service.objects.filter(pk__in=named - {None}).values_list("pk", "title"))
