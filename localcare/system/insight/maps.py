"""Shapes of areas: hexagons drawn by us, or outlines that the operator gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import cos, pi, sin, sqrt
from pathlib import Path
from typing import Any

from django.conf import settings

from localcare.analysis import charts
from localcare.analysis.measures.definitions import Indicator
from localcare.kernel.definitions import DEFINITIONS, load
from localcare.system.insight.figures.comparing import Row, interval_words
from localcare.system.insight.figures.figure import Figure, nothing, numeric
from localcare.system.insight.places import Place, Tree
from localcare.system.insight.sight import HIDDEN
from localcare.system.insight.words import unit_words, value_in_words

FOLDER = DEFINITIONS / "maps"
OWN_OUTLINES = (
    "boundaries.geojson"  # beneath the data folder; each feature's `area` property is an area's code
)
LONGEST_NAME = 18
SIZE = 0.1  # degrees from a hexagon's middle to its corner; at the equator a degree is as high as wide

Geometry = Mapping[str, Any]


@dataclass(frozen=True)
class Outlines:
    """The shapes of areas by code, whence they are, and what to know about them."""

    shapes: Mapping[str, Geometry]
    credit: str
    note: str


def outlines(tree: Tree) -> Outlines:
    """The operator's outlines where there are any, else our hexagons."""
    own = Path(settings.HOME) / OWN_OUTLINES
    return _own_outlines(own) if own.is_file() else _hexagons(tree)


def _own_outlines(file: Path) -> Outlines:
    """Outlines from a GeoJSON file; ValueError when it has no areas, naming the remedy."""
    content = json.loads(file.read_text(encoding="utf-8"))
    shapes = {
        feature["properties"]["area"]: feature["geometry"]
        for feature in content.get("features", ())
        if feature.get("properties", {}).get("area")
    }
    if not shapes:
        raise ValueError(f"{file}: no feature has a property `area` with an area's code; add it to each")
    return Outlines(shapes, str(content.get("credit", "")), str(content.get("note", "")))


def _hexagons(tree: Tree) -> Outlines:
    layout = _layout()
    shapes: dict[str, Geometry] = {}
    for place in tree.places.values():
        code = place.code.removeprefix("area:")
        if place.level == "cluster" and code in layout.places:
            shapes[code] = {"type": "Polygon", "coordinates": [_hexagon(*layout.places[code])]}
        elif place.level in ("locality", "place"):
            within = [
                one.code.removeprefix("area:")
                for one in tree.places.values()
                if one.level == "cluster" and one.practices <= place.practices
            ]
            rings = [[_hexagon(*layout.places[one])] for one in within if one in layout.places]
            if rings:
                shapes[code] = {"type": "MultiPolygon", "coordinates": rings}
    return Outlines(shapes, layout.source, layout.note)


@dataclass(frozen=True)
class _Layout:
    places: Mapping[str, tuple[int, int]]
    source: str
    note: str


@cache
def _layout() -> _Layout:
    content = load(FOLDER / "kent-and-medway.yaml", FOLDER / "hexagons.schema.json")
    places = {code: (row, column) for code, (row, column) in content["hexagons"].items()}
    return _Layout(places, content["source"], content.get("note", ""))


def _hexagon(row: int, column: int) -> list[list[float]]:
    """A closed ring around the middle of a place of the grid."""
    x = SIZE * sqrt(3) * (column + row % 2 / 2)
    y = -SIZE * 1.5 * row
    corners = [
        [round(x + SIZE * sin(turn * pi / 3), 6), round(y + SIZE * cos(turn * pi / 3), 6)]
        for turn in range(6)
    ]
    return [*corners, corners[0]]


def map_figure(
    indicator: Indicator, rows: list[Row], place: Place, tree: Tree, *, level: str, when: str
) -> Figure:
    """The places of a level shaded by the indicator, with their table."""
    title = f"{indicator.title} by {level}, {place.name}, {when}"
    found = outlines(tree)
    values = {row.code.removeprefix("area:"): row.value for row in rows}
    shapes = {code: found.shapes[code] for code in values if code in found.shapes}
    if not shapes:
        return nothing("map", title, "No shape is known of these places.")
    if not any(values[code] is not None for code in shapes):
        return nothing("map", title, "Nothing was counted here, or every number is small and hidden.")
    names = {row.code.removeprefix("area:"): _short(row) for row in rows}
    drawn, unit = {code: values[code] for code in shapes}, unit_words(indicator)
    return Figure(
        kind="map",
        title=title,
        words=charts.map_in_words(drawn, title=title, unit=unit, names=names),
        headings=(level.capitalize(), *numeric("Value"), "95% interval"),
        rows=tuple(
            (row.name, HIDDEN if row.is_hidden else value_in_words(indicator, row.value), interval_words(indicator, row.rate))
            for row in rows
        ),
        columns=("code", "name", "value", "lower", "upper", "hidden"),
        raw=tuple(
            (row.code, row.name, row.value, row.rate.lower if row.rate else None, row.rate.upper if row.rate else None,
             "yes" if row.is_hidden else "")
            for row in rows
        ),
        draw=lambda format: charts.map_of(shapes, drawn, title=title, unit=unit, names=names, format=format),
        notes=(found.note,) if found.note else (),
    )  # fmt: skip


def _short(row: Row) -> str:
    """A name that fits beside others on the map; the table has the full one."""
    return (
        row.name
        if len(row.name) <= LONGEST_NAME
        else row.code.removeprefix("area:").replace("-", " ").upper()
    )
