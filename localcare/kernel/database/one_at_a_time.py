"""Work of which only one may be done at a time, in whatever process: held by a lock that ends with the connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.pq import TransactionStatus


class InProgress(Exception):
    """Somebody else does such work."""


@contextmanager
def only_one(lock: int, refusal: str) -> Iterator[None]:
    """Hold the advisory lock while the block runs; raises InProgress, with these words, when somebody else does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        if not cursor.fetchone()[0]:
            raise InProgress(refusal)
    try:
        yield
    finally:
        if not is_broken():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])


def is_broken() -> bool:
    """Whether the caller's transaction has failed, so that nothing more can be said to the database."""
    status = connection.connection.info.transaction_status if connection.connection else None
    return connection.needs_rollback or status == TransactionStatus.INERROR
