"""How rows as they stand in the database become rows of the dataset: statements for the engine that writes it."""

from __future__ import annotations

from dataclasses import dataclass

from localcare.analysis.dataset.linked_dataset import DUCKDB_TYPES
from localcare.analysis.dataset.schema import Column, Table
from localcare.foundation.record.exporting.people import PEOPLE
from localcare.foundation.record.exporting.withheld import (
    VALUES_REMOVED,
    only_what_may_leave,
    without_such_a_value,
)

CLOSED_UP = ("diagnoses", "procedures")  # a missing position would tell that a row was taken out
REFERENCES = {"stay_id": "stays"}


@dataclass(frozen=True)
class Shape:
    """How rows are shaped: with keyed pseudonyms or not, with sensitive codes or not."""

    is_pseudonymous: bool
    withholds: bool

    def rows(self, described: Table, raw: str) -> str:
        """The SELECT that shapes the rows of the engine's relation `raw`: people and keys as in the export."""
        columns = ", ".join(f"{self._expression(described, one)} AS {one.name}" for one in described.columns)
        joins = f"JOIN {PEOPLE} AS shown ON shown.id = raw.person_id"
        if described.name == "relationships":
            joins += f" JOIN {PEOPLE} AS related ON related.id = raw.related_person_id"
        condition = only_what_may_leave(described.name, "raw") if self.withholds else "true"
        return f"SELECT {columns} FROM {raw} AS raw {joins} WHERE {condition}"

    def keys(self, described: Table, raw: str) -> str:
        """The SELECT of the keys in the export (`key`) of the rows of the engine's relation `raw`."""
        if described.name == "persons":
            return f"SELECT shown.person_id AS key FROM {raw} AS raw JOIN {PEOPLE} AS shown ON shown.id = raw.person_id"
        return f"SELECT {self.key(described.name, f'raw.{described.key}')} AS key FROM {raw} AS raw"

    def kept(self, described: Table, column: Column, base: str) -> str:
        """The expression of a column of rows that stay as they are in the relation `base`, after others were taken out."""
        if self._is_closed_up(described, column):
            return f"(row_number() OVER (PARTITION BY {base}.stay_id ORDER BY {base}.position))::INTEGER AS position"
        return f"{base}.{column.name}"

    def key(self, table: str, held: str) -> str:
        """The key in the export of a row that the database holds under `held`."""
        return f"keyed_number('{table}:' || {held})" if self.is_pseudonymous else held

    def _expression(self, described: Table, column: Column) -> str:
        name = column.name
        if name == "person_id":
            return "shown.person_id"
        if name == "related_person_id":
            return "related.person_id"
        if name == described.key:
            return self.key(described.name, f"raw.{name}")
        if name in REFERENCES:
            return self.key(REFERENCES[name], f"raw.{name}")
        if self.withholds and VALUES_REMOVED.get(described.name) == name:
            return without_such_a_value(described.name, name, "raw")
        if self._is_closed_up(described, column):
            return f"(row_number() OVER (PARTITION BY raw.stay_id ORDER BY raw.position, raw.{described.key}))::INTEGER"
        return f"raw.{name}"

    def _is_closed_up(self, described: Table, column: Column) -> bool:
        return self.withholds and described.name in CLOSED_UP and column.name == "position"


def types_of(described: Table) -> dict[str, str]:
    """The table's columns in the engine's types."""
    return {column.name: DUCKDB_TYPES[column.type] for column in described.columns}


def in_order(described: Table) -> str:
    """The order of a table's rows: by person, so that a range of people lies together; then by key."""
    return "person_id" if described.key == "person_id" else f"person_id, {described.key}"


def quoted(text: object) -> str:
    """Text as it stands in a statement."""
    return str(text).replace("'", "''")
