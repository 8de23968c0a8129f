"""What the command line says of errors that are not its own."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from django.db import OperationalError, ProgrammingError

from localcare.config.command_line.errors import sentence


def test_a_damaged_file_is_no_trouble_of_the_database(tmp_path: Path) -> None:
    file = tmp_path / "persons.parquet"
    file.write_bytes(b"no Parquet")
    with pytest.raises(duckdb.Error) as raised:
        duckdb.connect().execute(f"from '{file}'")
    said = sentence(raised.value)
    assert "dataset check" in said and "migrate" not in said and "doctor" not in said


def test_trouble_of_the_database_names_its_remedy() -> None:
    assert "localcare migrate" in sentence(ProgrammingError("relation does not exist"))
    assert "localcare doctor" in sentence(OperationalError("no connection"))
