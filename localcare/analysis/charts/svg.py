"""What matplotlib writes as SVG, made fit for a page: no inline styles, said in words, the same bytes every time.

A page's content security policy forbids inline styles, also in an image that is opened by itself: every style becomes the
attribute of the same name.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

FONTS = "Arial, Helvetica, sans-serif"
POINTS_TO_PIXELS = 4 / 3

_STYLE = re.compile(r' style="([^"]*)"')
_STYLE_SHEET = re.compile(r"\s*<style.*?</style>", re.DOTALL)
_HEAD = re.compile(r"<!DOCTYPE.*?>\s*<svg[^>]*>", re.DOTALL)
_NO_TURN = re.compile(r' transform="rotate\(-?0 [^)]*\)"')
_OUTLINE = re.compile(r' d="([^"]*)"')
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_GROUP_NAME = re.compile(r'<g id="[^"]*"')


def for_pages(drawn: str, *, width: float, height: float, title: str, description: str) -> bytes:
    """The drawing with a title and description for those who listen, sized in pixels."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'width="{width * POINTS_TO_PIXELS:.0f}" height="{height * POINTS_TO_PIXELS:.0f}" '
        f'viewBox="0 0 {width:g} {height:g}" stroke-linejoin="round" stroke-linecap="butt" font-family="{FONTS}">\n'
        f" <title>{escape(title)}</title>\n <desc>{escape(description)}</desc>"
    )
    drawn = _STYLE_SHEET.sub("", drawn)
    drawn = _HEAD.sub(lambda _: head, drawn, count=1)
    drawn = _GROUP_NAME.sub("<g", drawn)
    drawn = _NO_TURN.sub("", drawn)
    drawn = _OUTLINE.sub(lambda found: f' d="{_LONG_NUMBER.sub(_hundredths, found[1])}"', drawn)
    return _STYLE.sub(lambda found: _as_attributes(found[1]), drawn).encode()


def _hundredths(number: re.Match[str]) -> str:
    """A hundredth of a point is finer than any screen."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _as_attributes(style: str) -> str:
    pairs = [pair.split(":", 1) for pair in style.split(";") if ":" in pair]
    return "".join(
        f' {name.strip()}="{value.strip()}"' for name, value in pairs if name.strip() != "font-family"
    )
