"""How an export keeps out of the desks' way: one thing at a time, a rest after each piece, behind whoever waits.

A low priority alone is not enough: the system weighs sessions, services and containers against each other first, so
the one busy process of a database gets half a processor from all desks, whatever its priority. Resting holds everywhere,
also where the database runs on another machine.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction

GIVE_WAY = 19  # "nice": of two that want the processor, a desk gets nearly all of it
A_PIECE = 0.03  # seconds that a piece takes by itself at most; whatever took longer has waited for others, which is rest
T = TypeVar("T")


class Stopped(Exception):
    """Nobody waits for the export any more."""


@dataclass
class Pace:
    """Works for `percent` of the time and rests for the others, in proportion to the last piece of work."""

    percent: float = 100
    stopping: threading.Event = field(default_factory=threading.Event)
    since: float = field(default_factory=time.perf_counter)

    def rest(self) -> None:
        """Call after each piece of work. Raises Stopped when nobody waits any more."""
        worked = min(time.perf_counter() - self.since, A_PIECE)
        self.stopping.wait(worked * (100 - self.percent) / self.percent)
        if self.stopping.is_set():
            raise Stopped
        self.since = time.perf_counter()


def politely(work: Callable[[Pace], T]) -> T:
    """Do the work over one state of the database, in a thread and on a connection of its own, which both give way.

    Inside somebody else's transaction, over what that transaction sees, where it was called.
    """
    pace = Pace(settings.EXPORT_WORKS_PERCENT)
    if connection.in_atomic_block:
        return work(pace)
    with ThreadPoolExecutor(max_workers=1, initializer=give_way) as pool:
        doing = pool.submit(_over_one_state, work, pace)
        try:
            return doing.result()
        finally:
            pace.stopping.set()


def _over_one_state(work: Callable[[Pace], T], pace: Pace) -> T:
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")  # helpers would not give way
                cursor.execute("SET LOCAL jit = off")
            let_server_give_way()
            return work(pace)
    finally:
        connection.close()


def give_way() -> None:
    """Let this thread, and those that it starts, work when nobody else wants the processor."""
    if sys.platform == "linux":  # where a thread has a priority of its own
        with suppress(OSError):
            _lower(threading.get_native_id())


def let_server_give_way() -> None:
    """The same for the database's process of this connection, when it runs here and is ours to ask."""
    info = connection.connection.info
    if not (sys.platform == "linux" and info.host.startswith("/")):
        return
    process = Path("/proc") / str(info.backend_pid)
    with suppress(OSError):
        if "postgres" in (process / "comm").read_text():
            _lower(info.backend_pid)


def _lower(process: int) -> None:
    wanted = int(getattr(settings, "EXPORT_GIVES_WAY", GIVE_WAY))
    os.setpriority(os.PRIO_PROCESS, process, max(wanted, os.getpriority(os.PRIO_PROCESS, process)))
