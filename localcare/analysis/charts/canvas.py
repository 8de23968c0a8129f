"""The sheet every chart is drawn on: title, unit, plot, key and notes, at a size that stays legible on a phone.

One unit is one point; the sheet is 432 wide, so that on a screen of 360 pixels the smallest text is 10 pixels high. Only
matplotlib's objects are used, never its shared state; settings that it reads while writing are changed under a lock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from textwrap import wrap
from threading import Lock
from typing import Any, Literal

from localcare.analysis.charts import palette
from localcare.analysis.charts.svg import for_pages
from localcare.analysis.libraries import Library

matplotlib: Any = Library("matplotlib")
figures: Any = Library("matplotlib.figure")
lines: Any = Library("matplotlib.lines")
patches: Any = Library("matplotlib.patches")
svg_backend: Any = Library("matplotlib.backends.backend_svg")
png_backend: Any = Library("matplotlib.backends.backend_agg")

Format = Literal["svg", "png"]
WIDTH = 432
SMALL, TITLE = 12.0, 15.0  # sizes of text
MARGIN = 12.0
LINE = 17.0  # from one line of small text to the next
TITLE_LINE = 20.0
DIGIT = 7.7  # width of a digit of small text in the widest font that may stand in
PNG_DOTS_PER_INCH = 150
_WRITING = Lock()
_SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "localcare"}


@dataclass(frozen=True)
class Key:
    """One entry of the key: what it says, and how it is drawn (a line style, a mark or a filled box)."""

    label: str
    line: str = ""
    mark: palette.Mark | None = None
    colour: str = palette.GREY
    fill: str = ""
    hatch: str = ""


@dataclass(frozen=True)
class Sheet:
    """What stands around the plot; `left` is the room for labels of the upright axis."""

    title: str
    unit: str
    description: str
    plot_height: float = 200.0
    left: float = 50.0
    below: float = 26.0
    keys: Sequence[Key] = ()
    notes: Sequence[str] = ()


def draw(sheet: Sheet, paint: Callable[[Any], None], format: Format) -> bytes:
    """Lay out the sheet, let `paint` fill the plot, and write it as SVG or PNG."""
    heading = wrap(sheet.title, 44)
    notes = [line for note in sheet.notes for line in wrap(note, 62)]
    rows = len(sheet.keys)
    above = MARGIN + TITLE_LINE * len(heading) + LINE + 8
    under = sheet.below + LINE * rows + LINE * len(notes) + MARGIN
    height = above + sheet.plot_height + under
    figure = figures.Figure(figsize=(WIDTH / 72, height / 72), dpi=72, facecolor=palette.WHITE)
    _write_heading(figure, heading, sheet.unit, height)
    axes = figure.add_axes(
        (
            sheet.left / WIDTH,
            under / height,
            (WIDTH - sheet.left - MARGIN) / WIDTH,
            sheet.plot_height / height,
        )
    )
    _plain(axes)
    paint(axes)
    _write_below(figure, sheet.keys, notes, height)
    return _write(figure, sheet, height, format)


def numbered(axes: Any, which: Literal["x", "y"], name: Callable[[float], str]) -> None:
    """Ticks at round numbers inside the view, with names of our own."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    low, high = sorted(axis.get_view_interval())
    slack = (high - low) * 1e-9
    places = [
        place
        for place in axis.get_major_locator().tick_values(low, high)
        if low - slack <= place <= high + slack
    ]
    axis.set_ticks(places, [name(place) for place in places], parse_math=False)


def named(axes: Any, names: Sequence[str], most: int = 4) -> None:
    """Names of periods under the plot: at most so many, evenly apart, first and last within the plot."""
    step = max(1, -(-len(names) // most))
    places = list(range(0, len(names), step))
    axes.xaxis.set_ticks(places, [names[place] for place in places], parse_math=False)


def room_for(labels: Sequence[str]) -> float:
    """Room that labels of the upright axis need."""
    return MARGIN + 6 + DIGIT * max((len(label) for label in labels), default=1)


def text(axes: Any, x: float, y: float, words: str, **style: Any) -> Any:
    """Words in the plot, never read as mathematics."""
    return axes.text(x, y, words, parse_math=False, fontsize=SMALL, color=palette.BLACK, **style)


def load() -> None:
    """Import the drawing library now, so that nobody's first chart waits for it."""
    _ = (
        figures.Figure,
        svg_backend.FigureCanvasSVG,
        png_backend.FigureCanvasAgg,
        lines.Line2D,
        patches.Patch,
    )


def _plain(axes: Any) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(palette.GREY)
    axes.tick_params(labelsize=SMALL, colors=palette.BLACK, length=0, pad=6)
    axes.set_facecolor("none")
    axes.grid(axis="y", color=palette.RULE, linewidth=0.8)
    axes.set_axisbelow(True)


def _write_heading(figure: Any, heading: Sequence[str], unit: str, height: float) -> None:
    top = height - MARGIN
    for number, line in enumerate(heading):
        _line(figure, MARGIN, top - TITLE_LINE * number, line, height, fontsize=TITLE, fontweight="bold")
    _line(figure, MARGIN, top - TITLE_LINE * len(heading) - 2, unit, height, fontsize=SMALL)


def _write_below(figure: Any, keys: Sequence[Key], notes: Sequence[str], height: float) -> None:
    for number, note in enumerate(reversed(notes)):
        _line(figure, MARGIN, MARGIN + LINE * (number + 1), note, height, fontsize=SMALL)
    bottom = MARGIN + LINE * len(notes)
    for number, key in enumerate(reversed(keys)):
        middle = bottom + LINE * (number + 0.5)
        picture = _box(key, middle) if key.fill else _stroke(key, middle)
        picture.set_transform(_points(figure, height))
        figure.add_artist(picture)
        _line(figure, MARGIN + 38, middle + SMALL * 0.62, key.label, height, fontsize=SMALL)


def _box(key: Key, middle: float) -> Any:
    return patches.Rectangle(
        (MARGIN + 4, middle - 5),
        22,
        10,
        facecolor=key.fill,
        edgecolor=key.colour,
        hatch=key.hatch,
        linewidth=0.8,
    )


def _stroke(key: Key, middle: float) -> Any:
    """A piece of the line with its mark in the middle, or the mark alone."""
    mark = key.mark
    return lines.Line2D(
        [MARGIN, MARGIN + 15, MARGIN + 30],
        [middle] * 3,
        color=key.colour,
        linestyle=key.line or "none",
        linewidth=1.6,
        marker=mark.shape if mark else "",
        markerfacecolor=mark.fill if mark else None,
        markeredgecolor=mark.edge if mark else None,
        markersize=7,
        markevery=[1],
    )


def _points(figure: Any, height: float) -> Any:
    """From points of the sheet to the figure."""
    return matplotlib.transforms.Affine2D().scale(1 / WIDTH, 1 / height) + figure.transFigure


def _line(figure: Any, x: float, y: float, words: str, height: float, **style: Any) -> None:
    figure.text(
        x / WIDTH, y / height, words, va="top", ha="left", color=palette.BLACK, parse_math=False, **style
    )


def _write(figure: Any, sheet: Sheet, height: float, format: Format) -> bytes:
    written = BytesIO()
    with _WRITING, matplotlib.rc_context(_SETTINGS):
        if format == "png":
            figure.set_dpi(PNG_DOTS_PER_INCH)
            png_backend.FigureCanvasAgg(figure).print_png(
                written, metadata={"Software": None, "Title": sheet.title, "Description": sheet.description}
            )
            return written.getvalue()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        svg_backend.FigureCanvasSVG(figure).print_svg(written, metadata=nothing)
    return for_pages(
        written.getvalue().decode(),
        width=WIDTH,
        height=height,
        title=sheet.title,
        description=sheet.description,
    )


def paint_mark(axes: Any, x: float, y: float, mark: palette.Mark) -> None:
    """One mark at a point."""
    axes.plot(
        [x],
        [y],
        linestyle="none",
        marker=mark.shape,
        markerfacecolor=mark.fill,
        markeredgecolor=mark.edge,
        markersize=7,
    )
