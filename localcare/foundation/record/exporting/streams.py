"""Several connections that read one and the same state of the database, and give way to the desks."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction

STREAMS = 2
GIVE_WAY = 10  # "nice": of two that want the processor, a desk gets about nine tenths
T = TypeVar("T")


class Stopped(Exception):
    """Another stream has failed, so this one is not needed."""


@dataclass
class Snapshot:
    """One state of the database. `horizon` is the oldest change that was under way: later exports begin there."""

    name: str | None
    horizon: int
    stopping: threading.Event

    @property
    def is_shared(self) -> bool:
        """Whether other connections can see it: not inside somebody else's transaction."""
        return self.name is not None

    def must_go_on(self) -> None:
        """Raises Stopped when another stream has failed."""
        if self.stopping.is_set():
            raise Stopped

    def each(self, work: Callable[[T], None], items: Iterable[T]) -> None:
        """Do the work for every item, on several connections at once where the snapshot can be shared.

        The first failure stops the others and is raised.
        """
        if not self.is_shared:
            for item in items:
                work(item)
            return
        waiting = list(items)
        with ThreadPoolExecutor(max_workers=STREAMS) as pool:
            try:
                streams = [pool.submit(self._stream, work, waiting) for _ in range(STREAMS)]
                wait(streams, return_when=FIRST_EXCEPTION)
            finally:
                if any(stream.done() and stream.exception() for stream in streams) or sys.exc_info()[0]:
                    self.stopping.set()
        failures = [failed for stream in streams if (failed := stream.exception())]
        for failure in sorted(failures, key=lambda failed: isinstance(failed, Stopped)):
            raise failure

    def _stream(self, work: Callable[[T], None], waiting: list[T]) -> None:
        """One connection's share: the next item that nobody has taken, until there is none."""
        give_way()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute(f"SET TRANSACTION SNAPSHOT '{self.name}'")
                let_server_give_way()
                while True:
                    try:
                        item = waiting.pop(0)
                    except IndexError:
                        return
                    self.must_go_on()
                    work(item)
        finally:
            connection.close()


@contextmanager
def one_snapshot() -> Iterator[Snapshot]:
    """The state of the database at the beginning; inside somebody else's transaction, that transaction's."""
    is_alone = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if not is_alone:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (horizon,) = cursor.fetchone()
        name = None
        if not is_alone:
            cursor.execute("SELECT pg_export_snapshot()")
            (name,) = cursor.fetchone()
        yield Snapshot(name, int(horizon), threading.Event())


def in_the_background(make: Callable[[], Any]) -> Any:
    """What `make` returns, made in a thread that gives way: threads that it starts give way as well."""
    with ThreadPoolExecutor(max_workers=1, initializer=give_way) as pool:
        return pool.submit(make).result()


def give_way() -> None:
    """Let this thread, and those that it starts, work when nobody else wants the processor."""
    if sys.platform == "linux":  # where a thread has a priority of its own
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _how_much())


def let_server_give_way() -> None:
    """The same for the database's process of this connection, when it runs here and is ours to ask."""
    info = connection.connection.info
    if not (sys.platform == "linux" and info.host.startswith("/")):
        return
    process = Path("/proc") / str(info.backend_pid)
    with suppress(OSError):
        if "postgres" in (process / "comm").read_text():
            os.setpriority(os.PRIO_PROCESS, info.backend_pid, _how_much())


def _how_much() -> int:
    return int(getattr(settings, "EXPORT_GIVES_WAY", GIVE_WAY))
