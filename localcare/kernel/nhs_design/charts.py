"""Small charts drawn as SVG on the server, with presentation attributes only: pure text in, text out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

LINE = "#005eb8"  # NHS blue
AXIS = "#4c6272"  # NHS dark grey
TEXT = "#212b32"  # NHS black


@dataclass(frozen=True)
class Point:
    """One value with the words under it; `None` leaves a gap."""

    label: str
    value: float | None


def points(values: Sequence[Point | tuple[str, float | None]]) -> list[Point]:
    """Accept points or pairs of label and value."""
    return [value if isinstance(value, Point) else Point(*value) for value in values]


def sparkline(values: Sequence[Point | tuple[str, float | None]], title: str, width: int = 120) -> Markup:
    """A line without axes, the last value marked; the title says in words what it shows."""
    height, edge = 32, 4
    placed = _placed(points(values), left=edge, top=edge, width=width - 2 * edge, height=height - 2 * edge)
    body = _lines(placed) + _last_dot(placed)
    return _picture(body, width, height, title, _description(points(values)))


def line_chart(values: Sequence[Point | tuple[str, float | None]], title: str, unit: str = "") -> Markup:
    """A line with a scale and its first and last label, for a page's width or a phone's."""
    width, height, left, top = 560, 220, 48, 16
    given = points(values)
    placed = _placed(given, left=left, top=top, width=width - left - 24, height=height - top - 40)
    body = _scale(given, left, top, width - 24, height - 40, unit) + _lines(placed) + _dots(placed)
    body += _end_labels(given, left, width - 24, height - 12)
    return _picture(body, width, height, title, _description(given, unit))


def _placed(
    given: Sequence[Point], *, left: int, top: int, width: int, height: int
) -> list[tuple[float, float] | None]:
    """Where each point falls; the scale starts at nought so that a small change looks small."""
    _, high = _range(given)
    step = width / max(len(given) - 1, 1)
    return [
        None if point.value is None else (left + place * step, top + height - height * point.value / high)
        for place, point in enumerate(given)
    ]


def _range(given: Sequence[Point]) -> tuple[float, float]:
    known = [point.value for point in given if point.value is not None]
    if any(value < 0 for value in known):
        raise ValueError("A chart shows values from nought up; show negative values in a table.")
    return 0.0, max(known, default=0.0) or 1.0


def _lines(placed: Sequence[tuple[float, float] | None]) -> str:
    """One path for each run of points without a gap."""
    path, is_drawing = [], False
    for at in placed:
        if at is not None:
            path.append(f"{'L' if is_drawing else 'M'}{at[0]:.1f} {at[1]:.1f}")
        is_drawing = at is not None
    return f'<path d="{" ".join(path)}" fill="none" stroke="{LINE}" stroke-width="2"/>' if path else ""


def _dots(placed: Sequence[tuple[float, float] | None]) -> str:
    return "".join(f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="4" fill="{LINE}"/>' for at in placed if at)


def _last_dot(placed: Sequence[tuple[float, float] | None]) -> str:
    return _dots([at for at in placed if at][-1:])


def _scale(given: Sequence[Point], left: int, top: int, right: int, bottom: int, unit: str) -> str:
    """Lines at nought, half and the highest value, with their numbers."""
    _, high = _range(given)
    drawn = []
    for share in (0.0, 0.5, 1.0):
        level = bottom - (bottom - top) * share
        drawn.append(
            f'<path d="M{left} {level:.1f}H{right}" stroke="{AXIS}" stroke-width="{0.5 if share else 1}"/>'
        )
        drawn.append(_words(left - 6, level + 5, f"{high * share:g}", "end"))
    return "".join(drawn) + (_words(left, top - 4, unit, "start") if unit else "")


def _end_labels(given: Sequence[Point], left: int, right: int, baseline: int) -> str:
    if not given:
        return ""
    last = _words(right, baseline, given[-1].label, "end") if len(given) > 1 else ""
    return _words(left, baseline, given[0].label, "start") + last


def _words(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
        f'font-family="arial, sans-serif" font-size="14" fill="{TEXT}">{escape(text)}</text>'
    )


def _description(given: Sequence[Point], unit: str = "") -> str:
    known = [point for point in given if point.value is not None]
    if not known:
        return "No values yet."
    first, last = known[0], known[-1]
    return f"From {first.value:g} {unit} ({first.label}) to {last.value:g} {unit} ({last.label}).".replace(
        "  ", " "
    ).replace(" (", " (")


def _picture(body: str, width: int, height: int, title: str, description: str) -> Markup:
    """The whole picture, read out as its title and description."""
    return Markup(  # noqa: S704 - every text that comes from outside is escaped above
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lc-chart" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" focusable="false">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{body}</svg>"
    )
