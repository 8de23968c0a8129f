"""Reading tables of demographic records, Parquet or CSV, with errors that say how to mend them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from localcare.analysis.linkage.normalising import COLUMNS, NEEDED

KEYS = ("record_id", "person_id", "local_identifier")  # the first of these that a table has names its records
DAY = "birth_date"


class LinkageInputError(ValueError):
    """A table that cannot be linked; the message names the file and the remedy."""


def read_records(engine: Any, path: Path, name: str) -> int:
    """Make the view `name` with COLUMNS (text, `birth_date` a date) from the file; returns how many records.

    Columns that the file does not have are empty. Raises LinkageInputError.
    """
    source = _source(path)
    try:
        described = engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    except Exception as error:  # whatever the engine cannot read, told in one sentence
        raise LinkageInputError(f"{path} could not be read: {str(error).splitlines()[0]}") from error
    held = {row[0] for row in described}
    key = next((column for column in KEYS if column in held), None)
    if key is None:
        raise LinkageInputError(f"{path} has no column that names each record. Add the column record_id.")
    missing = [column for column in NEEDED[1:] if column not in held]
    if missing:
        raise LinkageInputError(
            f"{path} has no column {' or '.join(missing)}. Records are linked by names and date of birth at the least."
        )
    chosen = [f"{_quoted(key)}::VARCHAR AS record_id"]
    for column in COLUMNS[1:]:
        value = f"{_quoted(column)}::VARCHAR" if column in held else "NULL::VARCHAR"
        chosen.append(f"try_cast({value} AS DATE) AS {DAY}" if column == DAY else f"{value} AS {column}")
    _refuse_unreadable_days(engine, source, path)
    engine.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT {', '.join(chosen)} FROM {source}")
    return _checked_keys(engine, name, path, key)


def _source(path: Path) -> str:
    if not path.exists():
        raise LinkageInputError(f"{path} does not exist. Check the name and the folder.")
    quoted = str(path).replace("'", "''")
    if path.suffix == ".parquet":
        return f"read_parquet('{quoted}')"
    if path.suffix == ".csv":
        return f"read_csv('{quoted}', header = true, all_varchar = true)"
    raise LinkageInputError(f"{path} is neither .parquet nor .csv. Save it as one of them.")


def _quoted(column: str) -> str:
    return f'"{column}"'


def _refuse_unreadable_days(engine: Any, source: str, path: Path) -> None:
    text = f"nullif(trim({DAY}::VARCHAR), '')"
    rows = engine.execute(
        f"SELECT {text}, count(*) FROM {source} WHERE {text} IS NOT NULL AND try_cast({text} AS DATE) IS NULL"
        " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
    ).fetchall()
    if rows:
        raise LinkageInputError(
            f"{path}: {DAY} cannot be read in {rows[0][1]} records, such as {rows[0][0]!r}. Write days as 1947-03-12."
        )


def _checked_keys(engine: Any, name: str, path: Path, key: str) -> int:
    total, named, different = engine.execute(
        f"SELECT count(*), count(record_id), count(DISTINCT record_id) FROM {name}"
    ).fetchall()[0]
    if not total:
        raise LinkageInputError(f"{path} holds no records.")
    if named < total:
        raise LinkageInputError(
            f"{path}: {key} is empty in {total - named} records. Give each record its own."
        )
    if different < total:
        raise LinkageInputError(
            f"{path}: {total - different} records have a {key} that stands more than once. Give each record its own."
        )
    return int(total)
