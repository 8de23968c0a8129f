"""Doing one thing several times in one moment, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def at_the_same_time(times: int, *work: Callable[[], Any]) -> list[Any]:
    """What each came to: its result, or the exception it raised. One piece of work is done `times` times over."""
    started = threading.Barrier(times)
    pieces = work if len(work) == times else work * times

    def do(piece: Callable[[], Any]) -> Any:
        try:
            started.wait(timeout=10)
            return piece()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(do, pieces))
