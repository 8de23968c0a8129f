"""Items of a score as bits of BIGINT columns: once per person by construction, and explained by the same bits.

Every bit is computed here in Python and travels as a BIGINT; engines never shift (Spark shifts literals in 32 bits).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import add
from typing import Any

from localcare.analysis.libraries import ibis

BITS_PER_COLUMN = 62  # the sign bit and one more are left alone


def _bit_or(value: int) -> int:
    """The engine's own bitwise OR over a group."""
    raise NotImplementedError


def _bit_count(value: int) -> int:
    """The engine's own count of the bits that are set."""
    raise NotImplementedError


@cache
def _engine_functions() -> tuple[Any, Any]:
    """Both functions as the engine knows them, declared when the first expression is made."""
    aggregate = ibis.udf.agg.builtin(name="bit_or", signature=(("int64",), "int64"))
    scalar = ibis.udf.scalar.builtin(name="bit_count", signature=(("int64",), "int8"))
    return aggregate(_bit_or), scalar(_bit_count)


def bit_or(column: Any) -> Any:
    """The bitwise OR of a column over a group."""
    return _engine_functions()[0](column)


def bit_count(column: Any) -> Any:
    """How many bits of a column are set."""
    return _engine_functions()[1](column)


def mask(value: int) -> Any:
    """A BIGINT literal."""
    return ibis.literal(value, "int64")


@dataclass(frozen=True)
class MaskLayout:
    """Which item sits on which bit of which column, in the order given; columns are filled evenly."""

    columns: tuple[str, ...]
    items: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.per_column > BITS_PER_COLUMN:
            raise ValueError(f"{len(self.items)} items do not fit in {len(self.columns)} BIGINT columns")
        if len(set(self.items)) != len(self.items):
            raise ValueError("an item is named twice")

    @property
    def per_column(self) -> int:
        """Bits used in each column."""
        return -(-len(self.items) // len(self.columns))

    def bits(self, items: Sequence[str] | set[str] | frozenset[str]) -> dict[str, int]:
        """Each column's mask with the bits of the given items."""
        masks = dict.fromkeys(self.columns, 0)
        for item in items:
            column, bit = divmod(self.items.index(item), self.per_column)
            masks[self.columns[column]] |= 1 << bit
        return masks

    def members(self, masks: Mapping[str, int]) -> tuple[str, ...]:
        """The items whose bits are set, in the order of the layout."""
        return tuple(
            item
            for position, item in enumerate(self.items)
            if masks[self.columns[position // self.per_column]] >> (position % self.per_column) & 1
        )

    def weighted_sum(self, masks: Mapping[str, Any], weights: Mapping[str, int]) -> Any:
        """The sum of the weights of the items set in the mask expressions, as an int32 expression.

        Weights are cut into binary digits: for each digit, one bit count over the items that have it.
        A hundred weights cost a dozen bit counts instead of a hundred comparisons. Weights are never negative.
        """
        if min(weights[item] for item in self.items) < 0:
            raise ValueError("weights below zero cannot be summed from bit counts")
        parts = []
        for digit in range(max(weights[item] for item in self.items).bit_length()):
            having = [item for item in self.items if weights[item] >> digit & 1]
            for column, bits in self.bits(having).items():
                if bits:
                    parts.append(
                        bit_count(masks[column] & mask(bits)).cast("int32")
                        * ibis.literal(1 << digit, "int32")
                    )
        return reduce(add, parts).cast("int32")


def both_set(column: Any, layout: MaskLayout, first: str, second: str) -> Any:
    """1 where both items of a one-column layout are set, else 0, as an int32 expression."""
    (bits,) = layout.bits([first, second]).values()
    return ((column & mask(bits)) == mask(bits)).cast("int32")
