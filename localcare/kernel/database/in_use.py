"""Who serves from an embedded server: one that they started is stopped by the last of them."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg

from localcare.kernel.database.embedded import EmbeddedServer

NOTICED_SECONDS = 6.0  # in which the server notices that a program has ended without a word
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@contextmanager
def in_use(server: EmbeddedServer) -> Iterator[None]:
    """Keep the server running while the block runs, and stop it then unless it ran before or others use it.

    The lock that says who uses it ends with the process, so a killed one is not counted. Processes forked from this
    one leave the server alone.
    """
    owner = os.getpid()
    ran = server.data.exists() and server.answers()
    with (server.home / "users").open("a") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_SH)  # waits while somebody stops it
            if not ran:
                _on_demand(server).touch()
            server.ensure_running()
            yield
        finally:
            if os.getpid() == owner:
                _leave(server, users)


def keep(server: EmbeddedServer) -> None:
    """Let the server run until somebody stops it by name."""
    _on_demand(server).unlink(missing_ok=True)


def _leave(server: EmbeddedServer, users: IO[str]) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another serves
    if _on_demand(server).exists() and not _has_others(server):
        server.stop()
        keep(server)


def _has_others(server: EmbeddedServer) -> bool:
    """Whether somebody is connected; programs that ended without a word are given the time to be noticed."""
    deadline = time.monotonic() + NOTICED_SECONDS
    try:
        with psycopg.connect(server.url("postgres"), connect_timeout=5, autocommit=True) as connection:
            while connection.execute(OTHERS).fetchone() != (0,):
                if time.monotonic() > deadline:
                    return True
                time.sleep(0.1)
    except psycopg.OperationalError:
        return False  # it does not answer: nobody is connected
    return False


def _on_demand(server: EmbeddedServer) -> Path:
    """The mark of a server that runs for as long as somebody serves from it."""
    return server.home / "on-demand"
