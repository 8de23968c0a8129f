"""The vocabulary of rules: data that says which people, read by Python, by Ibis and by a reader of words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from localcare.analysis.libraries import ibis

Row = Mapping[str, Any]
COMPARISONS = ("at_least", "at_most", "equals", "one_of", "within_days", "is_known")


@dataclass(frozen=True)
class Comparison:
    """One column compared with one value; a column without a value never holds (but see `is_known`)."""

    column: str
    how: str
    value: Any

    def holds(self, row: Row, as_of: date) -> bool:
        """Whether it holds for one person's row."""
        found = row[self.column]
        if self.how == "is_known":
            return (found is not None and found != "") is self.value
        return found is not None and _compare(found, self.how, self.value, as_of)

    def expression(self, table: Any, as_of: date) -> Any:
        """The same as a boolean Ibis expression that is never null."""
        column = table[self.column]
        if self.how == "is_known":
            return column.notnull() if self.value else column.isnull()
        return _expression(column, self.how, self.value, as_of).fill_null(False)

    def met_by(self, row: Row, as_of: date) -> tuple[Comparison, ...]:
        """The comparisons that hold, to be put in words."""
        return (self,) if self.holds(row, as_of) else ()

    def columns(self) -> Iterator[str]:
        """The columns that are asked about."""
        yield self.column


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]

    def holds(self, row: Row, as_of: date) -> bool:
        """Whether it holds for one person's row."""
        return all(part.holds(row, as_of) for part in self.parts)

    def expression(self, table: Any, as_of: date) -> Any:
        """The same as an Ibis expression."""
        return ibis.and_(*(part.expression(table, as_of) for part in self.parts))

    def met_by(self, row: Row, as_of: date) -> tuple[Comparison, ...]:
        """The comparisons of every part when all hold."""
        return _met(self.parts, row, as_of) if self.holds(row, as_of) else ()

    def columns(self) -> Iterator[str]:
        """The columns that are asked about."""
        return (column for part in self.parts for column in part.columns())


@dataclass(frozen=True)
class Any_:
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def holds(self, row: Row, as_of: date) -> bool:
        """Whether it holds for one person's row."""
        return any(part.holds(row, as_of) for part in self.parts)

    def expression(self, table: Any, as_of: date) -> Any:
        """The same as an Ibis expression."""
        return ibis.or_(*(part.expression(table, as_of) for part in self.parts))

    def met_by(self, row: Row, as_of: date) -> tuple[Comparison, ...]:
        """The comparisons of the parts that hold."""
        return _met(self.parts, row, as_of)

    def columns(self) -> Iterator[str]:
        """The columns that are asked about."""
        return (column for part in self.parts for column in part.columns())


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Condition

    def holds(self, row: Row, as_of: date) -> bool:
        """Whether it holds for one person's row."""
        return not self.part.holds(row, as_of)

    def expression(self, table: Any, as_of: date) -> Any:
        """The same as an Ibis expression."""
        return ~self.part.expression(table, as_of)

    def met_by(self, row: Row, as_of: date) -> tuple[Comparison, ...]:
        """What is absent is not put in words here; the cohort's sentence says it."""
        return ()

    def columns(self) -> Iterator[str]:
        """The columns that are asked about."""
        return self.part.columns()


Condition = Comparison | All | Any_ | Not


def condition(content: Mapping[str, Any]) -> Condition:
    """The condition that a definition writes down; ValueError for anything else."""
    if "all" in content:
        return All(tuple(condition(part) for part in content["all"]))
    if "any" in content:
        return Any_(tuple(condition(part) for part in content["any"]))
    if "not" in content:
        return Not(condition(content["not"]))
    how = [key for key in content if key != "column"]
    if "column" not in content or len(how) != 1 or how[0] not in COMPARISONS:
        raise ValueError(f"{dict(content)} is no condition: give column and one of {', '.join(COMPARISONS)}")
    value = content[how[0]]
    return Comparison(content["column"], how[0], tuple(value) if isinstance(value, list) else value)


def _met(parts: tuple[Condition, ...], row: Row, as_of: date) -> tuple[Comparison, ...]:
    found = [comparison for part in parts for comparison in part.met_by(row, as_of)]
    return tuple(dict.fromkeys(found))


def _compare(found: Any, how: str, value: Any, as_of: date) -> bool:
    if how == "at_least":
        return bool(found >= value)
    if how == "at_most":
        return bool(found <= value)
    if how == "one_of":
        return found in value
    if how == "within_days":
        return bool(as_of - timedelta(days=value) <= found <= as_of)
    return bool(found == value)


def _expression(column: Any, how: str, value: Any, as_of: date) -> Any:
    if how == "at_least":
        return column >= value
    if how == "at_most":
        return column <= value
    if how == "one_of":
        return column.isin(value)
    if how == "within_days":
        return column.between(ibis.literal(as_of - timedelta(days=value)), ibis.literal(as_of))
    return column == value
