"""Putting a run in force: its numbers are copied aside, then what changed is ended and begun, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from localcare.analysis.libraries import pyarrow as pa
from localcare.kernel.work.carrying_out import end
from localcare.system.insight.models import Breach, Run

COLUMNS = (
    "indicator", "place", "period", "starts_on", "breakdown", "member", "numerator", "denominator", "value", "is_hidden",
)  # fmt: skip
KEY = ("indicator", "period", "place", "breakdown", "member", "starts_on")
SAME_KEY = " AND ".join(f"v.{name} = s.{name}" for name in KEY)
SAME = f"{SAME_KEY} AND " + " AND ".join(
    f"v.{name} IS NOT DISTINCT FROM s.{name}" for name in ("numerator", "denominator", "value", "is_hidden")
)
STAGE = """
    CREATE TEMPORARY TABLE insight_staged (indicator varchar, place varchar, period varchar, starts_on date,
        breakdown varchar, member varchar, numerator bigint, denominator bigint, value double precision,
        is_hidden boolean) ON COMMIT DROP
"""
END_CHANGED = f"""
    UPDATE insight_value v SET to_run_id = %(run)s WHERE v.to_run_id IS NULL
        AND NOT EXISTS (SELECT FROM insight_staged s WHERE {SAME})
"""
BEGIN_NEW = f"""
    INSERT INTO insight_value ({", ".join(COLUMNS)}, from_run_id)
    SELECT {", ".join(COLUMNS)}, %(run)s FROM insight_staged s
    WHERE NOT EXISTS (SELECT FROM insight_value v WHERE v.to_run_id IS NULL AND {SAME_KEY})
"""


def publish(run: Run, files: Mapping[str, Path], breaches: Iterable[Breach]) -> None:
    """Put the numbers of each indicator's file, and the breach lists, in force as this run."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.insight_staged")
        cursor.execute(STAGE)
        with cursor.copy(f"COPY insight_staged ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for indicator, file in files.items():
                for row in _rows(indicator, file):
                    copy.write_row(row)
        cursor.execute("ANALYZE insight_staged")
        cursor.execute(
            "SET LOCAL enable_nestloop = off"
        )  # an empty table's statistics would lead into row by row
        cursor.execute(END_CHANGED, {"run": run.pk})
        run.values_ended = cursor.rowcount
        cursor.execute(BEGIN_NEW, {"run": run.pk})
        run.values_new = cursor.rowcount
        Breach.objects.all().delete()
        Breach.objects.bulk_create(breaches, batch_size=5_000)
        end(run, Run.Status.PUBLISHED, stage="Published")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE insight_value")


def _rows(indicator: str, file: Path) -> Iterable[tuple[Any, ...]]:
    for row in pa.parquet.read_table(file).to_pylist():
        yield (indicator, *(row[name] for name in COLUMNS[1:]))
