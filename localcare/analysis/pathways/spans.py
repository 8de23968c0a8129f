"""Lengths of time as people write them: 30m, 24h, 5d, 6w, or the name of a dated setting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from localcare.analysis.pathways.errors import Place, UnreadablePathway
from localcare.analysis.pathways.model import Span, Unit

UNITS: Mapping[str, str] = {"m": "minute", "h": "hour", "d": "day", "w": "week"}
_LENGTHS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_WRITTEN = re.compile(r"(\d+)\s*([mhdw])")


def read_span(value: Any, place: Place = ()) -> Span:
    """`24h` or `{setting: code}` as a Span; UnreadablePathway when it is neither."""
    if isinstance(value, Span):
        return value
    if isinstance(value, Mapping) and set(value) == {"setting"} and value["setting"]:
        return Span(setting=str(value["setting"]))
    text = str(value).strip()
    if text.startswith("setting:") and text[8:].strip():
        return Span(setting=text[8:].strip())
    found = _WRITTEN.fullmatch(text)
    if not found:
        raise UnreadablePathway(
            place,
            f"{value!r} is not a length of time",
            "Write a number and m, h, d or w (30m, 24h, 5d, 6w), or setting: and the code of a setting",
        )
    return Span(int(found[1]), cast(Unit, found[2]))


def words_of_span(span: Span) -> str:
    """`24 hours`, `1 day`, or the name of the setting."""
    if span.setting:
        return f"the setting {span.setting}"
    unit = UNITS[span.unit]
    return f"{span.amount} {unit}{'' if span.amount == 1 else 's'}"


def written(span: Span) -> str:
    """The span as a definition writes it."""
    return f"setting: {span.setting}" if span.setting else f"{span.amount}{span.unit}"


def rough_length(span: Span) -> timedelta:
    """How long it is when no clock changes: for comparing two spans, not for finding a due time."""
    return span.amount * _LENGTHS[span.unit]
