"""Putting a run in force: everyone's rows are copied aside, then scores, list, history and counts change at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from localcare.analysis.libraries import pyarrow
from localcare.care.stratification.columns import STAGED, STORED
from localcare.care.stratification.copying import as_csv
from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.models import Run
from localcare.care.stratification.risk import putting_in_force
from localcare.care.stratification.risk.rules import LISTED_OUTCOME
from localcare.care.stratification.risk.scoring import Scored
from localcare.kernel.work.carrying_out import end

STAGING = "stratification_staging"
RISKS = putting_in_force.STAGING
LIST_LOCK = 8_103_001  # advisory lock: a run replacing the list, or reviewers deciding on it
SQL_TYPES = {
    "int32": "integer",
    "int64": "bigint",
    "string": "varchar",
    "boolean": "boolean",
    "date": "date",
}
ROWS_AT_ONCE = 100_000


def stage(people: Path, *, progress: Callable[[int, int], None]) -> int:
    """Copy the file of everyone's place into the staging table; the number of people."""
    file = pyarrow.parquet.ParquetFile(people)
    total, done = int(file.metadata.num_rows), 0
    columns = ", ".join(f"{name} {SQL_TYPES[type_]} " for name, type_ in STAGED.items())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {STAGING}")
        cursor.execute(f"CREATE UNLOGGED TABLE {STAGING} ({columns})")
        with cursor.copy(f"COPY {STAGING} ({', '.join(STAGED)}) FROM STDIN (FORMAT csv)") as copy:
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=list(STAGED)):
                copy.write(as_csv(batch))
                done += batch.num_rows
                progress(done, total)
        cursor.execute(f"CREATE INDEX ON {STAGING} (person_id)")
        cursor.execute(f"ANALYZE {STAGING}")
    return total


def publish(
    run: Run,
    definitions: Definitions,
    scored: Sequence[Scored],
    *,
    progress: Callable[[int, int], None],
) -> dict[str, int]:
    """Put the staged people and their risks in force as this run, in one transaction; counts of what changed."""
    previous = Run.objects.filter(status=Run.Status.PUBLISHED).order_by("-id").first()
    values: dict[str, Any] = {
        "run": run.pk,
        "as_of": run.as_of,
        "has_previous": previous is not None,
        "has_earlier_day": Run.objects.filter(status=Run.Status.PUBLISHED, as_of__lt=run.as_of).exists(),
        "list_mask": definitions.list_mask,
        "listed_outcome": LISTED_OUTCOME,
    }
    steps: list[tuple[str, str]] = [
        ("merged", DROP_MERGED),
        ("compared", new_list(definitions)),
        ("closed", CLOSE_CHANGED),
        ("gone", CLOSE_GONE),
        ("scored", INSERT_CHANGED),
        ("left", LEFT),
        ("joined", JOINED),
        ("tier", CHANGED_TIER),
        ("emptied", "DELETE FROM stratification_listentry"),
        ("listed", FILL_LIST),
        ("counted", counts(definitions)),
        *putting_in_force.STEPS,
        ("dropped", f"DROP TABLE {STAGING}, {RISKS}, new_list"),
    ]
    done: dict[str, int] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LIST_LOCK])
        for number, (name, statement) in enumerate(steps):
            progress(number, len(steps))
            cursor.execute(statement, values)
            done[name] = cursor.rowcount
        cursor.execute("SELECT count(*) FROM stratification_personscore WHERE to_run_id IS NULL")
        done["people"] = cursor.fetchone()[0]
        putting_in_force.keep_scorings(run, scored)
        progress(len(steps), len(steps))
        _finish(run, done)
    return done


def _finish(run: Run, done: Mapping[str, int]) -> None:
    run.people, run.listed = done["people"], done["listed"]
    run.joined, run.left = done["joined"], done["left"]
    end(run, Run.Status.PUBLISHED, stage="In force")


_COLUMNS = ", ".join(STORED)
_IN_FORCE = ", ".join(f"p.{name}" for name in STORED)
_STAGED = ", ".join(f"s.{name}" for name in STORED)

DROP_MERGED = f"""
    DELETE FROM {STAGING} s USING people_person q WHERE q.id = s.person_id AND q.merged_into_id IS NOT NULL
"""

CLOSE_CHANGED = f"""
    UPDATE stratification_personscore p SET to_run_id = %(run)s
    FROM {STAGING} s
    WHERE p.person_id = s.person_id AND p.to_run_id IS NULL AND ({_IN_FORCE}) IS DISTINCT FROM ({_STAGED})
"""

CLOSE_GONE = f"""
    UPDATE stratification_personscore p SET to_run_id = %(run)s
    WHERE p.to_run_id IS NULL AND NOT EXISTS (SELECT 1 FROM {STAGING} s WHERE s.person_id = p.person_id)
"""

INSERT_CHANGED = f"""
    INSERT INTO stratification_personscore (person_id, from_run_id, {_COLUMNS})
    SELECT s.person_id, %(run)s, {_STAGED} FROM {STAGING} s
    WHERE NOT EXISTS (
        SELECT 1 FROM stratification_personscore p WHERE p.person_id = s.person_id AND p.to_run_id IS NULL)
"""

LEFT = """
    INSERT INTO stratification_listevent (person_id, run_id, happened_on, practice_code, kind, before, after)
    SELECT e.person_id, %(run)s, %(as_of)s, e.practice_code, 'left', e.tier::text, ''
    FROM stratification_listentry e
    WHERE NOT EXISTS (SELECT 1 FROM new_list n WHERE n.person_id = e.person_id)
"""

JOINED = """
    INSERT INTO stratification_listevent (person_id, run_id, happened_on, practice_code, kind, before, after)
    SELECT n.person_id, %(run)s, %(as_of)s, n.practice_code, 'joined', '', n.tier::text
    FROM new_list n
    WHERE NOT EXISTS (SELECT 1 FROM stratification_listentry e WHERE e.person_id = n.person_id)
"""

CHANGED_TIER = """
    INSERT INTO stratification_listevent (person_id, run_id, happened_on, practice_code, kind, before, after)
    SELECT n.person_id, %(run)s, %(as_of)s, n.practice_code, 'tier', e.tier::text, n.tier::text
    FROM new_list n JOIN stratification_listentry e USING (person_id)
    WHERE e.tier <> n.tier
"""

_ENTRY = (
    "person_id, practice_code, rank, priority, tier, segment, cohorts, efi_category, age, emergency_admissions_12m,"
    " risk_per_mille, last_contact_on, plan_recorded_on, joined_on, is_new, changes, decision_id, decision_kind, hidden_until,"
    " came_back_because"
)

FILL_LIST = f"INSERT INTO stratification_listentry ({_ENTRY}) SELECT {_ENTRY} FROM new_list"


def new_list(definitions: Definitions) -> str:
    """SQL of the coming list: who is on it, what changed, and what the latest decision means for it now."""
    return f"""
    CREATE TEMPORARY TABLE new_list ON COMMIT DROP AS
    SELECT s.person_id, s.practice_code, s.rank, s.priority, s.tier, s.segment, s.cohorts, s.efi_category, s.age,
        s.emergency_admissions_12m, r.per_mille AS risk_per_mille, s.last_contact_on, s.plan_recorded_on,
        coalesce(e.joined_on, %(as_of)s) AS joined_on,
        coalesce(e.joined_on, %(as_of)s) = %(as_of)s AND %(has_earlier_day)s AS is_new,
        {_changes(definitions)} AS changes,
        d.id AS decision_id, coalesce(d.kind, '') AS decision_kind,
        CASE WHEN d.look_again_on > %(as_of)s AND d.kind <> 'reopen'
              AND (d.kind = 'mdt' OR {_material(definitions)} = '') THEN d.look_again_on END AS hidden_until,
        CASE WHEN d.look_again_on > %(as_of)s AND d.kind IN ('not-now', 'known')
             THEN {_material(definitions)} ELSE '' END AS came_back_because
    FROM {STAGING} s
    LEFT JOIN stratification_listentry e ON e.person_id = s.person_id
    LEFT JOIN {RISKS} r ON r.person_id = s.person_id AND r.outcome = %(listed_outcome)s
    LEFT JOIN stratification_personscore p ON p.person_id = s.person_id AND p.to_run_id IS NULL
    LEFT JOIN LATERAL (
        SELECT * FROM stratification_decision x WHERE x.person_id = s.person_id ORDER BY x.id DESC LIMIT 1) d ON true
    WHERE s.on_list
    """


def _changes(definitions: Definitions) -> str:
    """SQL of an object of column -> [before, after] for the shown columns that changed."""
    pairs = ", ".join(
        f"'{name}', CASE WHEN p.{name} IS DISTINCT FROM s.{name} THEN jsonb_build_array(p.{name}, s.{name}) END"
        for name in definitions.shown_changes
    )
    return (
        f"CASE WHEN p.id IS NULL THEN '{{}}'::jsonb ELSE jsonb_strip_nulls(jsonb_build_object({pairs})) END"
    )


def _material(definitions: Definitions) -> str:
    """SQL of the names, with commas, of what has changed so much since the decision that it no longer hides."""
    parts = [
        f"CASE WHEN s.{name} > (d.seen->>'{name}')::integer THEN '{name}' END"
        for name in definitions.material_rises
    ]
    if definitions.material_cohorts:
        parts.append(
            "CASE WHEN s.cohorts & %(list_mask)s & ~(d.seen->>'cohorts')::bigint <> 0 THEN 'cohorts' END"
        )
    return f"concat_ws(',', {', '.join(parts)})"


def counts(definitions: Definitions) -> str:
    """SQL that counts people by practice, and by each tier, segment, frailty category and cohort."""
    simple = [("people", "'all'", "true"), ("list", "'listed'", "on_list"), ("segment", "segment", "true")]
    simple += [("tier", "tier::text", "true"), ("listed-tier", "tier::text", "on_list")]
    simple += [("frailty", "efi_category", "age >= 65")]
    parts = [
        f"SELECT practice_code, '{dimension}' AS dimension, {value} AS value, count(*) AS people"
        f" FROM {STAGING} WHERE {where} GROUP BY 1, 3"
        for dimension, value, where in simple
    ]
    columns = ", ".join(
        f"count(*) FILTER (WHERE cohorts & {cohort.bit} <> 0) AS c{cohort.bit}"
        for cohort in definitions.cohorts
    )
    values = ", ".join(f"('{cohort.code}', c.c{cohort.bit})" for cohort in definitions.cohorts)
    parts.append(
        f"SELECT c.practice_code, 'cohort', v.value, v.people"
        f" FROM (SELECT practice_code, {columns} FROM {STAGING} GROUP BY 1) c,"
        f" LATERAL (VALUES {values}) AS v (value, people) WHERE v.people > 0"
    )
    return (
        "INSERT INTO stratification_runcount (run_id, practice_code, dimension, value, people)"
        f" SELECT %(run)s, * FROM ({' UNION ALL '.join(parts)}) AS counted"
    )
