"""Which deleted rows must stay noted: those since the oldest export that may still be gone on from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from localcare.foundation.record.models import DeletedRow, RememberedExport

KEPT_FOR = timedelta(days=35)  # a month and a few days, so that a monthly export can go on from the last one
FURTHEST_BACK = 2**30  # transactions: half of what their 32-bit numbers can tell apart, halved again


class ExportUnderWay(Exception):
    """Deleted rows cannot be forgotten while an export is being made: it may be gone on from."""


def hold_deletions() -> None:
    """Keep deleted rows noted until this transaction ends. Must come before its first query, which fixes what it sees."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {RememberedExport._meta.db_table} IN ROW EXCLUSIVE MODE")


def remember(export: str, horizon: int) -> None:
    """Keep every row noted that is deleted by a transaction from this one on, for as long as the export counts."""
    RememberedExport.objects.create(name=export, horizon=horizon)


def is_remembered(export: str) -> bool:
    """Whether all rows that were deleted since the export are still noted."""
    return RememberedExport.objects.filter(name=export).exists()


def forget(exports: Collection[str]) -> None:
    """These exports are gone on from no more."""
    RememberedExport.objects.filter(name__in=exports).delete()


def prune_deletions(*, at: datetime | None = None) -> int:
    """Forget exports past their time, and the deleted rows that no other export needs; how many rows those were.

    Raises ExportUnderWay.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(f"LOCK TABLE {RememberedExport._meta.db_table} IN SHARE MODE NOWAIT")
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise ExportUnderWay from None
            raise
        latest, oldest_under_way = transactions()
        expired = RememberedExport.objects.filter(finished_at__lt=(at or timezone.now()) - KEPT_FOR)
        too_far = RememberedExport.objects.filter(horizon__lte=latest - FURTHEST_BACK)
        (expired | too_far).delete()
        needed = RememberedExport.objects.order_by("horizon").values_list("horizon", flat=True).first()
        keep_from = min(oldest_under_way, needed if needed is not None else oldest_under_way)
        cursor.execute(
            f"DELETE FROM {DeletedRow._meta.db_table} WHERE age(xmin) > age(%s::text::xid)",
            [str(keep_from % 2**32)],
        )
        return int(cursor.rowcount)


def transactions() -> tuple[int, int]:
    """The number that the next transaction will have, and that of the oldest which was under way."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmax(found)::text::bigint, pg_snapshot_xmin(found)::text::bigint"
            " FROM pg_current_snapshot() AS found"
        )
        latest, oldest = cursor.fetchone()
        return int(latest), int(oldest)
