"""Arrow columns from numpy arrays, as the linked dataset's schema wants them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localcare.analysis.dataset.schema import Table
from localcare.analysis.dataset.writing import arrow_schema

NEVER = np.int32(2_000_000)  # a day far beyond any calendar in use: "has not happened"
EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1 January 1970."""
    return (day - EPOCH).days


def days(numbers: NDArray[Any]) -> pa.Array:
    """Dates from day numbers; empty where the day is NEVER."""
    numbers = numbers.astype(np.int32, copy=False)
    return pa.array(numbers, mask=numbers >= NEVER).view(pa.date32())


def moments(numbers: NDArray[Any], seconds: NDArray[Any]) -> pa.Array:
    """Timestamps from day numbers and seconds of the day; empty where the day is NEVER."""
    microseconds = (numbers.astype(np.int64) * 86_400 + seconds) * 1_000_000
    return pa.array(microseconds, mask=numbers >= NEVER).view(pa.timestamp("us"))


def coded(positions: NDArray[Any], words: pa.Array, missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """Strings given by position in a list of words; empty where missing."""
    encoded = words.dictionary_encode()
    if len(encoded.dictionary) < len(words):  # Parquet falls back to plain strings where a word stands twice
        positions, words = encoded.indices.to_numpy()[positions], encoded.dictionary
    indices = pa.array(positions.astype(np.int32, copy=False), mask=missing)
    return pa.DictionaryArray.from_arrays(indices, words, safe=False)


def same(word: str, count: int) -> pa.Array:
    """The same string in every row."""
    return coded(np.zeros(count, dtype=np.int32), pa.array([word]))


def record_batch(table: Table, columns: Mapping[str, pa.Array], count: int) -> pa.Table:
    """The table's columns in the order of the schema; those not given are empty."""
    schema = arrow_schema(table)
    arrays = [columns.get(field.name, pa.nulls(count, field.type)) for field in schema]
    return pa.table(arrays, names=schema.names)


def respelt(column: pa.DictionaryArray, rows: NDArray[Any], words: list[str]) -> pa.DictionaryArray:
    """The coded column with other words in the rows given."""
    indices = column.indices.fill_null(0).to_numpy().copy()
    missing = column.indices.is_null().to_numpy(zero_copy_only=False).copy()
    indices[rows] = len(column.dictionary) + np.arange(len(rows))
    missing[rows] = False
    dictionary = pa.concat_arrays([column.dictionary, pa.array(words, pa.string())])
    return coded(indices, dictionary, missing=missing)
