"""The run chart: an XmR series with its limits, target and signals, drawn and in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from localcare.analysis.charts import palette
from localcare.analysis.charts.canvas import Format, Key, Sheet, draw, named, numbered, room_for, text
from localcare.analysis.plain_numbers import figure, period_names
from localcare.analysis.spc.xmr import Point, Segment, Xmr

Step = tuple[int, int, float]  # first and last period of a target, and its value
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
    chart: Xmr,
    *,
    title: str,
    unit: str,
    periods: Sequence[str | date],
    targets: Sequence[float | None] | None = None,
    format: Format = "svg",
) -> bytes:
    """An XmR chart: values, mean, limits, target, signals by shape, marks where limits were rebased.

    `targets` is the target in force in each period, drawn as steps; without it the chart's own holds everywhere.
    Raises ValueError unless there is one period name or date, and one of the targets, per point.
    """
    names, steps = _names(chart, periods), _steps(chart, targets)
    sheet = Sheet(
        title=title,
        unit=unit,
        description=run_chart_in_words(chart, title=title, unit=unit, periods=periods, targets=targets),
        left=room_for([figure(value) for value in _heights(chart, steps)]),
        keys=_keys(chart, steps),
        notes=[*_rebases(chart, names), *_screened(chart)],
    )

    def paint(axes: Any) -> None:
        _paint_lines(axes, chart, steps)
        _paint_points(axes, chart)
        axes.set_xlim(-0.6, len(names) - 0.4)
        axes.margins(y=0.08)
        numbered(axes, "y", figure)
        named(axes, names)

    return draw(sheet, paint, format)


def run_chart_in_words(
    chart: Xmr,
    *,
    title: str,
    unit: str,
    periods: Sequence[str | date],
    targets: Sequence[float | None] | None = None,
) -> str:
    """What the run chart shows, for its text alternative."""
    names, steps = _names(chart, periods), _steps(chart, targets)
    told = [f"{title}, {unit}, {len(names)} periods from {names[0]} to {names[-1]}."]
    if chart.last:
        told.append(f"The latest value is {figure(chart.last.value or 0.0)} ({names[chart.last.index]}).")
    if chart.limits:
        limits, trial = chart.limits, "; on trial with fewer than 12 points" if chart.limits.are_trial else ""
        told.append(
            f"Mean {figure(limits.mean)}; chance stays between {figure(limits.lower)} and {figure(limits.upper)}{trial}."
        )
    told.append(f"{chart.variation.words}.")
    if steps:
        told.append(f"{_targets_in_words(steps, names)}. {chart.assurance.words}.")
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


def _steps(chart: Xmr, targets: Sequence[float | None] | None) -> list[Step]:
    """The targets with the first and the last period of each."""
    count = len(chart.points)
    each = [chart.target] * count if targets is None else list(targets)
    if len(each) != count:
        raise ValueError(f"{len(each)} targets for {count} points; give one each, None where there was none")
    found: list[Step] = []
    for at, value in enumerate(each):
        if value is None:
            continue
        if found and found[-1][1] == at - 1 and found[-1][2] == value:
            found[-1] = (found[-1][0], at, value)
        else:
            found.append((at, at, value))
    return found


def _targets_in_words(steps: Sequence[Step], names: Sequence[str]) -> str:
    if len(steps) == 1 and steps[0][:2] == (0, len(names) - 1):
        return f"Target {figure(steps[0][2])}"
    told = [f"{figure(value)} from {names[first]} to {names[last]}" for first, last, value in steps]
    return f"Target {', then '.join(told)}"


def _heights(chart: Xmr, steps: Sequence[Step]) -> list[float]:
    lines = [
        line
        for segment in chart.segments
        if segment.limits
        for line in (segment.limits.lower, segment.limits.upper)
    ]
    return [
        *lines,
        *[value for _, _, value in steps],
        *[point.value for point in chart.points if point.value is not None],
    ]


def _paint_lines(axes: Any, chart: Xmr, steps: Sequence[Step]) -> None:
    for number, segment in enumerate(chart.segments):
        _paint_limits(axes, segment)
        if number:
            axes.axvline(segment.first - 0.5, color=palette.GREY, linewidth=1, linestyle=(0, (1, 2)))
            text(axes, segment.first - 0.4, 1.0, str(number), transform=axes.get_xaxis_transform(), va="top")
    for first, last, value in steps:
        axes.hlines(value, first - 0.5, last + 0.5, color=palette.RED, linewidth=1.6, linestyle="-.")
    for (_, last, before), (first, _, after) in pairwise(steps):
        if first == last + 1:
            axes.vlines(
                first - 0.5, *sorted((before, after)), color=palette.RED, linewidth=1.6, linestyle="-."
            )


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


def _keys(chart: Xmr, steps: Sequence[Step]) -> list[Key]:
    """Only what is on this chart."""
    marks = _by_mark(chart)
    keys = [VALUES]
    if chart.limits:
        keys += [MEAN, TRIAL if chart.limits.are_trial else LIMITS]
    if steps:
        words = ", then ".join(figure(value) for _, _, value in steps)
        keys.append(Key(f"Target {words}", line="-.", colour=palette.RED))
    return [*keys, *[Key(words, mark=mark) for kind, (mark, words) in MARKS.items() if kind in marks]]
