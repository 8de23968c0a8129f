"""Carrying work out: begun, told of, stopped when asked, ended once, and taken up again after its program was killed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from django.db import transaction
from django.utils import timezone

from localcare.kernel.database.one_at_a_time import is_broken
from localcare.kernel.work.files import clear, work_folder
from localcare.kernel.work.models import Work

TELL_EVERY_SECONDS = 0.5
GOES_ON_WITHIN = timedelta(hours=12)  # an older export would be yesterday's data
LONGEST_MESSAGE = 2000
W = TypeVar("W", bound=Work)
Progress = Callable[[int, int, str], None]


class Stopped(Exception):
    """Somebody asked the work to stop."""


def begin(work: Work) -> bool:
    """Mark work as under way, once more; False when it is over: done before, or stopped while it waited."""
    with transaction.atomic():
        if work.pk:
            work.refresh_from_db(from_queryset=type(work)._base_manager.select_for_update())
        if work.is_over:
            return False
        work.status, work.attempts = work.WORKING, work.attempts + 1
        work.started_at = work.started_at or timezone.now()
        work.stage, work.done, work.total = "Starting", 0, 0
        work.save()
    return True


def end(work: Work, status: str, *, stage: str = "", message: str = "") -> None:
    """Keep what was found and that it ended so, in the caller's transaction. Raises Stopped when that was asked for."""
    with transaction.atomic():
        if work.is_to_stop():
            raise Stopped
        work.status, work.finished_at, work.done = status, timezone.now(), work.total
        work.stage, work.message = stage, message
        work.save()


def ask_to_stop(work: Work, *, by: str) -> bool:
    """Ask for the end of work, in the caller's transaction: it stops now while it waits, and else at its next step.

    `by` is the name of whoever asks. False when it is over already.
    """
    work.refresh_from_db(from_queryset=type(work)._base_manager.select_for_update())
    if work.is_over:
        return False
    work.stop_asked_at, work.stop_asked_by = timezone.now(), by[:200]
    if work.status == work.WAITING:
        work.status, work.finished_at = work.STOPPED, work.stop_asked_at
    work.save(update_fields=["stop_asked_at", "stop_asked_by", "status", "finished_at"])
    return True


def taken_up(kind: type[W], **same: Any) -> W | None:
    """The latest work on the same thing that was killed, when its files are young enough to go on with.

    Whatever else of its kind is unfinished is closed as failed. The caller holds the lock of the kind: nobody works.
    """
    found: W | None = None
    for work in kind._base_manager.filter(status=kind.WORKING).order_by("-pk"):
        fits = all(getattr(work, name) == value for name, value in same.items())
        if found is None and fits and may_go_on(work):
            found = work
        else:
            _broken_off(work, work.FAILED, "It was stopped before it ended, and another took its place.")
            clear(work_folder(work))
    return found


def may_go_on(work: Work) -> bool:
    """Whether the files of killed work are young enough."""
    return work.started_at is not None and timezone.now() - work.started_at < GOES_ON_WITHIN


class CarryingOut:
    """The time in which begun work is done: tells how far it came, and keeps why it broke off.

    A stop that was asked for ends the block quietly; a fault is kept in words and raised again. `answer` is a fault of
    what was given rather than of the program, and the status it ends in: its words stand as they are. `in_words` says
    of another fault what may be kept. `also` is told everything too. `broken_off` is called in the transaction in which
    a stop or a fault is kept.
    """

    def __init__(
        self,
        work: W,
        *,
        also: Progress | None = None,
        answer: tuple[type[Exception], str] | None = None,
        in_words: Callable[[Exception], str] | None = None,
        broken_off: Callable[[W], None] | None = None,
    ) -> None:
        self._also = also or _silent
        self._work, self._answer, self._in_words = work, answer, in_words or _kind_and_words
        self._called = (lambda: broken_off(work)) if broken_off else None
        self._told_at = self._looked_at = 0.0

    def tell(self, done: int, total: int, what: str) -> None:
        """Write down how far it came, each stage at once and a few times a second at most. Raises Stopped."""
        self._also(done, total, what)
        work, now, stage = self._work, time.monotonic(), what[:200]
        if stage == work.stage and done < total and now - self._told_at < TELL_EVERY_SECONDS:
            return
        self._told_at = now
        work.done, work.total, work.stage = done, total, stage
        work.save(update_fields=["done", "total", "stage"])
        self._heed()

    def within(self, done: int, total: int, what: str) -> None:
        """Say how far the stage is that was told last; nothing is written down. Raises Stopped."""
        self._also(done, total, what)
        self._heed()

    def say(self, done: int, total: int, what: str) -> None:
        """Say how far it is where the database cannot be asked: while rows are copied, or in the last transaction."""
        self._also(done, total, what)

    def is_to_stop(self) -> bool:
        """Whether somebody asked for its end; looks a few times a second at most."""
        now = time.monotonic()
        if now - self._looked_at < TELL_EVERY_SECONDS:
            return False
        self._looked_at = now
        return self._work.is_to_stop()

    def _heed(self) -> None:
        if self.is_to_stop():
            raise Stopped

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, fault: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """Keep how it broke off; True, which silences, for a stop. What is no Exception is as sudden as a kill."""
        if not isinstance(fault, Exception) or is_broken():
            return False
        if isinstance(fault, Stopped):
            _broken_off(self._work, self._work.STOPPED, "", self._called)
            return True
        status, words = self._work.FAILED, self._in_words(fault)
        if self._answer and isinstance(fault, self._answer[0]):
            status, words = self._answer[1], str(fault)
        _broken_off(self._work, status, words, self._called)
        return False


def _broken_off(work: Work, status: str, message: str, called: Callable[[], None] | None = None) -> None:
    """Nothing of what was found is kept: only that it ended, and why."""
    work.status, work.finished_at, work.message = status, timezone.now(), message[:LONGEST_MESSAGE]
    with transaction.atomic():
        work.save(update_fields=["status", "finished_at", "message"])
        if called:
            called()


def _kind_and_words(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"


def _silent(done: int, total: int, what: str) -> None:
    """Progress that nobody asked for."""
