"""Which codes do not leave beyond direct care, looked up once for each code that is on record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db import connection

from localcare.foundation.record.exporting.rules import (
    DIAGNOSES,
    PROCEDURES,
    SPECIALTIES,
    SecondaryUse,
    system_of_attendance,
)

WITHHELD = "withheld"  # of_table, system, code as recorded
ROWS_REMOVED = {"facts": "code", "diagnoses": "code", "procedures": "code"}
VALUES_REMOVED = {"stays": "specialty_code", "attendances": "diagnosis_code"}
CODES = {
    "facts": "SELECT system, code, count(*) FROM record_fact GROUP BY 1, 2",
    "diagnoses": f"SELECT '{DIAGNOSES}', code, count(*) FROM record_diagnosis GROUP BY 2",
    "procedures": f"SELECT '{PROCEDURES}', code, count(*) FROM record_procedure GROUP BY 2",
    "stays": f"SELECT '{SPECIALTIES}', specialty_code, count(*) FROM record_stay WHERE specialty_code > '' GROUP BY 2",
    "attendances": "SELECT '', diagnosis_code, count(*) FROM record_attendance WHERE diagnosis_code > '' GROUP BY 2",
}


def withhold(engine: Any, rules: SecondaryUse, tables: Collection[str]) -> dict[tuple[str, str], int]:
    """Put what does not leave into the engine; how many rows of each table carry such a code, by reason."""
    engine.execute(f"CREATE TABLE {WITHHELD} (of_table VARCHAR, system VARCHAR, code VARCHAR)")
    counts: Counter[tuple[str, str]] = Counter()
    for table, query in CODES.items():
        if table not in tables:
            continue
        with connection.cursor() as cursor:
            cursor.execute(query)
            found = cursor.fetchall()
        reasons = {
            (system, code): reason
            for system, code, _ in found
            if (reason := rules.reason(system or system_of_attendance(code), code))
        }
        for system, code, rows in found:
            if (system, code) in reasons:
                counts[table, reasons[system, code]] += rows
        if reasons:
            engine.executemany(
                f"INSERT INTO {WITHHELD} VALUES (?, ?, ?)",
                [(table, system, code) for system, code in reasons],
            )
    return dict(counts)


def only_what_may_leave(table: str, raw: str) -> str:
    """The condition that keeps rows with such a code at home; "true" for a table without any."""
    if table not in ROWS_REMOVED:
        return "true"
    system = f"AND {WITHHELD}.system = {raw}.system" if table == "facts" else ""
    return (
        f"NOT EXISTS (SELECT 1 FROM {WITHHELD} WHERE {WITHHELD}.of_table = '{table}'"
        f" AND {WITHHELD}.code = {raw}.{ROWS_REMOVED[table]} {system})"
    )


def without_such_a_value(table: str, column: str, raw: str) -> str:
    """A column's expression, empty where its code does not leave."""
    return (
        f"CASE WHEN EXISTS (SELECT 1 FROM {WITHHELD} WHERE {WITHHELD}.of_table = '{table}'"
        f" AND {WITHHELD}.code = {raw}.{column}) THEN NULL ELSE {raw}.{column} END"
    )
