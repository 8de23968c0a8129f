"""The summary of a chart in two icons, each a code, words and a shape: colour is never the only sign.

The meanings are those of Making Data Count's variation and assurance icons; names of colours and codes are our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Improvement = Literal["high", "low", "neutral"]
Meaning = Literal["common", "improvement", "concern", "high", "low"]


@dataclass(frozen=True)
class Icon:
    """One icon: a stable code, words for a reader, a letter or mark inside it, and the shape it is drawn in."""

    code: str
    words: str
    mark: str
    shape: Literal["circle", "triangle-up", "triangle-down", "square", "diamond", "hexagon"]


_VARIATION = (
    Icon("common-cause", "Common cause variation: no significant change", "~", "circle"),
    Icon("improvement-high", "Special cause variation: improvement, values are higher", "H", "triangle-up"),
    Icon("improvement-low", "Special cause variation: improvement, values are lower", "L", "triangle-down"),
    Icon("concern-high", "Special cause variation: concern, values are higher", "H", "square"),
    Icon("concern-low", "Special cause variation: concern, values are lower", "L", "square"),
    Icon("neutral-high", "Special cause variation: values are higher, neither good nor bad", "H", "hexagon"),
    Icon("neutral-low", "Special cause variation: values are lower, neither good nor bad", "L", "hexagon"),
    Icon("too-few-points", "Too few points to say", "…", "circle"),
)
_ASSURANCE = (
    Icon("passes", "Consistently passes the target: the limits lie on the right side of it", "P", "circle"),
    Icon(
        "fails", "Consistently fails the target: unless something changes it will not be met", "F", "diamond"
    ),
    Icon("hit-and-miss", "Hits and misses the target: chance alone decides", "?", "square"),
    Icon("no-target", "No target, or no direction that is better", "–", "circle"),
)
VARIATION = {icon.code: icon for icon in _VARIATION}
ASSURANCE = {icon.code: icon for icon in _ASSURANCE}


def variation_icon(meaning: Meaning | None, high: bool) -> Icon:
    """The icon for the last known point; None stands for a point that could not be judged."""
    if meaning is None:
        return VARIATION["too-few-points"]
    if meaning == "common":
        return VARIATION["common-cause"]
    kind = "neutral" if meaning in ("high", "low") else meaning
    return VARIATION[f"{kind}-{'high' if high else 'low'}"]


def meaning_of(high: bool, improvement: Improvement) -> Meaning:
    """What a signal of high (or rising) or of low (or falling) values means, given which way is better."""
    if improvement == "neutral":
        return "high" if high else "low"
    return "improvement" if high == (improvement == "high") else "concern"
