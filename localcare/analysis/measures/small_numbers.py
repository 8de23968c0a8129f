"""Measured numbers without the small ones: what pages do to theirs, done to a table that leaves the team.

Hidden are numbers of 1 to 4, of a share also those who missed it, and others by which they could be worked out: along each
breakdown and over the periods, numbers are taken to add up to totals that anybody may ask for next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

from localcare.analysis.covering import Counts, covered
from localcare.analysis.dataset.writing import read_metadata
from localcare.analysis.disclosure import SMALLEST, Sum
from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.measures.definitions import Indicator

BEYOND_CARE = ("planning", "research")  # the purposes of exports that leave care
EXPORTED_FOR = "localcare export for "  # how the source of an exported dataset begins
EVERY = None  # a place of a key that is summed over
Key = tuple[Any, ...]


def left_care(*, dataset: Path | None = None, journal: JournalFolder | None = None) -> bool:
    """Whether a dataset or a journal says of itself that it was exported beyond care."""
    purposes = [journal.about.purpose] if journal else []
    if dataset is not None:
        purposes.append(str(read_metadata(dataset).get("source", "")).removeprefix(EXPORTED_FOR))
    return any(purpose in BEYOND_CARE for purpose in purposes)


def without_small_numbers(
    table: Any, indicator: Indicator, by: Sequence[str], *, smallest: int = SMALLEST
) -> Any:
    """A table of `measure` with a last column `hidden`; where it is true, numerator, denominator and value are null."""
    rows = table.to_pylist()
    axes = ("period_start", *by)
    keys = [tuple(row[axis] for axis in axes) for row in rows]
    counts = {
        key: counts_behind(indicator.kind, row["numerator"], row["denominator"])
        for key, row in zip(keys, rows, strict=True)
    }
    hidden = _hidden(counts, smallest)
    flags = [key in hidden for key in keys]
    for name in ("numerator", "denominator", "value"):
        values = [None if flag else row[name] for row, flag in zip(rows, flags, strict=True)]
        place = table.schema.get_field_index(name)
        table = table.set_column(
            place, table.schema.field(place), pa.array(values, table.schema.field(place).type)
        )
    return table.append_column("hidden", pa.array(flags, pa.bool_()))


def counts_behind(kind: str, numerator: int, denominator: int) -> Counts:
    """The counts of people or things behind a number; of a share those who missed it too, for they are as few."""
    if kind == "share":
        return (numerator, max(0, denominator - numerator))
    return (denominator,) if kind in ("mean", "median") else (numerator,)


def _hidden(counts: dict[Key, Counts], smallest: int) -> set[Key]:
    """The keys to hide, beside every total along the axes, which anybody may ask for next."""
    totals, sums = _totals(counts)
    every = counts | totals
    small = {key for key, found in every.items() if any(0 < one < smallest for one in found)}
    return covered(sums, every, small, smallest) & set(counts)


def _totals(counts: dict[Key, Counts]) -> tuple[dict[Key, Counts], list[Sum[Key]]]:
    """Every sum over one axis or several of the numbers themselves."""
    parts: dict[Key, list[Key]] = defaultdict(list)
    for key in counts:
        for kept in product((True, False), repeat=len(key)):
            if not all(kept):
                parts[tuple(value if keep else EVERY for value, keep in zip(key, kept, strict=True))].append(
                    key
                )
    totals = {
        total: tuple(map(sum, zip(*(counts[part] for part in found), strict=True)))
        for total, found in parts.items()
    }
    return totals, [Sum(total, tuple(found)) for total, found in parts.items()]
