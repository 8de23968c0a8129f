"""Colours and shapes of the charts: the NHS palette, each with enough contrast, none the only sign of a meaning.

Colours: NHS identity guidelines and the NHS design system. Orange is too pale on white by itself (2.4 to 1), so whatever is
orange has a dark edge and its own shape.
"""

from __future__ import annotations

from typing import NamedTuple

BLUE = "#005eb8"
DARK_BLUE = "#003087"
ORANGE = "#ed8b00"
PURPLE = "#330072"
GREY = "#4c6272"
PALE_GREY = "#aeb7bd"
RULE = "#d8dde0"
BLACK = "#212b32"
RED = "#aa1b12"
WHITE = "#ffffff"
TINTS = ("#d5e6f5", "#9cc4e8", "#5b9bd1", "#1f6fb5", "#003087")  # light to dark, for areas
BAND_TINTS = ("#d5e6f5", "#9cc4e8", "#6faede")  # wide to narrow, for intervals


class Mark(NamedTuple):
    """How a point is drawn: its shape, its fill and the colour of its edge."""

    shape: str
    fill: str
    edge: str


COMMON = Mark("o", GREY, GREY)
UNJUDGED = Mark("o", WHITE, GREY)
IMPROVEMENT_HIGH = Mark("^", BLUE, BLUE)
IMPROVEMENT_LOW = Mark("v", BLUE, BLUE)
CONCERN = Mark("s", ORANGE, BLACK)
NEUTRAL = Mark("h", PURPLE, PURPLE)
OUTSIDE = Mark("D", ORANGE, BLACK)
FAR_OUTSIDE = Mark("s", RED, BLACK)
