"""The funnel: places by size against the limits of chance, drawn and in words."""

from __future__ import annotations

from typing import Any

from localcare.analysis.charts import palette
from localcare.analysis.charts.canvas import SMALL, Format, Key, Sheet, draw, numbered, room_for
from localcare.analysis.plain_numbers import figure
from localcare.analysis.spc.funnel import Funnel, Place

MOST_NAMED = 6  # names in the plot; all are in the table
NAME_WIDTH, NAME_HEIGHT = 90.0, 15.0  # room of a name, in points


def funnel_chart(funnel: Funnel, *, title: str, unit: str, format: Format = "svg") -> bytes:
    """Places by size against the limits of chance; those outside are named and marked by shape."""
    inner, outer = funnel.curves
    heights = [*inner.upper, *outer.upper, *[place.value for place in funnel.places]]
    sheet = Sheet(
        title=title,
        unit=f"{unit}; to the right, larger places",
        description=funnel_chart_in_words(funnel, title=title, unit=unit),
        left=room_for([figure(height) for height in heights]),
        keys=_keys(funnel),
        notes=_notes(funnel),
    )

    def paint(axes: Any) -> None:
        axes.axhline(funnel.centre, color=palette.BLACK, linewidth=1.2)
        for curve, style in ((inner, "--"), (outer, "-")):
            for line in (curve.lower, curve.upper):
                axes.plot(funnel.sizes, line, color=palette.BLUE, linewidth=1.2, linestyle=style)
        _paint_places(axes, funnel)
        largest = max(funnel.sizes)
        axes.set_xlim(0, largest)
        lowest, highest = (
            min(place.value for place in funnel.places),
            max(place.value for place in funnel.places),
        )
        inside = [
            level
            for curve in funnel.curves
            for line in (curve.lower, curve.upper)
            for level in line[len(line) // 4 :]
        ]
        room = (max(highest, *inside) - min(lowest, *inside)) * 0.14 or 1.0
        axes.set_ylim(min(lowest, *inside) - room, max(highest, *inside) + room)
        numbered(axes, "y", figure)
        numbered(axes, "x", figure)
        _paint_names(axes, funnel)

    return draw(sheet, paint, format)


def funnel_chart_in_words(funnel: Funnel, *, title: str, unit: str) -> str:
    """Which places lie outside the limits, for the text alternative."""
    told = [f"{title}, {unit}: {len(funnel.places)} places around {figure(funnel.centre)}."]
    if outside := sorted(funnel.outside, key=lambda place: -abs(place.z)):
        told += [
            f"{place.label} ({figure(place.value)}) is {place.words}." for place in outside[: MOST_NAMED * 2]
        ]
        if more := len(outside) - MOST_NAMED * 2:
            told += [f"{more} more lie outside the 95% limits."] if more > 0 else []
    else:
        told.append("All lie within what chance explains.")
    return " ".join([*told, *_notes(funnel)])


def _paint_places(axes: Any, funnel: Funnel) -> None:
    for mark, places in _by_mark(funnel).items():
        axes.plot(
            [place.denominator for place in places],
            [place.value for place in places],
            linestyle="none",
            marker=mark.shape,
            markerfacecolor=mark.fill,
            markeredgecolor=mark.edge,
            markersize=6.5 if mark is palette.COMMON else 8.5,
        )


def _paint_names(axes: Any, funnel: Funnel) -> None:
    """Names of the places farthest outside, as long as they do not run into one another."""
    half = max(funnel.sizes) / 2
    taken: list[tuple[float, float]] = []
    for place in sorted(funnel.outside, key=lambda place: -abs(place.z)):
        x, y = axes.transData.transform((place.denominator, place.value))
        if len(taken) == MOST_NAMED or any(
            abs(x - u) < NAME_WIDTH and abs(y - v) < NAME_HEIGHT for u, v in taken
        ):
            continue
        taken.append((x, y))
        right = place.denominator > half
        axes.annotate(
            place.label,
            (place.denominator, place.value),
            xytext=(-7 if right else 7, 5 if place.z > 0 else -5),
            textcoords="offset points",
            ha="right" if right else "left",
            va="bottom" if place.z > 0 else "top",
            fontsize=SMALL,
            color=palette.BLACK,
            parse_math=False,
        )


def _by_mark(funnel: Funnel) -> dict[palette.Mark, list[Place]]:
    found: dict[palette.Mark, list[Place]] = {}
    for place in funnel.places:
        found.setdefault(_mark_of(place), []).append(place)
    return found


def _mark_of(place: Place) -> palette.Mark:
    if place.standing == "within":
        return palette.COMMON
    return palette.FAR_OUTSIDE if place.standing.endswith("99.8") else palette.OUTSIDE


def _keys(funnel: Funnel) -> list[Key]:
    marks = _by_mark(funnel)
    words = {
        palette.COMMON: "Place within the limits",
        palette.OUTSIDE: "Outside the 95% limits",
        palette.FAR_OUTSIDE: "Outside the 99.8% limits",
    }
    return [
        Key(f"Centre {figure(funnel.centre)}", line="-", colour=palette.BLACK),
        Key("95% limits: one place in 20 is outside by chance", line="--", colour=palette.BLUE),
        Key("99.8% limits: one in 500", line="-", colour=palette.BLUE),
        *[Key(label, mark=mark) for mark, label in words.items() if mark in marks],
    ]


def _notes(funnel: Funnel) -> list[str]:
    if funnel.widened:
        return [f"Limits are widened: places vary {figure(funnel.dispersion)} times as much as chance alone."]
    return []
