"""A map of areas shaded by value; each area's figure is written in it, so that shade is never the only sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import cos, radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.charts import palette
from localcare.analysis.charts.canvas import MARGIN, WIDTH, Format, Key, Sheet, draw, text
from localcare.analysis.libraries import Library
from localcare.analysis.plain_numbers import figure

paths: Any = Library("matplotlib.path")
patches: Any = Library("matplotlib.patches")

Ring = NDArray[np.float64]
Box = tuple[float, float, float, float]  # left, lower, right, upper
LETTER, LINE_HIGH = 6.2, 14.5  # points of a label's text
MOST_LABELLED = 16  # areas that have room for a label
TALLEST, LOWEST = 460.0, 120.0
FINEST = 0.6  # points: what is nearer together is drawn once


def map_of(
    areas: Mapping[str, Mapping[str, Any]],
    values: Mapping[str, float | None],
    *,
    title: str,
    unit: str,
    names: Mapping[str, str] | None = None,
    credit: str = "",
    format: Format = "svg",
) -> bytes:
    """Areas shaded by value: `areas` maps a code to a GeoJSON Polygon or MultiPolygon geometry (longitude, latitude).

    Areas without a value are hatched and said to be not shown. `credit` is the line the boundaries' licence asks for. Raises
    ValueError for a shape that is not a polygon, or values for an area that has no shape.
    """
    if not areas:
        raise ValueError("there is no area to draw; give at least one polygon")
    if strange := sorted(set(values) - set(areas)):
        raise ValueError(f"{strange[0]} has a value and no shape; give its polygon")
    shapes = {code: list(_rings(code, geometry)) for code, geometry in areas.items()}
    placed, height = _placed(shapes)
    classes = _classes([value for value in values.values() if value is not None])
    called = {code: (names or {}).get(code, code) for code in areas}
    keys = [Key(words, fill=tint, colour=palette.BLACK) for words, tint in _key_of(classes)]
    if any(values.get(code) is None for code in areas):
        keys.append(Key("Not shown", fill=palette.WHITE, colour=palette.GREY, hatch="////"))
    sheet = Sheet(
        title=title,
        unit=unit,
        description=map_in_words(
            {code: values.get(code) for code in areas}, title=title, unit=unit, names=called
        ),
        plot_height=height,
        left=MARGIN,
        below=6.0,
        keys=keys,
        notes=[credit] if credit else [],
    )

    def paint(axes: Any) -> None:
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH - 2 * MARGIN)
        axes.set_ylim(0, height)
        for code, rings in placed.items():
            _paint_area(axes, rings, values.get(code), classes)
        if len(placed) <= MOST_LABELLED:
            taken: list[Box] = []
            for code, rings in placed.items():
                _paint_label(axes, rings, called[code], values.get(code), taken, height)

    return draw(sheet, paint, format)


def map_in_words(
    values: Mapping[str, float | None], *, title: str, unit: str, names: Mapping[str, str] | None = None
) -> str:
    """The areas from highest to lowest in words, for the text alternative."""
    called = {code: (names or {}).get(code, code) for code in values}
    known = sorted(
        ((value, called[code]) for code, value in values.items() if value is not None), reverse=True
    )
    told = [f"{name} {figure(value)}" for value, name in known]
    hidden = [called[code] for code, value in values.items() if value is None]
    if hidden:
        told.append(f"not shown: {', '.join(hidden)}")
    return f"{title}, {unit}, from highest to lowest: {'; '.join(told)}."


def _rings(code: str, geometry: Mapping[str, Any]) -> Iterator[tuple[Ring, bool]]:
    """Each ring, and whether it is a hole."""
    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"the shape of {code} is {kind!r}; give a GeoJSON Polygon or MultiPolygon")
    for polygon in [geometry["coordinates"]] if kind == "Polygon" else geometry["coordinates"]:
        for number, ring in enumerate(polygon):
            yield np.asarray(ring, dtype=float)[:, :2], number > 0


def _placed(shapes: Mapping[str, Sequence[tuple[Ring, bool]]]) -> tuple[dict[str, list[Ring]], float]:
    """Rings in points on the sheet, north up, and the height they need; degrees east shrink with the latitude."""
    every = np.vstack([ring for rings in shapes.values() for ring, _ in rings])
    west, south = every.min(axis=0)
    east, north = every.max(axis=0)
    shrink = cos(radians((south + north) / 2))
    scale = min((WIDTH - 2 * MARGIN) / ((east - west) * shrink), TALLEST / (north - south))
    height = max((north - south) * scale, LOWEST)
    aside = (WIDTH - 2 * MARGIN - (east - west) * shrink * scale) / 2
    placed = {
        code: [
            _thinned(
                np.column_stack([(ring[:, 0] - west) * shrink, ring[:, 1] - south]) * scale + (aside, 0), hole
            )
            for ring, hole in rings
        ]
        for code, rings in shapes.items()
    }
    return placed, height


def _thinned(ring: Ring, hole: bool) -> Ring:
    """The ring without points nearer together than the eye sees, wound one way for outlines and the other for holes."""
    steps = np.round(ring / FINEST)
    kept = np.ones(len(ring), dtype=bool)
    kept[1:] = (steps[1:] != steps[:-1]).any(axis=1)
    kept[-1] = True
    thin = ring[kept] if kept.sum() >= 4 else ring
    return thin[::-1] if (_area(thin) < 0) != hole else thin


def _area(ring: Ring) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def _classes(known: Sequence[float]) -> list[float]:
    """Upper ends of up to five classes with about as many areas in each."""
    distinct = sorted(set(known))
    count = min(len(palette.TINTS), len(distinct))
    return [distinct[-(-len(distinct) * (place + 1) // count) - 1] for place in range(count)]


def _tint(value: float, classes: Sequence[float]) -> str:
    place = next((number for number, end in enumerate(classes) if value <= end), len(classes) - 1)
    return _tints(len(classes))[place]


def _tints(count: int) -> tuple[str, ...]:
    """From light to dark; one class alone is not the lightest, so that it stands out from the paper."""
    return palette.TINTS[1:2] if count == 1 else palette.TINTS[:count]


def _key_of(classes: Sequence[float]) -> list[tuple[str, str]]:
    if len(classes) == 1:
        return [(figure(classes[0]), _tints(1)[0])]
    words = [f"Up to {figure(end)}" for end in classes]
    return list(zip(words, _tints(len(classes)), strict=True))


def _paint_area(axes: Any, rings: Sequence[Ring], value: float | None, classes: Sequence[float]) -> None:
    outline = paths.Path.make_compound_path(*[paths.Path(ring, closed=True) for ring in rings])
    shade = (
        {"facecolor": palette.WHITE, "hatch": "////"}
        if value is None
        else {"facecolor": _tint(value, classes)}
    )
    edge = palette.GREY if value is None else palette.BLACK
    axes.add_patch(patches.PathPatch(outline, edgecolor=edge, linewidth=0.8, **shade))


def _paint_label(
    axes: Any, rings: Sequence[Ring], name: str, value: float | None, taken: list[Box], height: float
) -> None:
    """Name and number in the middle of an area, moved up or down where another label stands; hatching says not shown."""
    words = name if value is None else f"{name}\n{figure(value)}"
    x, y = _free(_centre(rings), words, taken, height)
    plate = {"boxstyle": "round,pad=0.15", "facecolor": palette.WHITE, "edgecolor": "none"}
    text(axes, x, y, words, ha="center", va="center", linespacing=1.1, bbox=plate)


def _free(at: tuple[float, float], words: str, taken: list[Box], height: float) -> tuple[float, float]:
    """The nearest place above or below where the words lie over no others, within the sheet; it is taken then."""
    wide = max(map(len, words.split("\n"))) * LETTER / 2
    high = (words.count("\n") + 1) * LINE_HIGH / 2
    x = min(max(at[0], wide), max(WIDTH - 2 * MARGIN - wide, wide))
    boxes = [
        (x - wide, y - high, x + wide, y + high)
        for step in (0, 1, -1, 2, -2, 3, -3)
        if high <= (y := at[1] + step * LINE_HIGH) <= max(height - high, high)
    ]
    here = (x - wide, at[1] - high, x + wide, at[1] + high)
    found = next((box for box in boxes if not any(_overlap(box, other) for other in taken)), here)
    taken.append(found)
    return x, (found[1] + found[3]) / 2


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _centre(rings: Sequence[Ring]) -> tuple[float, float]:
    """The middle of an area, in that of its rings that lies nearest to the middle of them all."""
    middles = np.array([_middle(ring) for ring in rings])
    weights = np.array([abs(_area(ring)) for ring in rings])
    whole = (
        (middles * weights[:, None]).sum(axis=0) / weights.sum() if weights.sum() else middles.mean(axis=0)
    )
    large = middles[weights >= weights.max() / 2]  # never in a hole or an islet
    x, y = large[((large - whole) ** 2).sum(axis=1).argmin()]
    return float(x), float(y)


def _middle(ring: Ring) -> tuple[float, float]:
    """The centre of mass of a ring."""
    x, y = ring[:, 0], ring[:, 1]
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    total = cross.sum()
    if not total:
        return float(x.mean()), float(y.mean())
    return (
        float(((x + np.roll(x, -1)) * cross).sum() / (3 * total)),
        float(((y + np.roll(y, -1)) * cross).sum() / (3 * total)),
    )
