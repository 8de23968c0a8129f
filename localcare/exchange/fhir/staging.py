"""Rows read from resources, staged by COPY as they come and put into the record when the file is complete."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from localcare.exchange.loads.merging import Merged, Target, merge_staged
from localcare.foundation.record.models import (
    Attendance,
    Consent,
    Contact,
    Diagnosis,
    Document,
    Fact,
    Package,
    Procedure,
    Sourced,
    Stay,
)  # fmt: skip

# Stays before the diagnoses and procedures that belong to them.
TABLES: dict[str, type[Sourced]] = {
    "stay": Stay, "attendance": Attendance, "contact": Contact, "fact": Fact, "diagnosis": Diagnosis,
    "procedure": Procedure, "package": Package, "document": Document, "consent": Consent,
}  # fmt: skip
OPT_OUTS = """UPDATE people_person AS person SET national_data_opt_out = stands.opted_out FROM (
    SELECT DISTINCT staged.person_id, EXISTS (SELECT 1 FROM record_consent AS consent
        WHERE consent.person_id = staged.person_id AND consent.kind = %(kind)s
        AND (consent.ends_on IS NULL OR consent.ends_on > current_date)) AS opted_out
    FROM staged_consent AS staged WHERE staged.kind = %(kind)s
) AS stands WHERE person.id = stands.person_id AND person.national_data_opt_out <> stands.opted_out"""
OF_A_STAY = frozenset({"diagnosis", "procedure"})


class Staging:
    """Temporary tables like those of the record, for one file of one source."""

    def __init__(self, source_id: int, run_id: int) -> None:
        self.source_id, self.run_id = source_id, run_id
        self.staged: dict[str, int] = {}

    def put(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Stage rows; a key staged before is replaced at the end by what came last."""
        if not rows:
            return
        fields = _fields(table)
        with connection.cursor() as cursor:
            if table not in self.staged:
                self._create(cursor, table, fields)
            with cursor.copy(f"COPY staged_{table} (turn, {', '.join(fields)}) FROM STDIN") as copy:
                for turn, row in enumerate(rows, start=self.staged[table]):
                    copy.write_row([turn, *(row.get(name, default) for name, default in fields.items())])
        self.staged[table] += len(rows)

    def merge(self) -> Merged:
        """Put everything staged into the record; the sum over its tables."""
        added = updated = unchanged = 0
        with connection.cursor() as cursor:
            for table in TABLES:
                if table in self.staged:
                    merged = self._merge(cursor, table)
                    added, updated = added + merged.added, updated + merged.updated
                    unchanged += merged.unchanged
                    if table == "consent":
                        cursor.execute(OPT_OUTS, {"kind": Consent.Kind.NATIONAL_DATA_OPT_OUT.value})
                    cursor.execute(f"DROP TABLE staged_{table}")
        return Merged(added, updated, unchanged)

    def _create(self, cursor: Any, table: str, fields: dict[str, Any]) -> None:
        model = TABLES[table]._meta.db_table
        own = [name for name in fields if name != "stay_key"]
        extra = ", ''::text AS stay_key, 0::bigint AS stay_id" if table in OF_A_STAY else ""
        cursor.execute(
            f"CREATE TEMP TABLE staged_{table} ON COMMIT DROP AS SELECT 0::bigint AS turn, {', '.join(own)},"
            f" source_id, load_key{extra} FROM {model} WITH NO DATA"
        )
        cursor.execute(f"ALTER TABLE staged_{table} ALTER source_id SET DEFAULT {int(self.source_id)}")
        cursor.execute(f"ALTER TABLE staged_{table} ALTER load_key SET DEFAULT {int(self.run_id)}")
        self.staged[table] = 0

    def _merge(self, cursor: Any, table: str) -> Merged:
        cursor.execute(
            f"DELETE FROM staged_{table} AS old USING (SELECT source_key, max(turn) AS turn FROM staged_{table}"
            " GROUP BY source_key HAVING count(*) > 1) AS last"
            " WHERE old.source_key = last.source_key AND old.turn < last.turn"
        )
        if table in OF_A_STAY:
            cursor.execute(
                f"UPDATE staged_{table} AS staged SET stay_id = stay.id FROM record_stay AS stay"
                " WHERE stay.source_id = staged.source_id AND stay.source_key = staged.stay_key"
            )
        cursor.execute(f"SELECT count(*) FROM staged_{table}")
        (count,) = cursor.fetchone()
        columns = [name for name in _fields(table) if name != "stay_key"] + ["source_id", "load_key"]
        columns += ["stay_id"] if table in OF_A_STAY else []
        target = Target(TABLES[table]._meta.db_table, {name: name for name in columns})
        return merge_staged(cursor, f"staged_{table}", target, count)


def forget(source_id: int, keys: Iterable[str]) -> int:
    """Take out the rows read from earlier versions of these resources, before the new ones are put in."""
    listed, taken = list(keys), 0
    if not listed:
        return 0
    components = [f"{key}#%" for key in listed if key.startswith("Observation/")]
    with connection.cursor() as cursor:
        for table in (
            "fact",
            "attendance",
            "contact",
            "package",
            "document",
            "consent",
            "diagnosis",
            "procedure",
        ):
            cursor.execute(
                f"DELETE FROM record_{table} WHERE source_id = %s AND source_key = ANY(%s)",
                [source_id, listed],
            )
            taken += cursor.rowcount
        for pattern in components:
            cursor.execute(
                "DELETE FROM record_fact WHERE source_id = %s AND source_key LIKE %s", [source_id, pattern]
            )
            taken += cursor.rowcount
    return taken


def _fields(table: str) -> dict[str, Any]:
    """The columns a reader fills, with what stands where it says nothing."""
    fields: dict[str, Any] = {}
    for field in TABLES[table]._meta.concrete_fields:
        if field.primary_key or field.column in ("source_id", "load_key", "stay_id"):
            continue
        is_text = isinstance(field, models.CharField | models.TextField)
        fields[str(field.column)] = "" if is_text and not field.null else None
    if table in OF_A_STAY:
        fields["stay_key"] = ""
    return fields
