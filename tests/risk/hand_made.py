"""A dataset of a few people written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from localcare.analysis.dataset.schema import TABLES
from localcare.analysis.dataset.writing import write_metadata, write_table

Rows = Sequence[Mapping[str, Any]]


def write(folder: Path, **tables: Rows) -> Path:
    """Write the tables given and all others empty."""
    for table in TABLES:
        write_table(folder, table.name, tables.get(table.name, ()))
    write_metadata(folder, as_of=date(2026, 9, 30), source="by hand")
    return folder


def person(key: int, *, born: date = date(1950, 5, 1), **more: Any) -> dict[str, Any]:
    return {"person_id": key, "birth_date": born, "sex": "female", "imd_decile": 5} | more


def registration(key: int, *, ended: date | None = None, started: date = date(2010, 1, 1)) -> dict[str, Any]:
    return {
        "registration_id": key,
        "person_id": key,
        "practice_code": "S1001",
        "started_on": started,
        "ended_on": ended,
    }


def stay(
    key: int, who: int, admitted: date, discharged: date | None, kind: str = "emergency"
) -> dict[str, Any]:
    return {
        "stay_id": key,
        "person_id": who,
        "admission_type": kind,
        "admitted_on": admitted,
        "discharged_on": discharged,
        "bed_type": "acute",
    }
