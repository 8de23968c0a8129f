"""The pictures of a model card: calibration, decision curve, and observed to expected by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from localcare.analysis.charts import palette
from localcare.analysis.charts.canvas import SMALL, Format, Key, Sheet, draw, numbered, paint_mark, room_for
from localcare.analysis.plain_numbers import figure

DECILE = palette.Mark("o", palette.BLUE, palette.BLUE)
OUTSIDE = palette.Mark("D", palette.ORANGE, palette.BLACK)
LINE_HEIGHT = 19.0
LEFT_OF_GROUPS = 190.0
LONGEST_NAME = 27
REACH = (0.4, 2.5)  # observed to expected shown: beyond it a mark stands at the edge

Figures = Mapping[str, Any]


def percent_of(value: float) -> str:
    """A share as a round percentage for an axis."""
    return f"{figure(round(value * 100, 6))}%"


def calibration_plot(figures: Figures, *, title: str, format: Format = "svg") -> bytes:
    """Tenths of the people by risk against what came, a smooth line, and the line of perfect agreement."""
    points = figures["deciles"]
    most = max([point["observed"]["high"] for point in points] + [point["risk"] for point in points]) * 1.05
    smooth = [(x, y) for x, y in figures["smooth"] if x <= most and y <= most]
    sheet = Sheet(
        title=title,
        unit="share who had it (up), against the risk that the model gave (right)",
        description=calibration_in_words(figures, title=title),
        left=room_for([percent_of(most)]),
        plot_height=260.0,
        keys=[
            Key("A tenth of the people, with its 95% interval", mark=DECILE, line="-", colour=palette.BLUE),
            Key("Smooth line through everybody", line="-", colour=palette.PURPLE),
            Key("Perfect agreement", line="--", colour=palette.BLACK),
        ],
    )

    def paint(axes: Any) -> None:
        axes.plot([0, most], [0, most], color=palette.BLACK, linewidth=1.2, linestyle="--")
        axes.plot(*zip(*smooth, strict=True), color=palette.PURPLE, linewidth=1.6)
        for point in points:
            observed = point["observed"]
            axes.vlines(point["risk"], observed["low"], observed["high"], color=palette.BLUE, linewidth=1.4)
            paint_mark(axes, point["risk"], observed["value"], DECILE)
        axes.set_xlim(0, most)
        axes.set_ylim(0, most)
        numbered(axes, "x", percent_of)
        numbered(axes, "y", percent_of)

    return draw(sheet, paint, format)


def calibration_in_words(figures: Figures, *, title: str) -> str:
    """The lowest and the highest tenth, for the text alternative."""
    low, high = figures["deciles"][0], figures["deciles"][-1]
    told = [
        f"the {name} tenth was given {percent_of(round(point['risk'], 3))} on average"
        f" and {percent_of(round(point['observed']['value'], 3))} had it"
        for name, point in (("lowest", low), ("highest", high))
    ]
    return f"{title}: {'; '.join(told)}."


def decision_plot(figures: Figures, *, title: str, format: Format = "svg") -> bytes:
    """Net benefit of acting on the model, on everybody and on nobody, by threshold of risk."""
    rows = figures["decision_curve"]
    places = [row["threshold"] for row in rows]
    value = [row["model"]["value"] for row in rows]
    top = max([row["model"]["high"] for row in rows])
    sheet = Sheet(
        title=title,
        unit="net benefit per 1,000 people, by the risk chosen from",
        description=decision_in_words(figures, title=title),
        left=room_for([figure(-top * 1000), figure(top * 1000)]),
        plot_height=220.0,
        keys=[
            Key("Choose by the model", line="-", colour=palette.BLUE),
            Key("95% interval", fill=palette.BAND_TINTS[0], colour=palette.BLUE),
            Key("Choose everybody", line="--", colour=palette.BLACK),
            Key("Choose nobody", line="-.", colour=palette.GREY),
        ],
    )

    def paint(axes: Any) -> None:
        bounds = [[row["model"][end] * 1000 for row in rows] for end in ("low", "high")]
        axes.fill_between(
            places, *bounds, facecolor=palette.BAND_TINTS[0], edgecolor=palette.BLUE, linewidth=0.6
        )
        axes.plot(places, [1000 * one for one in value], color=palette.BLUE, linewidth=2)
        axes.plot(
            places,
            [1000 * row["everybody"] for row in rows],
            color=palette.BLACK,
            linewidth=1.4,
            linestyle="--",
        )
        axes.axhline(0, color=palette.GREY, linewidth=1.4, linestyle="-.")
        axes.set_xlim(0.0, places[-1] * 1.04)
        axes.set_ylim(-0.25 * top * 1000, top * 1100)
        numbered(axes, "x", percent_of)
        numbered(axes, "y", figure)

    return draw(sheet, paint, format)


def decision_in_words(figures: Figures, *, title: str) -> str:
    """Where the model does better than everybody and nobody, for the text alternative."""
    better = [
        percent_of(row["threshold"])
        for row in figures["decision_curve"]
        if row["model"]["value"] > max(row["everybody"], 0.0)
    ]
    said = f"better than both at the thresholds {', '.join(better)}" if better else "better at no threshold"
    return f"{title}: choosing by the model is {said}."


def groups_plot(
    figures: Figures, allowed: Mapping[str, float], *, title: str, format: Format = "svg"
) -> bytes:
    """Observed to expected of every group that is large enough to judge, practices apart."""
    rows = judged_parts(figures)
    sheet = Sheet(
        title=title,
        unit="people who had it, for each one expected",
        description=groups_in_words(rows, title=title),
        left=LEFT_OF_GROUPS,
        plot_height=LINE_HEIGHT * max(len(rows), 1) + 10,
        keys=[
            Key("Group, with its 95% interval", mark=DECILE, line="-", colour=palette.BLUE),
            Key("Whole interval outside what is allowed", mark=OUTSIDE, line="-", colour=palette.BLACK),
            Key(f"Allowed: {allowed['least']} to {allowed['most']}", line="--", colour=palette.BLACK),
        ],
    )

    def paint(axes: Any) -> None:
        axes.set_xscale("log")
        axes.set_xlim(*REACH)
        axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
        axes.axvline(1.0, color=palette.BLACK, linewidth=1.2)
        for limit in (allowed["least"], allowed["most"]):
            axes.axvline(limit, color=palette.BLACK, linewidth=1.0, linestyle="--")
        for place, (_, found) in enumerate(rows):
            outside = found["high"] < allowed["least"] or found["low"] > allowed["most"]
            ends = [_within(found[end]) for end in ("low", "high")]
            axes.hlines(place, *ends, color=palette.BLACK if outside else palette.BLUE, linewidth=1.4)
            paint_mark(axes, _within(found["value"]), place, OUTSIDE if outside else DECILE)
        axes.yaxis.set_ticks(list(range(len(rows))), [name for name, _ in rows], parse_math=False)
        axes.xaxis.set_ticks([0.5, 0.8, 1.0, 1.25, 2.0], ["0.5", "0.8", "1", "1.25", "2"], parse_math=False)
        axes.xaxis.set_ticks([], minor=True)
        axes.grid(axis="y", visible=False)
        axes.tick_params(labelsize=SMALL)

    return draw(sheet, paint, format)


def judged_parts(figures: Figures) -> list[tuple[str, Mapping[str, float]]]:
    """Name and observed-to-expected of each part that is large enough and not hidden, practices apart."""
    return [
        (_short(group["title"], part["label"]), part["observed_to_expected"])
        for group in figures["groups"]
        if group["group"] != "practice"
        for part in group["parts"]
        if part["enough_to_judge"] and (part.get("observed_to_expected") or {}).get("low") is not None
    ]


def groups_in_words(rows: Sequence[tuple[str, Mapping[str, float]]], *, title: str) -> str:
    """Each group's figure, for the text alternative."""
    told = [
        f"{name} {found['value']:.2f} ({found['low']:.2f} to {found['high']:.2f})" for name, found in rows
    ]
    return f"{title}: {'; '.join(told) or 'no group is large enough'}."


def _short(title: str, label: str) -> str:
    name = f"{title.split(' (')[0]}: {label}"
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _within(value: float) -> float:
    return min(max(value, REACH[0]), REACH[1])
