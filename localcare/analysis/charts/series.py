"""Series over time with their intervals: the fan of a simulation, and two series laid over each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Any

from localcare.analysis.charts import palette
from localcare.analysis.charts.canvas import Format, Key, Sheet, draw, named, numbered, room_for
from localcare.analysis.plain_numbers import figure, period_names

Values = Sequence[float | None]
MARKED = 12  # marks along a line, however many points it has


@dataclass(frozen=True)
class Band:
    """An interval over time: the share of runs inside it (0.8 is 80%), its lower and its upper line."""

    share: float
    lower: Values
    upper: Values

    @property
    def words(self) -> str:
        """The band's name in a key."""
        return f"{self.share:.0%} of runs lie within"


def fan(
    median: Values,
    bands: Sequence[Band],
    *,
    title: str,
    unit: str,
    periods: Sequence[str | date],
    limit: Values | None = None,
    limit_name: str = "capacity",
    format: Format = "svg",
) -> bytes:
    """Median and up to three intervals over time, with an optional line that the values press against (capacity, target)."""
    names = period_names(periods)
    _check(
        names,
        [median, *([limit] if limit else []), *[line for band in bands for line in (band.lower, band.upper)]],
    )
    wide_first = sorted(bands, key=lambda band: -band.share)
    keys = [Key("Median", line="-", colour=palette.DARK_BLUE)]
    keys += [Key(band.words, fill=tint, colour=palette.BLUE) for band, tint in _tinted(wide_first)]
    if limit:
        keys.append(Key(limit_name.capitalize(), line="-.", colour=palette.RED))
    sheet = Sheet(
        title=title,
        unit=unit,
        description=fan_in_words(median, bands, title=title, unit=unit, periods=periods),
        left=_left([median, *[band.upper for band in bands], limit or []]),
        keys=keys,
    )

    def paint(axes: Any) -> None:
        for band, tint in _tinted(wide_first):
            _paint_band(axes, band, tint)
        axes.plot(range(len(names)), _gaps(median), color=palette.DARK_BLUE, linewidth=2)
        if limit:
            axes.plot(
                range(len(names)),
                _gaps(limit),
                color=palette.RED,
                linewidth=1.6,
                linestyle="-.",
                drawstyle="steps-mid",
            )
        _finish(axes, names)

    return draw(sheet, paint, format)


def fan_in_words(
    median: Values, bands: Sequence[Band], *, title: str, unit: str, periods: Sequence[str | date]
) -> str:
    """What the fan shows, for its text alternative."""
    names = period_names(periods)
    known = [(value, name) for value, name in zip(median, names, strict=True) if value is not None]
    if not known:
        return f"{title}, {unit}: no value."
    low, high = min(known), max(known)
    told = [
        f"{title}, {unit}, from {names[0]} to {names[-1]}.",
        f"The median begins at {figure(known[0][0])} and ends at {figure(known[-1][0])}; "
        f"it is lowest at {figure(low[0])} ({low[1]}) and highest at {figure(high[0])} ({high[1]}).",
    ]
    for band in sorted(bands, key=lambda band: band.share):
        ends = [
            (lower, upper)
            for lower, upper in zip(band.lower, band.upper, strict=True)
            if None not in (lower, upper)
        ]
        if ends:
            told.append(f"At the end {band.share:.0%} of runs lie between {_between(ends[-1])}.")
    return " ".join(told)


def overlay(
    lived: Values,
    simulated: Values,
    *,
    title: str,
    unit: str,
    periods: Sequence[str | date],
    band: Band | None = None,
    names: tuple[str, str] = ("lived", "simulated"),
    format: Format = "svg",
) -> bytes:
    """Two series over each other, the second with its interval: lived against simulated, or two scenarios."""
    shown = period_names(periods)
    _check(shown, [lived, simulated, *((band.lower, band.upper) if band else ())])
    styles = (
        Key(
            names[0].capitalize(),
            line="-",
            mark=palette.Mark("o", palette.BLACK, palette.BLACK),
            colour=palette.BLACK,
        ),
        Key(
            names[1].capitalize(),
            line="--",
            mark=palette.Mark("^", palette.BLUE, palette.BLUE),
            colour=palette.BLUE,
        ),
    )
    tint = palette.BAND_TINTS[0]
    sheet = Sheet(
        title=title,
        unit=unit,
        description=overlay_in_words(
            lived, simulated, title=title, unit=unit, periods=periods, band=band, names=names
        ),
        left=_left([lived, simulated, band.upper if band else []]),
        keys=[
            *styles,
            *(
                [Key(f"{names[1].capitalize()}: {band.words}", fill=tint, colour=palette.BLUE)]
                if band
                else []
            ),
        ],
    )

    def paint(axes: Any) -> None:
        if band:
            _paint_band(axes, band, tint)
        for values, key in zip((simulated, lived), reversed(styles), strict=True):
            axes.plot(
                range(len(shown)),
                _gaps(values),
                color=key.colour,
                linestyle=key.line,
                linewidth=1.8,
                marker=key.mark.shape if key.mark else "",
                markersize=6,
                markevery=max(1, len(shown) // MARKED),
            )
        _finish(axes, shown)

    return draw(sheet, paint, format)


def overlay_in_words(
    lived: Values,
    simulated: Values,
    *,
    title: str,
    unit: str,
    periods: Sequence[str | date],
    band: Band | None = None,
    names: tuple[str, str] = ("lived", "simulated"),
) -> str:
    """How the two series differ, for the text alternative."""
    shown = period_names(periods)
    both = [
        (one, two) for one, two in zip(lived, simulated, strict=True) if one is not None and two is not None
    ]
    told = [f"{title}, {unit}, from {shown[0]} to {shown[-1]}: {names[0]} against {names[1]}."]
    if not both:
        return f"{told[0]} No period has both."
    first, second = (fmean(values) for values in zip(*both, strict=True))
    told.append(
        f"Over the {len(both)} periods with both, {names[0]} is {figure(first)} on average and {names[1]} {figure(second)}, "
        f"a difference of {figure(abs(first - second))}."
    )
    if band:
        within = [
            lower <= one <= upper
            for one, lower, upper in zip(lived, band.lower, band.upper, strict=True)
            if one is not None and lower is not None and upper is not None
        ]
        told.append(
            f"{sum(within)} of {len(within)} {names[0]} values lie inside the {band.share:.0%} interval of {names[1]}."
        )
    return " ".join(told)


def _between(ends: tuple[float | None, float | None]) -> str:
    return f"{figure(ends[0] or 0.0)} and {figure(ends[1] or 0.0)}"


def _tinted(wide_first: Sequence[Band]) -> list[tuple[Band, str]]:
    if len(wide_first) > len(palette.BAND_TINTS):
        raise ValueError(
            f"{len(wide_first)} intervals cannot be told apart; give at most {len(palette.BAND_TINTS)}"
        )
    return list(zip(wide_first, palette.BAND_TINTS, strict=False))


def _paint_band(axes: Any, band: Band, tint: str) -> None:
    """A tint with a thin edge, so that its reach is seen without telling tints apart."""
    axes.fill_between(
        range(len(band.lower)),
        _gaps(band.lower),
        _gaps(band.upper),
        facecolor=tint,
        edgecolor=palette.BLUE,
        linewidth=0.6,
    )


def _finish(axes: Any, names: Sequence[str]) -> None:
    axes.set_xlim(-0.5, len(names) - 0.5)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0.0) if low < (high - low) / 2 else low, high)
    numbered(axes, "y", figure)
    named(axes, names)


def _gaps(values: Values) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _left(series: Sequence[Values]) -> float:
    return room_for([figure(value) for values in series for value in values if value is not None])


def _check(names: Sequence[str], series: Sequence[Values]) -> None:
    if not names:
        raise ValueError("there is no period to draw; give at least one")
    for values in series:
        if len(values) != len(names):
            raise ValueError(
                f"a series has {len(values)} values for {len(names)} periods; give one each, None for missing"
            )
