"""Putting everyone's risk in force together with the list: copied aside first, then changed in the run's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from localcare.analysis.libraries import pyarrow
from localcare.care.stratification.copying import as_csv
from localcare.care.stratification.models import RiskScoring, Run
from localcare.care.stratification.risk.scoring import Scored

STAGING = "stratification_risk_staging"
ROWS_AT_ONCE = 100_000


def stage(scored: Sequence[Scored]) -> int:
    """Copy everyone's risk into the staging table, which is there (and empty) without models too; rows copied."""
    rows = 0
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {STAGING}")
        cursor.execute(
            f"CREATE UNLOGGED TABLE {STAGING} (person_id bigint, outcome varchar, model_id bigint,"
            " per_mille smallint, factors jsonb, not_known jsonb)"
        )
        with cursor.copy(f"COPY {STAGING} FROM STDIN (FORMAT csv)") as copy:
            for found in scored:
                for batch in _batches(found):
                    copy.write(as_csv(batch))
                    rows += batch.num_rows
        cursor.execute(f"CREATE INDEX ON {STAGING} (person_id, outcome)")
        cursor.execute(f"ANALYZE {STAGING}")
    return rows


def _batches(found: Scored) -> Iterator[Any]:
    """Everyone's risk by one model, in the order of the staging table's columns."""
    if found.file is None:
        return
    file = pyarrow.parquet.ParquetFile(found.file)
    columns = ["person_id", "risk_per_mille", "top_factors", "not_known"]
    for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=columns):
        rows = batch.num_rows
        yield pyarrow.table(
            {
                "person_id": batch.column("person_id"),
                "outcome": pyarrow.array([found.model.outcome] * rows),
                "model_id": pyarrow.array([found.model.pk] * rows),
                "per_mille": batch.column("risk_per_mille"),
                "factors": batch.column("top_factors"),
                "not_known": batch.column("not_known"),
            }
        )


SAME = (
    "(p.model_id, p.per_mille, p.factors, p.not_known) IS NOT DISTINCT FROM"
    " (s.model_id, s.per_mille, s.factors, s.not_known)"
)

DROP_MERGED = f"""
    DELETE FROM {STAGING} s USING people_person q WHERE q.id = s.person_id AND q.merged_into_id IS NOT NULL
"""

CLOSE = f"""
    UPDATE stratification_personrisk p SET to_run_id = %(run)s
    WHERE p.to_run_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM {STAGING} s WHERE s.person_id = p.person_id AND s.outcome = p.outcome AND {SAME})
"""

INSERT = f"""
    INSERT INTO stratification_personrisk
        (person_id, outcome, model_id, from_run_id, per_mille, factors, not_known)
    SELECT s.person_id, s.outcome, s.model_id, %(run)s, s.per_mille, s.factors, s.not_known FROM {STAGING} s
    WHERE NOT EXISTS (
        SELECT 1 FROM stratification_personrisk p
        WHERE p.person_id = s.person_id AND p.outcome = s.outcome AND p.to_run_id IS NULL)
"""

STEPS = (("risk merged", DROP_MERGED), ("risk closed", CLOSE), ("risk scored", INSERT))


def keep_scorings(run: Run, scored: Sequence[Scored]) -> None:
    """How the run fared with each model."""
    for found in scored:
        RiskScoring.objects.update_or_create(
            run=run,
            model=found.model,
            defaults={
                "people": found.people,
                "fault": found.fault,
                "drift": found.drift,
                "warnings": list(found.warnings),
            },
        )
