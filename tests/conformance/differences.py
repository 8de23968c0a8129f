"""What two files of people say differently, by DuckDB, which neither file need come from."""

from __future__ import annotations

from pathlib import Path

import duckdb

AT_MOST = 5  # people shown of each column


def differences(one: Path, other: Path, *, key: tuple[str, ...] = ("person_id",)) -> list[str]:
    """Every difference of columns, types, people and values, in words; none when the files say the same."""
    connection = duckdb.connect()
    connection.execute(f"create view one as from read_parquet('{one}')")
    connection.execute(f"create view other as from read_parquet('{other}')")
    columns = [
        [row[:2] for row in connection.execute(f"describe {name}").fetchall()] for name in ("one", "other")
    ]
    if columns[0] != columns[1]:
        unlike = [pair for pair in zip(*columns, strict=False) if pair[0] != pair[1]]
        return [f"the columns are not the same: {unlike or columns}"]
    found = []
    keys = ", ".join(key)
    for name in ("one", "other"):
        twice = _number(connection, f"select count(*) - count(distinct ({keys})) from {name}")
        found += [f"{twice} rows of {name} have a key that another has"] if twice else []
    for name, against in (("one", "other"), ("other", "one")):
        missing = connection.execute(
            f"select {keys} from {name} anti join {against} using ({keys}) order by all limit {AT_MOST}"
        ).fetchall()
        found += [f"only {name} has {missing}"] if missing else []
    for column, _ in columns[0]:
        if column not in key:
            found += _of_column(connection, column, keys)
    return found


def types_of(file: Path) -> dict[str, str]:
    """DuckDB's type of each column of a file."""
    rows = duckdb.connect().execute(f"describe from read_parquet('{file}')").fetchall()
    return {row[0]: row[1] for row in rows}


def _of_column(connection: duckdb.DuckDBPyConnection, column: str, keys: str) -> list[str]:
    rows = f'from one join other using ({keys}) where one."{column}" is distinct from other."{column}"'
    number = _number(connection, f"select count(*) {rows}")
    if not number:
        return []
    shown = connection.execute(
        f'select {keys}, one."{column}", other."{column}" {rows} order by all limit {AT_MOST}'
    ).fetchall()
    return [f"{column} differs for {number}: {shown}"]


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
