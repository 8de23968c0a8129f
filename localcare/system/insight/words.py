"""Numbers, groups and icons in words, and icons as shapes."""

from __future__ import annotations

from html import escape

from markupsafe import Markup

from localcare.analysis.measures.definitions import Indicator
from localcare.analysis.spc.icons import Icon
from localcare.kernel.nhs_design.formatting import format_number

PERCENT = "per cent"
BREAKDOWN_WORDS = {
    "service": "Service",
    "age_band": "Age",
    "sex": "Sex",
    "deprivation_quintile": "Deprivation",
}
QUINTILES = {"1": "1 (most deprived fifth)", "2": "2", "3": "3", "4": "4", "5": "5 (least deprived fifth)"}
COLOURS = {"improvement": "#005eb8", "concern": "#ed8b00", "neutral": "#330072"}
QUIET = "#768692"
OUTLINES = {
    "circle": '<circle cx="20" cy="20" r="17" {style}/>',
    "triangle-up": '<path d="M20 3 38 36H2Z" {style}/>',
    "triangle-down": '<path d="M2 4h36L20 37Z" {style}/>',
    "square": '<path d="M4 4h32v32H4Z" {style}/>',
    "diamond": '<path d="M20 1 39 20 20 39 1 20Z" {style}/>',
    "hexagon": '<path d="M11 4h18l9 16-9 16H11L2 20Z" {style}/>',
}


def value_in_words(indicator: Indicator, value: float | None) -> str:
    """A value with its unit, short: `71.4%`, `312`, `18.2 minutes`."""
    if value is None:
        return ""
    places = 0 if value == round(value) and indicator.kind in ("count", "census") else 1
    said = format_number(value, places)
    return f"{said}%" if indicator.unit == PERCENT else said


def unit_words(indicator: Indicator) -> str:
    """The unit as it stands beside a chart."""
    return "%" if indicator.unit == PERCENT else indicator.unit


def member_in_words(breakdown: str, member: str, services: dict[str, str] | None = None) -> str:
    """A group's name."""
    if not member:
        return "Not known"
    if breakdown == "deprivation_quintile":
        return QUINTILES.get(member, member)
    if breakdown == "service":
        return (services or {}).get(member, member)
    return member.replace("_", " ").capitalize()


def icon_picture(icon: Icon) -> Markup:
    """An icon as a shape with its mark, hidden from readers of words: its words always stand beside it."""
    kind = icon.code.partition("-")[0]
    colour = {"passes": COLOURS["improvement"], "fails": COLOURS["concern"]}.get(icon.code) or COLOURS.get(
        kind, QUIET
    )
    style = f'fill="#ffffff" stroke="{colour}" stroke-width="4"'
    drawn = OUTLINES[icon.shape].format(style=style)
    baseline = {"triangle-up": 32, "triangle-down": 20}.get(icon.shape, 26)
    return Markup(  # noqa: S704 - made of constants; the mark is escaped
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lc-icon" viewBox="0 0 40 40" width="40" height="40"'
        f' aria-hidden="true" focusable="false">{drawn}'
        f'<text x="20" y="{baseline}" text-anchor="middle" font-family="arial, sans-serif" font-size="17"'
        f' font-weight="700" fill="#212b32">{escape(icon.mark)}</text></svg>'
    )
