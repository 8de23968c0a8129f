"""The journal of one journey, locked for writing: read, append, lead on, project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from localcare.analysis.journal.clocks import LONDON, Rulebook
from localcare.analysis.journal.states import state_after
from localcare.analysis.journal.timeline import JourneyStanding, TaskStanding, fold
from localcare.analysis.pathways.model import Pathway, Span
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import definitions, room, rules
from localcare.foundation.pathways.errors import NotPossible
from localcare.foundation.pathways.models import JournalEntry, Journey, Task
from localcare.foundation.pathways.moment import now
from localcare.foundation.pathways.projection import Projected, project, project_change
from localcare.foundation.pathways.timers import wake_at
from localcare.foundation.services.models import Service
from localcare.foundation.services.queries import services_of
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader

RULEBOOK = Rulebook(hours=lambda code: definitions.hours(code) if code else None, span_on=definitions.span_on)
BACK_DATING = Span(setting="back-dating-limit")
UNIT = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Ledger:
    """One journey under its lock: every act goes through here, inside one transaction."""

    def __init__(self, journey: Journey, entries: Iterable[JournalEntry], directory: Directory) -> None:
        """Take up a journey that is locked, with its entries in their order (their tasks loaded)."""
        self.journey = journey
        journey.version = definitions.version_by_key(journey.version_id)
        self.pathway: Pathway = definitions.pathway_of(journey.version)
        self.entries: list[JournalEntry] = list(entries)
        self.tasks: dict[int, Task] = {one.task.pk: one.task for one in self.entries if one.task is not None}
        self.directory = directory
        self.now: datetime = now()
        self._fold()
        self._kept = self.standing  # as the derived views have it

    @classmethod
    def of_journey(cls, pk: int) -> Ledger:
        """Lock one journey and read its journal, or go on with what this transaction holds of it already."""
        held = _held.get()
        if held is not None and pk in held.ledgers:
            found = held.ledgers[pk]
            found.now = now()
            return found
        return cls.several([pk])[0]

    @classmethod
    def begun(cls, journey: Journey, directory: Directory) -> Ledger:
        """The ledger of a journey that this transaction has just made: nobody else knows of it yet."""
        return _hold(cls(journey, (), directory))

    @classmethod
    def several(cls, keys: Sequence[int]) -> list[Ledger]:
        """Lock journeys in the order of their keys, then read their journals: whoever is merged meanwhile is read anew."""
        journeys = list(Journey.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
        entries: dict[int, list[JournalEntry]] = defaultdict(list)
        written = JournalEntry.objects.filter(journey__in=keys).annotate(whom=F("journey__person__reference"))
        for entry in written.select_related("task").order_by("pk"):
            entries[entry.journey_id].append(entry)
        directory = directory_here()
        return [_hold(cls(journey, entries[journey.pk], directory)) for journey in journeys]

    def _fold(self) -> None:
        steps = {pk: task.step for pk, task in self.tasks.items()}
        self.standing: JourneyStanding = fold(self.pathway, steps, self.entries)

    @property
    def whom(self) -> str:
        """The reference of the person, for the audit trail."""
        known = getattr(self.entries[0], "whom", None) if self.entries else None
        return str(known or self.journey.person.reference)

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
        if response is not None and response.person_id != self.journey.person_id:
            raise NotPossible("That form is about somebody else. Open the page again and fill it in here.")
        known = self.standing.tasks.get(task.pk) if task is not None else None
        before = known.state if known else ""
        if known is not None and service_id is None:
            service_id = known.service_id
        entry = JournalEntry(
            journey=self.journey,
            task=task,
            event=event,
            from_state=before,
            to_state=self._state_after(event, task, known, undoes),
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
        if task is not None:
            room.follow(self, task, event, undoes=undoes)
        return entry

    def _state_after(
        self, event: str, task: Task | None, known: TaskStanding | None, undoes: JournalEntry | None
    ) -> str:
        if task is None:
            return ""
        if undoes is None:
            before, paused_in = (known.state, known.state_before_pause) if known else ("", "")
            return state_after(event, before, paused_in)
        steps = {pk: one.step for pk, one in self.tasks.items()}
        without = fold(self.pathway, steps, [entry for entry in self.entries if entry.pk != undoes.pk])
        return without.tasks[task.pk].state if task.pk in without.tasks else ""

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
        return self.directory.by_key(pk) if pk else None

    def check_time(self, at: datetime | None, reason: str, *, not_before: datetime | None) -> datetime:
        """The effective time of an act, refused when the rule for back-dating does not allow it."""
        if at is None:
            return self.now
        limit = _elapsed(definitions.span_on(BACK_DATING, self.now.astimezone(LONDON).date()))
        rules.check_time(at, now=self.now, not_before=not_before, limit=limit, reason=reason)
        return min(at, self.now)

    def length_in_days(self, span: Span, day: date) -> int:
        """How many days a span of a definition is on a day; at least one."""
        return max(1, -(-_elapsed(definitions.span_on(span, day)) // timedelta(days=1)))

    def project(self) -> None:
        """Bring what changed in the derived views up to date, and see that new timers wake somebody in time."""
        for due in project_change(self._projected(self._kept), self._projected(self.standing), RULEBOOK):
            wake_at(due.fires_at)
        self._kept = self.standing

    def _projected(self, standing: JourneyStanding) -> Projected:
        return Projected(self.journey, self.pathway, self.tasks, standing)


class Directory:
    """The services met while some journeys are worked on, and who works where: each read once."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._known: dict[int, Service | None] = {}
        self._teams: dict[int, frozenset[int]] = {}

    def by_key(self, pk: int) -> Service | None:
        """A service by its key."""
        if pk not in self._known:
            self._known[pk] = Service.objects.filter(pk=pk).first()
        return self._known[pk]

    def read(self, keys: Iterable[int | None]) -> None:
        """Read several services at once, where they are not known yet."""
        missing = {key for key in keys if key is not None} - self._known.keys()
        if missing:
            self._known |= dict.fromkeys(missing) | Service.objects.in_bulk(missing)

    def works_in(self, by: Reader, pk: int | None) -> bool:
        """Whether somebody works in a service today."""
        if by.is_system or by.user is None or pk is None:
            return by.is_system
        if by.user.pk not in self._teams:
            teams = {service.pk: service for service in services_of(by)}
            self._known.update(teams)
            self._teams[by.user.pk] = frozenset(teams)
        return pk in self._teams[by.user.pk]


@dataclass
class _Held:
    """What one transaction holds of the journeys it works on."""

    ledgers: dict[int, Ledger] = field(default_factory=dict)
    directory: Directory = field(default_factory=Directory)


_held: ContextVar[_Held | None] = ContextVar("held", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Several acts in one transaction: each journey is locked and read once. A refusal within ends the whole."""
    with transaction.atomic():
        if _held.get() is not None:
            yield
            return
        token = _held.set(_Held())
        try:
            yield
        finally:
            _held.reset(token)


@contextmanager
def whole() -> Iterator[None]:
    """One act, all of it or nothing; after a refusal journeys are read anew, should somebody go on."""
    try:
        with transaction.atomic():
            yield
    except BaseException:
        held = _held.get()
        if held is not None:
            held.ledgers.clear()
        raise


def directory_here() -> Directory:
    """The directory of the acts that go together, or a new one."""
    held = _held.get()
    return held.directory if held is not None else Directory()


def works_in(by: Reader, service: Service) -> bool:
    """Whether somebody works in a service today; asked once among acts that go together."""
    return directory_here().works_in(by, service.pk)


def _hold(ledger: Ledger) -> Ledger:
    held = _held.get()
    if held is not None:
        held.ledgers[ledger.journey.pk] = ledger
    return ledger


def project_all(ledgers: Sequence[Ledger]) -> None:
    """Compare the derived views of journeys with their journals and bring them up to date, whatever they say."""
    projected = [Projected(one.journey, one.pathway, one.tasks, one.standing) for one in ledgers]
    for moment in sorted({due.fires_at for due in project(projected, RULEBOOK)}):
        wake_at(moment)


def _elapsed(span: Span) -> timedelta:
    return timedelta(**{UNIT[span.unit]: span.amount})


def _name_of(by: Reader) -> str:
    return (by.user.get_full_name() or by.name) if by.user is not None else by.name
