"""Every problem of a linked dataset, with table, row, column and remedy; SQL over the files, so size does not matter.

A row is named by its number in a CSV (the header is line 1) and by its key in Parquet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from localcare.analysis.dataset.check_opening import Opened, Problem, damaged_tables, open_table
from localcare.analysis.dataset.check_rules import DatedRule, dated_rules
from localcare.analysis.dataset.engine import DEFAULT_MEMORY_LIMIT, connect
from localcare.analysis.dataset.linked_dataset import DUCKDB_TYPES, DatasetError
from localcare.analysis.dataset.schema import SCHEMA_VERSION, TABLES, Column
from localcare.analysis.dataset.writing import METADATA_FILE, read_metadata
from localcare.analysis.libraries import duckdb

EXAMPLES = 10
CANNOT_BE_READ = ("unreadable", "missing-table", "missing-column", "wrong-type", "schema-version")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class CheckReport:
    """All problems found, at most EXAMPLES for each rule, table and column, with the rows of each table."""

    problems: tuple[Problem, ...]
    counts: dict[str, int]
    rows: dict[str, int]
    as_of: date | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.problems

    @property
    def can_be_read(self) -> bool:
        """Whether every table can be opened in the types of the schema, whatever its rows say."""
        return not any(problem.rule in CANNOT_BE_READ for problem in self.problems)


def check(
    path: Path | str,
    *,
    as_of: date | None = None,
    memory_limit: str = DEFAULT_MEMORY_LIMIT,
    threads: int | None = None,
    progress: Progress | None = None,
) -> CheckReport:
    """Check a dataset directory.

    Dates after `as_of` (by default that of dataset.json) are problems; without either, the future is not checked.
    Raises DatasetError when the path is no directory.
    """
    directory = Path(path)
    if not directory.is_dir():
        raise DatasetError(f"{directory} is not a directory: give the folder that holds persons.parquet")
    connection = connect(memory_limit=memory_limit, threads=threads).con
    problems = list(_metadata_problems(directory))
    until = as_of or _as_of(directory)
    opened: dict[str, Opened] = {}
    rows: dict[str, int] = {}
    for step, described in enumerate(TABLES):
        if progress:
            progress(f"Reading {described.name}", step, 2 * len(TABLES))
        found, table_problems = open_table(connection, directory, described)
        problems += table_problems
        if found:
            opened[described.name] = found
            rows[described.name] = _number(connection, f"select count(*) from {found.stored}")
    for step, table in enumerate(list(opened.values())):
        if progress:
            progress(f"Checking {table.described.name}", len(TABLES) + step, 2 * len(TABLES))
        problems += _checked(connection, table, opened, until)
    connection.close()
    counts: dict[str, int] = {}
    for problem in problems:
        key = f"{problem.table}.{problem.column}: {problem.rule}"
        counts[key] = problem.rows
    return CheckReport(tuple(problems), counts, rows, until)


def _checked(connection: Any, table: Opened, opened: dict[str, Opened], until: date | None) -> list[Problem]:
    """The problems of a table's rows; tables found to be damaged on the way are said so, and no longer opened."""
    if table.described.name not in opened:
        return []
    try:
        return list(_table_problems(connection, table, opened, until))
    except duckdb.Error:
        damaged = damaged_tables(connection, opened.values())
        if not damaged:
            raise
        for problem in damaged:
            del opened[problem.table]
        return damaged + _checked(connection, table, opened, until)


def _as_of(directory: Path) -> date | None:
    try:
        return date.fromisoformat(str(read_metadata(directory).get("as_of")))
    except ValueError:
        return None


def _metadata_problems(directory: Path) -> Iterator[Problem]:
    try:
        metadata = read_metadata(directory)
    except ValueError as broken:
        yield Problem(
            "metadata", METADATA_FILE, "", "", "", f"is not JSON ({broken})", "write it again, or remove it"
        )
        return
    version = metadata.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        yield Problem(
            "schema-version", METADATA_FILE, "schema_version", "", str(version),
            f"is version {version}; this program reads version {SCHEMA_VERSION}",
            "export the dataset again with this version",
        )  # fmt: skip
    if metadata and _as_of(directory) is None:
        yield Problem(
            "metadata", METADATA_FILE, "as_of", "", str(metadata.get("as_of")), "is not a day",
            "give the day the data are complete up to as YYYY-MM-DD",
        )  # fmt: skip


def _table_problems(
    connection: Any, table: Opened, opened: dict[str, Opened], until: date | None
) -> Iterator[Problem]:
    described = table.described
    for column in described.columns:
        if column.name not in table.present:
            continue
        yield from _column_problems(connection, table, column, opened)
    if described.key in table.present:
        yield from _duplicates(connection, table)
    if "nhs_number" in table.present:
        yield from _nhs_numbers(connection, table)
    for rule in dated_rules(described, until):
        if set(rule.columns) <= set(table.present) and set(rule.tables) <= set(opened):
            yield from _dated(connection, table, rule)


def _column_problems(
    connection: Any, table: Opened, column: Column, opened: dict[str, Opened]
) -> Iterator[Problem]:
    name = column.name
    stored = f'"{name}"'
    if table.is_csv and column.type != "string":
        cast = f"try_cast({stored} as {DUCKDB_TYPES[column.type]})"
        yield from _found(
            connection, table.stored, table, column=name, rule="wrong-type", value=stored,
            condition=f"{stored} is not null and {cast} is null",
            message=f"is not a value of type {column.type}",
            remedy={"date": "write days as YYYY-MM-DD", "boolean": "write true or false"}.get(
                column.type, f"correct the value to a {column.type}, or leave it empty if it is not known"
            ),
        )  # fmt: skip
    if column.required:
        empty = f"{stored} is null" + (f" or trim({stored}) = ''" if column.type == "string" else "")
        yield from _found(
            connection, table.stored, table, column=name, rule="missing-value", value="''", condition=empty,
            message="is empty", remedy=f"fill it in ({column.meaning}), or leave the row out",
        )  # fmt: skip
    if column.values:
        allowed = ", ".join(f"'{value}'" for value in column.values)
        yield from _found(
            connection, table.stored, table, column=name, rule="not-allowed", value=stored,
            condition=f"{stored} is not null and {stored} not in ({allowed})",
            message="is not one of the values allowed", remedy=f"use one of {', '.join(column.values)}",
        )  # fmt: skip
    if column.refers_to:
        target, key = column.refers_to.split(".")
        if target in opened and key in opened[target].present:
            yield from _found(
                connection, table.typed, table, column=name, rule="dangling-reference", value=name,
                condition=f"{name} is not null and {name} not in (select {key} from typed_{target} where {key} is not null)",
                message=f"names no row of {target}", remedy=f"add the row to {target}, or leave this one out",
            )  # fmt: skip


def _duplicates(connection: Any, table: Opened) -> Iterator[Problem]:
    key = table.described.key
    repeated = f"(select {key} from {table.typed} where {key} is not null group by {key} having count(*) > 1)"
    yield from _found(
        connection, table.typed, table, column=key, rule="duplicate-key", value=key, condition=f"{key} in {repeated}",
        message="appears more than once", remedy="give every row its own key, or remove the repeated row",
    )  # fmt: skip


def _nhs_numbers(connection: Any, table: Opened) -> Iterator[Problem]:
    """Ten digits, spaces and hyphens aside, of which the last is the check digit (modulus 11)."""
    digits = "replace(replace(nhs_number, ' ', ''), '-', '')"
    total = " + ".join(f"(ascii({digits}[{place}]) - 48) * {11 - place}" for place in range(1, 10))
    right = f"regexp_full_match({digits}, '[0-9]{{10}}') and (11 - ({total}) % 11) % 11 = ascii({digits}[10]) - 48"
    yield from _found(
        connection, table.typed, table, column="nhs_number", rule="nhs-number", value="nhs_number",
        condition=f"nhs_number is not null and nhs_number <> '' and not ({right})",
        message="is not a valid NHS number", remedy="correct the digits, or leave it empty if it is not known",
    )  # fmt: skip


def _dated(connection: Any, table: Opened, rule: DatedRule) -> Iterator[Problem]:
    yield from _found(
        connection, f"{table.typed} as checked {rule.joins}", table, column=rule.column, rule=rule.name,
        value=f"checked.{rule.column}", condition=rule.condition, message=rule.message, remedy=rule.remedy,
        row=f"checked.{table.row}",
    )  # fmt: skip


def _found(
    connection: Any, source: str, table: Opened, *, column: str, rule: str, value: str, condition: str,
    message: str, remedy: str, row: str = "",
) -> Iterator[Problem]:  # fmt: skip
    """The first examples of a condition in the order of the file, each with how many rows there are in all."""
    named = row or f'"{table.row}"'
    query = f"""select {named}::varchar, ({value})::varchar, count(*) over () from {source}
        where {condition} order by try_cast({named} as bigint) limit {EXAMPLES}"""
    for place, what, total in connection.execute(query).fetchall():
        where = f"line {place}" if table.is_csv else f"{table.described.key} {place}"
        yield Problem(rule, table.described.name, column, where, what or "", message, remedy, total)


def _number(connection: Any, query: str) -> int:
    (number,) = connection.execute(query).fetchone()
    return int(number)
