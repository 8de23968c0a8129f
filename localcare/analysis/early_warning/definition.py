"""The reviewed table of NEWS2: thresholds, points and bands, with their source and status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

FOLDER = Path(__file__).parents[2] / "definitions" / "early_warning"


class TableError(ValueError):
    """The table cannot be used; the message names the file, the place in it and the remedy."""


@dataclass(frozen=True)
class Band:
    """A named band of the total and the lowest total it holds; None: reached by a single measure only."""

    name: str
    title: str
    least: int | None


@dataclass(frozen=True)
class Table:
    """NEWS2 as reviewed. `rows` are (highest value, points) upwards; `words` are points by word."""

    title: str
    version: str
    source: str
    status: str
    rows: Mapping[str, tuple[tuple[float, int], ...]]
    words: Mapping[str, Mapping[str, int]]
    bands: tuple[Band, ...]
    single_points: int
    single_band: str
    age_from: int


@cache
def news2_table() -> Table:
    """The shipped table."""
    return read_table(FOLDER / "news2.yaml")


def read_table(file: Path) -> Table:
    """The table of a file; TableError naming the place of the first fault."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    schema = json.loads((FOLDER / "news2.schema.json").read_text(encoding="utf-8"))
    fault = next(jsonschema.Draft202012Validator(schema).iter_errors(content), None)
    if fault:
        raise TableError(f"{file}: {fault.json_path}: {fault.message}. Mend it as the schema asks.")
    measures = content["measures"]
    return Table(
        title=content["title"],
        version=str(content["version"]),
        source=content["source"],
        status=content["status"],
        rows={name: _rows(file, name, rows) for name, rows in measures.items() if isinstance(rows, list)},
        words={name: rows for name, rows in measures.items() if isinstance(rows, dict)},
        bands=tuple(Band(band["band"], band["title"], band["from"]) for band in content["bands"]),
        single_points=content["single_parameter"]["points"],
        single_band=content["single_parameter"]["band"],
        age_from=content["applies_to"]["age_from"],
    )


def _rows(file: Path, name: str, rows: list[dict[str, Any]]) -> tuple[tuple[float, int], ...]:
    read = tuple((float(row.get("up_to", "inf")), int(row["points"])) for row in rows)
    limits = [limit for limit, _ in read]
    if limits != sorted(set(limits)) or limits[-1] != float("inf"):
        raise TableError(
            f"{file}: measures.{name}: the rows must rise, and the last have no up_to. Put them in order."
        )
    return read
