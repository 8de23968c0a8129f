"""Figures with their intervals: the gap between two groups along time, and the slope by deprivation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from localcare.analysis.charts import palette
from localcare.analysis.charts.canvas import (
    Format,
    Key,
    Sheet,
    draw,
    named,
    numbered,
    paint_mark,
    room_for,
    text,
)
from localcare.analysis.effect.results import Effect, Interval
from localcare.analysis.plain_numbers import figure
from localcare.analysis.spc.inequality import Inequality

BEFORE = palette.Mark("o", palette.WHITE, palette.GREY)
AFTER = palette.Mark("s", palette.BLUE, palette.BLUE)
GROUP = palette.Mark("o", palette.BLUE, palette.BLUE)


def effect_chart(
    effect: Effect, *, title: str, unit: str, periods: Sequence[str], starts: int, format: Format = "svg"
) -> bytes:
    """The gap between places with and without a change, period by period, with intervals.

    The last period before the change is the zero that the others are measured from. `periods` names every period in order and
    `starts` is the place of the first with the change. Raises ValueError when the effect has no gaps by period.
    """
    places = _places(effect, periods, starts)
    sheet = Sheet(
        title=title,
        unit=f"{unit}, more than without the change",
        description=effect_chart_in_words(effect, title=title, unit=unit, periods=periods, starts=starts),
        left=room_for([figure(end) for gap in places.values() for end in (gap.lower, gap.upper)]),
        keys=[
            Key("Before the change: should hold zero", mark=BEFORE),
            Key("With the change", mark=AFTER),
            Key("95% interval", line="-", colour=palette.BLACK),
        ],
    )

    def paint(axes: Any) -> None:
        axes.axhline(0, color=palette.BLACK, linewidth=1.2)
        axes.axvline(starts - 0.5, color=palette.GREY, linewidth=1, linestyle=(0, (1, 2)))
        for place, gap in places.items():
            axes.vlines(place, gap.lower, gap.upper, color=palette.BLACK, linewidth=1.2)
            paint_mark(axes, place, gap.value, BEFORE if place < starts else AFTER)
        paint_mark(axes, starts - 1, 0.0, BEFORE)
        axes.set_xlim(-0.6, len(periods) - 0.4)
        numbered(axes, "y", figure)
        named(axes, periods)

    return draw(sheet, paint, format)


def effect_chart_in_words(
    effect: Effect, *, title: str, unit: str, periods: Sequence[str], starts: int
) -> str:
    """How the gap moved before and after the change, for the text alternative."""
    places = _places(effect, periods, starts)
    before = [gap for place, gap in places.items() if place < starts]
    after = [gap for place, gap in places.items() if place >= starts]
    return (
        f"{title}, {unit}: the gap between places with and without the change, against {periods[starts - 1]}. "
        f"Before the change {sum(gap.holds_zero for gap in before)} of {len(before)} intervals hold zero; "
        f"with it {sum(gap.holds_zero for gap in after)} of {len(after)}. {effect.says}"
    )


def slope_chart(
    found: Inequality, *, labels: Sequence[str], title: str, unit: str, format: Format = "svg"
) -> bytes:
    """Groups from the most to the least deprived with their intervals, and the line through them.

    Raises ValueError unless there is one label per group.
    """
    if len(labels) != len(found.groups):
        raise ValueError(f"{len(labels)} labels for {len(found.groups)} groups; name each")
    sheet = Sheet(
        title=title,
        unit=unit,
        description=slope_chart_in_words(found, labels=labels, title=title, unit=unit),
        left=room_for([figure(end) for group in found.groups for end in (group.lower, group.upper)]),
        below=44.0,
        keys=[
            Key("Group, as wide as its share of people", line="-", mark=GROUP, colour=palette.BLUE),
            Key(f"{found.level:.0%} interval", line="-", colour=palette.BLACK),
            Key("Line through the groups: the slope", line="--", colour=palette.BLACK),
        ],
    )

    def paint(axes: Any) -> None:
        edge = 0.0
        for group, rank in zip(found.groups, found.ranks, strict=True):
            end = 2 * rank - edge
            axes.hlines(group.value, edge, end, color=palette.BLUE, linewidth=2)
            axes.vlines(rank, group.lower, group.upper, color=palette.BLACK, linewidth=1.2)
            paint_mark(axes, rank, group.value, GROUP)
            edge = end
        slope = (found.fitted[-1] - found.fitted[0]) / (found.ranks[-1] - found.ranks[0])
        top = found.fitted[0] - slope * found.ranks[0]
        axes.plot([0, 1], [top, top + slope], color=palette.BLACK, linewidth=1.4, linestyle="--")
        axes.set_xlim(0, 1)
        numbered(axes, "y", figure)
        axes.xaxis.set_ticks(list(found.ranks), list(labels), parse_math=False)
        below = {"transform": axes.get_xaxis_transform(), "va": "top"}
        text(axes, 0.0, -0.13, "most deprived", ha="left", **below)
        text(axes, 1.0, -0.13, "least deprived", ha="right", **below)

    return draw(sheet, paint, format)


def slope_chart_in_words(found: Inequality, *, labels: Sequence[str], title: str, unit: str) -> str:
    """The groups, the gap and the slope, for the text alternative."""
    groups = [f"{label} {figure(group.value)}" for label, group in zip(labels, found.groups, strict=True)]
    gap, slope = found.gap, found.slope_index
    return (
        f"{title}, {unit}, from the most to the least deprived: {'; '.join(groups)}. "
        f"Gap {figure(gap.value)} ({figure(gap.lower)} to {figure(gap.upper)}); "
        f"slope {figure(slope.value)} ({figure(slope.lower)} to {figure(slope.upper)}). {found.says}"
    )


def _places(effect: Effect, periods: Sequence[str], starts: int) -> dict[int, Interval]:
    """Gaps by their place along the chart; the period that the others are measured from has none."""
    if len(effect.by_period) != len(periods) - 1 or not 0 < starts < len(periods):
        raise ValueError(
            f"{len(effect.by_period)} gaps for {len(periods)} periods that change at {starts}; name those compared, in order"
        )
    others = [place for place in range(len(periods)) if place != starts - 1]
    return dict(zip(others, (effect.by_period[key] for key in sorted(effect.by_period)), strict=True))
