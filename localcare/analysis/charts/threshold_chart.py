"""The picture behind a comparison at a threshold: what followed, by score, on both sides of it."""

from __future__ import annotations

from typing import Any

from localcare.analysis.charts import palette
from localcare.analysis.charts.canvas import Format, Key, Sheet, draw, numbered, paint_mark, room_for
from localcare.analysis.effect import Discontinuity
from localcare.analysis.plain_numbers import figure

BELOW = palette.Mark("o", palette.WHITE, palette.GREY)
ABOVE = palette.Mark("s", palette.BLUE, palette.BLUE)


def threshold_chart(
    found: Discontinuity, *, title: str, unit: str, scores: str, format: Format = "svg"
) -> bytes:
    """The rate of people with neighbouring scores, below and above the threshold; `scores` names what runs along the bottom."""
    sheet = Sheet(
        title=title,
        unit=unit,
        description=threshold_chart_in_words(found, title=title, unit=unit, scores=scores),
        left=room_for([figure(one.rate) for one in found.bins]),
        keys=[
            Key("Below the threshold", mark=BELOW),
            Key("At the threshold and above", mark=ABOVE),
            Key("The threshold", line=":", colour=palette.BLACK),
        ],
        notes=[f"Along the bottom: {scores}. Each point stands for people of neighbouring scores."],
    )

    def paint(axes: Any) -> None:
        axes.axvline(found.threshold, color=palette.BLACK, linewidth=1.4, linestyle=":")
        for one in found.bins:
            paint_mark(axes, one.score, one.rate, BELOW if one.score < found.threshold else ABOVE)
        axes.set_xlim(found.threshold - found.bandwidth, found.threshold + found.bandwidth)
        axes.set_ylim(0, 1.1 * max((one.rate for one in found.bins), default=1.0) or 1.0)
        numbered(axes, "x", figure)
        numbered(axes, "y", figure)

    return draw(sheet, paint, format)


def threshold_chart_in_words(found: Discontinuity, *, title: str, unit: str, scores: str) -> str:
    """The points in order, for the text alternative."""
    points = "; ".join(f"{figure(one.score)}: {figure(one.rate)}" for one in found.bins)
    return f"{title}, {unit}, by {scores}, with the threshold at {figure(found.threshold)}. {points}."
