"""One pass over coded rows: codes become bits once per distinct code, then one OR per person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from localcare.analysis.dataset.engine import distinct_values, lookup
from localcare.analysis.libraries import ibis
from localcare.analysis.scores.codes import normalise_icd10
from localcare.analysis.scores.definitions import Definition
from localcare.analysis.scores.masks import MaskLayout, bit_or, mask
from localcare.analysis.scores.windows import Window

RAW_CODE = "code_as_recorded"


@dataclass(frozen=True)
class PrefixMasks:
    """The bits that each ICD-10 prefix of a score stands for."""

    layout: MaskLayout
    bits_of_prefix: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, definition: Definition, columns: Sequence[str]) -> PrefixMasks:
        """The items of a definition laid out over the named columns."""
        layout = MaskLayout(tuple(columns), tuple(item.name for item in definition.items))
        prefixes: dict[str, dict[str, int]] = {}
        for item in definition.items:
            for prefix in item.prefixes:
                known = prefixes.setdefault(prefix, dict.fromkeys(columns, 0))
                for column, bits in layout.bits([item.name]).items():
                    known[column] |= bits
        return cls(layout, prefixes)

    def bits(self, code: str | None) -> dict[str, int]:
        """Each column's bits for one code as recorded: those of every prefix it begins with."""
        return self.bits_of_normal(normalise_icd10(code)) or dict.fromkeys(self.layout.columns, 0)

    def bits_of_normal(self, normal: str) -> dict[str, int] | None:
        """The same for a code already normalised; None when it means nothing."""
        found: dict[str, int] | None = None
        for length in self._lengths:
            for column, bits in self.bits_of_prefix.get(normal[:length], {}).items():
                found = found or dict.fromkeys(self.layout.columns, 0)
                found[column] |= bits
        return found

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(prefix) for prefix in self.bits_of_prefix}))


def code_map(events: Any, codes: Iterable[str], parts: Sequence[PrefixMasks]) -> Any:
    """A table of the codes as recorded that mean something to any part, with the parts' BIGINT columns."""
    columns = [column for part in parts for column in part.layout.columns]
    rows: list[list[Any]] = []
    for code in codes:
        normal = normalise_icd10(code)
        found = [part.bits_of_normal(normal) for part in parts]
        if any(found):
            bits = dict.fromkeys(columns, 0)
            for each in found:
                bits |= each or {}
            rows.append([code, *bits.values()])
    return lookup(events, {RAW_CODE: "string"} | dict.fromkeys(columns, "int64"), rows)


def masks_per_person(
    events: Any,
    parts: Sequence[PrefixMasks],
    *,
    person: str = "person_id",
    code: str = "code",
    codes: Iterable[str] | None = None,
    conditions: Mapping[str, Callable[[Any], Any]] | None = None,
    keep_all: bool = False,
) -> Any:
    """One row per person with each part's mask columns.

    `codes` are the distinct codes as recorded, read here when not given. `conditions` gives, by mask column, which
    rows may count for it. With `keep_all`, people none of whose codes mean anything are kept with masks of 0;
    otherwise they are left out, to be joined to a register.
    """
    known = code_map(events, distinct_values(events, code) if codes is None else codes, parts)
    joined = events.join(known, events[code] == known[RAW_CODE], how="inner")
    columns = [column for part in parts for column in part.layout.columns]
    aggregates = {}
    for column in columns:
        bits = joined[column]
        if conditions and column in conditions:
            bits = ibis.cases((conditions[column](joined), bits), else_=mask(0))
        aggregates[column] = bit_or(bits)
    grouped = joined.group_by(joined[person]).aggregate(**aggregates)
    return everyone(events.select(person).distinct(), grouped, person=person) if keep_all else grouped


def everyone(people: Any, measured: Any, *, person: str = "person_id") -> Any:
    """The people, each once, with the measured columns; 0 where nothing was measured."""
    columns = [column for column in measured.columns if column != person]
    joined = people.join(measured, people[person] == measured[person], how="left")
    filled = {
        column: joined[column].fill_null(ibis.literal(0, measured[column].type())) for column in columns
    }
    return joined.select(*(joined[column] for column in people.columns), **filled)


def score_events(
    events: Any,
    parts: Sequence[PrefixMasks],
    windows: Mapping[str, int | None],
    *,
    person: str,
    code: str,
    on: str | None,
    as_of: Any,
    people: Any,
) -> Any:
    """Masks per person for a notebook's own table of coded rows, with windows when a day column is named.

    Raises ValueError when only one of `on` and `as_of` is given.
    """
    if (on is None) != (as_of is None):
        raise ValueError("give both `on` (the column with the day) and `as_of`, or neither")
    conditions = {
        column: partial(_row_in_window, on, Window.ending(as_of, months=months))
        for column, months in windows.items()
        if on is not None
    }
    masks = masks_per_person(
        events, parts, person=person, code=code, conditions=conditions, keep_all=people is None
    )
    return masks if people is None else everyone(people.select(person).distinct(), masks, person=person)


def _row_in_window(on: str, window: Window, rows: Any) -> Any:
    return in_window(rows[on], window)


def in_window(column: Any, window: Window) -> Any:
    """The window as an expression over a date column."""
    return (column > ibis.literal(window.after)) & (column <= ibis.literal(window.until))
