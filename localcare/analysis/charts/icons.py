"""The summary icons as small pictures: a shape with a mark in it, and its words for those who listen."""

from __future__ import annotations

from xml.sax.saxutils import escape

from localcare.analysis.charts import palette
from localcare.analysis.spc.icons import Icon

_SHAPES = {
    "circle": '<circle cx="24" cy="24" r="21"',
    "triangle-up": '<path d="M24 2 46 44H2Z"',
    "triangle-down": '<path d="M24 46 2 4H46Z"',
    "square": '<path d="M4 4H44V44H4Z"',
    "diamond": '<path d="M24 1 47 24 24 47 1 24Z"',
    "hexagon": '<path d="M13 4H35L46 24 35 44H13L2 24Z"',
}
_MIDDLE = {"triangle-up": 32, "triangle-down": 18}
_FILLS = {
    "improvement": palette.BLUE,
    "passes": palette.BLUE,
    "concern": palette.ORANGE,
    "fails": palette.ORANGE,
}
_FILLS |= {"neutral": palette.PURPLE}


def icon_picture(icon: Icon) -> bytes:
    """The icon as SVG, 48 by 48; dark on orange and white, white on blue and purple."""
    fill = _FILLS.get(icon.code.split("-")[0], palette.WHITE)
    ink = palette.BLACK if fill in (palette.WHITE, palette.ORANGE) else palette.WHITE
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" width="48" height="48" viewBox="0 0 48 48">\n'
        f" <title>{escape(icon.words)}</title>\n"
        f' {_SHAPES[icon.shape]} fill="{fill}" stroke="{palette.BLACK}" stroke-width="2"/>\n'
        f' <text x="24" y="{_MIDDLE.get(icon.shape, 24) + 7}" text-anchor="middle" font-family="Arial, Helvetica, sans-serif" '
        f'font-size="20" font-weight="bold" fill="{ink}">{escape(icon.mark)}</text>\n</svg>\n'
    ).encode()
