"""The run chart: an XmR series with its limits, target and signals, drawn and in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from localcare.analysis.charts import palette
from localcare.analysis.charts.canvas import Format, Key, Sheet, draw, named, numbered, room_for, text
from localcare.analysis.plain_numbers import figure, period_names
from localcare.analysis.spc.xmr import Point, Segment, Xmr

MOST_TOLD = 6  # signals told one by one
SIZES = ((40, 6.5), (120, 4.5), (float("inf"), 2.0))  # of the marks, for so many points
VALUES = Key("Value", line="-", mark=palette.COMMON)
MEAN = Key("Mean", line="-", colour=palette.BLACK)
LIMITS = Key("Limits: chance stays between them", line="--", colour=palette.BLACK)
TRIAL = Key("Limits on trial: fewer than 12 points", line=":", colour=palette.BLACK)
MARKS: dict[str, tuple[palette.Mark, str]] = {
    "improvement-high": (palette.IMPROVEMENT_HIGH, "Signal of improvement: higher"),
    "improvement-low": (palette.IMPROVEMENT_LOW, "Signal of improvement: lower"),
    "concern": (palette.CONCERN, "Signal of concern"),
    "neutral": (palette.NEUTRAL, "Signal of change, neither good nor bad"),
    "unjudged": (palette.UNJUDGED, "Too few points to judge"),
}


def run_chart(
    chart: Xmr, *, title: str, unit: str, periods: Sequence[str | date], format: Format = "svg"
) -> bytes:
    """An XmR chart: values, mean, limits, target, signals by shape, marks where limits were rebased.

    Raises ValueError unless there is one period name or date per point.
    """
    names = _names(chart, periods)
    sheet = Sheet(
        title=title,
        unit=unit,
        description=run_chart_in_words(chart, title=title, unit=unit, periods=periods),
        left=room_for([figure(value) for value in _heights(chart)]),
        keys=_keys(chart),
        notes=[*_rebases(chart, names), *_screened(chart)],
    )

    def paint(axes: Any) -> None:
        _paint_lines(axes, chart)
        _paint_points(axes, chart)
        axes.set_xlim(-0.6, len(names) - 0.4)
        axes.margins(y=0.08)
        numbered(axes, "y", figure)
        named(axes, names)

    return draw(sheet, paint, format)


def run_chart_in_words(chart: Xmr, *, title: str, unit: str, periods: Sequence[str | date]) -> str:
    """What the run chart shows, for its text alternative."""
    names = _names(chart, periods)
    told = [f"{title}, {unit}, {len(names)} periods from {names[0]} to {names[-1]}."]
    if chart.last:
        told.append(f"The latest value is {figure(chart.last.value or 0.0)} ({names[chart.last.index]}).")
    if chart.limits:
        limits, trial = chart.limits, "; on trial with fewer than 12 points" if chart.limits.are_trial else ""
        told.append(
            f"Mean {figure(limits.mean)}; chance stays between {figure(limits.lower)} and {figure(limits.upper)}{trial}."
        )
    told.append(f"{chart.variation.words}.")
    if chart.target is not None:
        told.append(f"Target {figure(chart.target)}. {chart.assurance.words}.")
    told += _signals_in_words(chart.signals, names)
    told += [f"{note}." for note in [*_rebases(chart, names, numbered=False), *_screened(chart)]]
    if missing := [names[point.index] for point in chart.points if point.value is None]:
        told.append(f"No value for {', '.join(missing[:MOST_TOLD])}{_and_more(missing)}.")
    return " ".join(told)


def _rebases(chart: Xmr, names: Sequence[str], *, numbered: bool = True) -> list[str]:
    return [
        f"{f'{number}: new' if numbered else 'New'} limits from {names[segment.first]}, because {segment.reason}"
        for number, segment in enumerate(chart.segments[1:], start=1)
    ]


def _screened(chart: Xmr) -> list[str]:
    left_out = sum(segment.limits.screened for segment in chart.segments if segment.limits)
    return [f"The limits leave out {left_out} large moves between periods"] if left_out else []


def _signals_in_words(signals: Sequence[Point], names: Sequence[str]) -> list[str]:
    """Neighbours with the same signal are told together; the latest are told, the earlier ones counted."""
    if not signals:
        return ["No signal."]
    spells: list[list[Point]] = []
    for point in signals:
        if (
            spells
            and point.index == spells[-1][-1].index + 1
            and point.signals[0] == spells[-1][0].signals[0]
        ):
            spells[-1].append(point)
        else:
            spells.append([point])
    told = [_spell_in_words(spell, names) for spell in spells[-MOST_TOLD:]]
    more = f" and {len(spells) - MOST_TOLD} earlier" if len(spells) > MOST_TOLD else ""
    return [f"Signals: {'; '.join(told)}{more}."]


def _spell_in_words(spell: Sequence[Point], names: Sequence[str]) -> str:
    first, last, words = names[spell[0].index], names[spell[-1].index], spell[0].signals[0].words
    return f"{first} is {words}" if len(spell) == 1 else f"{first} to {last}, each {words}"


def _and_more(names: Sequence[str]) -> str:
    return f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""


def _names(chart: Xmr, periods: Sequence[str | date]) -> list[str]:
    if len(periods) != len(chart.points):
        raise ValueError(f"{len(periods)} periods for {len(chart.points)} points; name each")
    return period_names(periods)


def _heights(chart: Xmr) -> list[float]:
    lines = [
        line
        for segment in chart.segments
        if segment.limits
        for line in (segment.limits.lower, segment.limits.upper)
    ]
    target = [] if chart.target is None else [chart.target]
    return [*lines, *target, *[point.value for point in chart.points if point.value is not None]]


def _paint_lines(axes: Any, chart: Xmr) -> None:
    for number, segment in enumerate(chart.segments):
        _paint_limits(axes, segment)
        if number:
            axes.axvline(segment.first - 0.5, color=palette.GREY, linewidth=1, linestyle=(0, (1, 2)))
            text(axes, segment.first - 0.4, 1.0, str(number), transform=axes.get_xaxis_transform(), va="top")
    if chart.target is not None:
        axes.axhline(chart.target, color=palette.RED, linewidth=1.6, linestyle="-.")


def _paint_limits(axes: Any, segment: Segment) -> None:
    if not segment.limits:
        return
    ends = (segment.first - 0.5, segment.last + 0.5)
    axes.hlines(segment.limits.mean, *ends, color=palette.BLACK, linewidth=1.2)
    axes.hlines(
        [segment.limits.lower, segment.limits.upper],
        *ends,
        color=palette.BLACK,
        linewidth=1.2,
        linestyle=":" if segment.limits.are_trial else "--",
    )


def _paint_points(axes: Any, chart: Xmr) -> None:
    values = [float("nan") if point.value is None else point.value for point in chart.points]
    axes.plot(range(len(values)), values, color=palette.GREY, linewidth=1.4)
    size = next(size for most, size in SIZES if len(values) <= most)
    for kind, points in _by_mark(chart).items():
        mark = MARKS[kind][0] if kind in MARKS else palette.COMMON
        axes.plot(
            [point.index for point in points],
            [point.value for point in points],
            linestyle="none",
            marker=mark.shape,
            markerfacecolor=mark.fill,
            markeredgecolor=mark.edge,
            markersize=size if mark is palette.COMMON else max(size + 2.5, 7.0),
        )


def _by_mark(chart: Xmr) -> dict[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for point in chart.points:
        if point.value is not None:
            found.setdefault(_mark_of(point), []).append(point)
    return found


def _mark_of(point: Point) -> str:
    if point.meaning is None:
        return "unjudged"
    if point.meaning == "improvement":
        return f"improvement-{'high' if point.signals[0].high else 'low'}"
    return {"common": "common", "concern": "concern", "high": "neutral", "low": "neutral"}[point.meaning]


def _keys(chart: Xmr) -> list[Key]:
    """Only what is on this chart."""
    marks = _by_mark(chart)
    keys = [VALUES]
    if chart.limits:
        keys += [MEAN, TRIAL if chart.limits.are_trial else LIMITS]
    if chart.target is not None:
        keys.append(Key(f"Target {figure(chart.target)}", line="-.", colour=palette.RED))
    return [*keys, *[Key(words, mark=mark) for kind, (mark, words) in MARKS.items() if kind in marks]]
