"""The journal of one journey, locked for writing: read, append, lead on, project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from localcare.analysis.pathways.model import Pathway, Span
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import definitions, rules
from localcare.foundation.pathways.clocks import LONDON, Rulebook
from localcare.foundation.pathways.models import JournalEntry, Journey, Task
from localcare.foundation.pathways.moment import now
from localcare.foundation.pathways.projection import project
from localcare.foundation.pathways.timeline import JourneyStanding, TaskStanding, fold
from localcare.foundation.pathways.timers import wake_at
from localcare.foundation.services.models import Service
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader

RULEBOOK = Rulebook(hours=lambda code: definitions.hours(code) if code else None, span_on=definitions.span_on)
BACK_DATING = Span(setting="back-dating-limit")
UNIT = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Ledger:
    """One journey under its lock: every act goes through here, inside one transaction."""

    def __init__(self, journey_pk: int) -> None:
        """Lock the journey and read its journal; call within a transaction."""
        self.journey: Journey = (
            Journey.objects.select_for_update(of=("self",))
            .select_related("version", "person", "opened_by_service")
            .get(pk=journey_pk)
        )
        self.pathway: Pathway = definitions.pathway_of(self.journey.version)
        self.tasks: dict[int, Task] = {task.pk: task for task in self.journey.tasks.all()}
        self.entries: list[JournalEntry] = list(self.journey.entries.order_by("pk"))
        self.now: datetime = now()
        self._fold()

    def _fold(self) -> None:
        steps = {pk: task.step for pk, task in self.tasks.items()}
        self.standing: JourneyStanding = fold(self.pathway, steps, self.entries)

    def of(self, task: Task) -> TaskStanding:
        """Where a task of this journey stands."""
        return self.standing.tasks[task.pk]

    def append(
        self,
        event: str,
        *,
        by: Reader,
        task: Task | None = None,
        at: datetime | None = None,
        service_id: int | None = None,
        code: str = "",
        reason: str = "",
        response: FormResponse | None = None,
        detail: Mapping[str, Any] | None = None,
        undoes: JournalEntry | None = None,
        key: str | None = None,
    ) -> JournalEntry:
        """Write one entry and fold it in."""
        before = self.of(task).state if task is not None and task.pk in self.standing.tasks else ""
        paused_in = self.of(task).state_before_pause if before else ""
        after = rules.state_after(event, before, paused_in) if task is not None and event != "undone" else ""
        if task is not None and service_id is None and before:
            service_id = self.of(task).service_id
        entry = JournalEntry(
            journey=self.journey,
            task=task,
            event=event,
            from_state=before,
            to_state=after,
            effective_at=at or self.now,
            recorded_at=self.now,
            actor=by.user if isinstance(by.user, User) else None,
            actor_name=_name_of(by),
            organisation=by.organisation,
            service_id=service_id,
            code=code,
            reason=reason.strip(),
            response=response,
            detail=dict(detail or {}),
            undoes=undoes,
            key=key,
        )
        entry.save(force_insert=True)
        self.entries.append(entry)
        self._fold()
        return entry

    def add_task(self, step: str) -> Task:
        """A new round of a step."""
        rounds = sum(1 for task in self.tasks.values() if task.step == step)
        task = Task.objects.create(
            journey=self.journey, step=step, key=f"{self.journey.reference}:{step}:{rounds + 1}"
        )
        self.tasks[task.pk] = task
        return task

    def service(self, pk: int | None) -> Service | None:
        """A service by its key."""
        return Service.objects.filter(pk=pk).first() if pk else None

    def check_time(self, at: datetime | None, reason: str, *, not_before: datetime | None) -> datetime:
        """The effective time of an act, refused when the rule for back-dating does not allow it."""
        if at is None:
            return self.now
        limit = _elapsed(definitions.span_on(BACK_DATING, self.now.astimezone(LONDON).date()))
        rules.check_time(at, now=self.now, not_before=not_before, limit=limit, reason=reason)
        return min(at, self.now)

    def project(self) -> None:
        """Bring the derived views up to date and see that new timers wake somebody."""
        for due in project(self.journey, self.pathway, self.tasks, self.standing, RULEBOOK):
            wake_at(due.fires_at)


def _elapsed(span: Span) -> timedelta:
    return timedelta(**{UNIT[span.unit]: span.amount})


def _name_of(by: Reader) -> str:
    return (by.user.get_full_name() or by.name) if by.user is not None else by.name
