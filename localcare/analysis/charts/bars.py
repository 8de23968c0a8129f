"""Bars and waterfall: one row per thing, drawn and in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from textwrap import wrap
from typing import Any

from localcare.analysis.charts import palette
from localcare.analysis.charts.canvas import MARGIN, SMALL, WIDTH, Format, Key, Sheet, draw, numbered
from localcare.analysis.plain_numbers import figure

ROW = 34.0  # height of a row, room for a label of two lines
LETTER = 7.0
LONGEST = 22  # letters of a label on one line
Values = Sequence[float | None]


def bars(
    labels: Sequence[str],
    values: Values,
    *,
    title: str,
    unit: str,
    lower: Values | None = None,
    upper: Values | None = None,
    target: float | None = None,
    average: float | None = None,
    format: Format = "svg",
) -> bytes:
    """Horizontal bars with their intervals, a target and an average; None is shown as "not shown".

    Raises ValueError unless there is one value (and limit, where given) per label, and at least one label.
    """
    if not labels:
        raise ValueError("there is no bar to draw; give at least one label and its value")
    for column in (values, *[limits for limits in (lower, upper) if limits is not None]):
        if len(column) != len(labels):
            raise ValueError(
                f"{len(column)} values for {len(labels)} labels; give one each, None for what is not shown"
            )
    keys = [Key("95% interval", line="-", colour=palette.BLACK)] if lower and upper else []
    if average is not None:
        keys.append(Key(f"Average {figure(average)}", line="--", colour=palette.BLACK))
    if target is not None:
        keys.append(Key(f"Target {figure(target)}", line="-.", colour=palette.RED))
    sheet = _sheet(
        labels, title, unit, bars_in_words(labels, values, title=title, unit=unit, target=target), keys
    )

    def paint(axes: Any) -> None:
        rows = range(len(labels))
        axes.barh(rows, [value or 0.0 for value in values], height=0.55, color=palette.BLUE)
        for row, value in enumerate(values):
            ends = (lower[row], upper[row]) if lower and upper else (None, None)
            _paint_interval(axes, row, ends)
            beyond = max([value or 0.0, *[end for end in ends if end is not None]])
            _paint_figure(axes, row, beyond, _shown(value))
        for line, style, colour in ((average, "--", palette.BLACK), (target, "-.", palette.RED)):
            if line is not None:
                axes.axvline(line, color=colour, linewidth=1.6, linestyle=style)
        _finish(axes, labels, room=0.2)

    return draw(sheet, paint, format)


def bars_in_words(
    labels: Sequence[str], values: Values, *, title: str, unit: str, target: float | None = None
) -> str:
    """The bars in words, for the text alternative."""
    rows = [f"{label} {_shown(value)}" for label, value in zip(labels, values, strict=True)]
    aim = f" Target {figure(target)}." if target is not None else ""
    return f"{title}, {unit}: {'; '.join(rows)}.{aim}"


def waterfall(
    start: tuple[str, float],
    steps: Sequence[tuple[str, float]],
    *,
    end: str,
    title: str,
    unit: str,
    format: Format = "svg",
) -> bytes:
    """From one total to another step by step; `steps` are changes, the end is their sum.

    Totals are solid, rises plain and falls hatched, each with its signed figure.
    """
    levels = list(accumulate([start[1], *[change for _, change in steps]]))
    labels = [start[0], *[label for label, _ in steps], end]
    sheet = _sheet(
        labels,
        title,
        unit,
        waterfall_in_words(start, steps, end=end, title=title, unit=unit),
        [
            Key("Total", fill=palette.DARK_BLUE, colour=palette.DARK_BLUE),
            Key("Adds", fill=palette.ORANGE, colour=palette.BLACK),
            Key("Takes away", fill=palette.TINTS[0], colour=palette.BLUE, hatch="////"),
        ],
    )

    def paint(axes: Any) -> None:
        last = len(labels) - 1
        _paint_step(axes, 0, 0.0, levels[0], figure(levels[0]), total=True)
        for row, (_, change) in enumerate(steps, start=1):
            sign = "+" if change > 0 else ""
            _paint_step(axes, row, levels[row - 1], levels[row], f"{sign}{figure(change)}")
        _paint_step(axes, last, 0.0, levels[-1], figure(levels[-1]), total=True)
        for row, level in enumerate(levels):
            axes.vlines(level, row - 0.28, row + 1.28, color=palette.GREY, linewidth=0.8)
        axes.axvline(0, color=palette.BLACK, linewidth=1)
        _finish(axes, labels, room=0.24)

    return draw(sheet, paint, format)


def waterfall_in_words(
    start: tuple[str, float], steps: Sequence[tuple[str, float]], *, end: str, title: str, unit: str
) -> str:
    """The steps in words, for the text alternative."""
    told = [
        f"{label} {'adds' if change >= 0 else 'takes away'} {figure(abs(change))}" for label, change in steps
    ]
    total = start[1] + sum(change for _, change in steps)
    return f"{title}, {unit}: {start[0]} {figure(start[1])}; {'; '.join([*told, f'{end} {figure(total)}'])}."


def _sheet(labels: Sequence[str], title: str, unit: str, description: str, keys: Sequence[Key]) -> Sheet:
    longest = max((len(line) for label in labels for line in _label_lines(label)), default=1)
    return Sheet(
        title=title,
        unit=unit,
        description=description,
        plot_height=ROW * max(len(labels), 1) + 8,
        left=min(MARGIN + 8 + LETTER * longest, WIDTH * 0.42),
        keys=keys,
    )


def _label_lines(label: str) -> list[str]:
    lines = wrap(label, LONGEST) or [""]
    return lines if len(lines) <= 2 else [lines[0], f"{lines[1][: LONGEST - 1]}…"]


def _paint_interval(axes: Any, row: int, ends: tuple[float | None, float | None]) -> None:
    if None not in ends:
        axes.hlines(row, *ends, color=palette.BLACK, linewidth=1.4)
        axes.vlines(ends, row - 0.14, row + 0.14, color=palette.BLACK, linewidth=1.4)


def _paint_step(axes: Any, row: int, before: float, after: float, shown: str, *, total: bool = False) -> None:
    fall = after < before
    fill, edge, hatch = (
        (palette.TINTS[0], palette.BLUE, "////") if fall else (palette.ORANGE, palette.BLACK, "")
    )
    if total:
        fill, edge, hatch = palette.DARK_BLUE, palette.DARK_BLUE, ""
    axes.barh(
        row, after - before, left=before, height=0.55, color=fill, edgecolor=edge, hatch=hatch, linewidth=0.8
    )
    _paint_figure(axes, row, max(before, after, 0.0), shown)


def _paint_figure(axes: Any, row: int, beyond: float, shown: str) -> None:
    """The figure beside its bar, on white so that no line runs through it."""
    axes.annotate(
        shown,
        (beyond, row),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        color=palette.BLACK,
        parse_math=False,
        bbox={"boxstyle": "square,pad=0.1", "facecolor": palette.WHITE, "edgecolor": "none"},
    )


def _shown(value: float | None) -> str:
    return "not shown" if value is None else figure(value)


def _finish(axes: Any, labels: Sequence[str], room: float) -> None:
    """Rows from the top, labels beside them, room at the right for the figures."""
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color=palette.RULE, linewidth=0.8)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, 0.0), max(high, 0.0) + (high - low) * room)
    axes.xaxis.get_major_locator().set_params(nbins=5)
    numbered(axes, "x", figure)
    axes.yaxis.set_ticks(
        range(len(labels)), ["\n".join(_label_lines(label)) for label in labels], parse_math=False
    )
