"""Settings with dates: a length of time that changed, or will, and since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from localcare.analysis.pathways.model import Span
from localcare.analysis.pathways.spans import read_span


@dataclass(frozen=True)
class SettingValue:
    """What a setting is from a day on, who says so, and whether that was seen or remembered."""

    starts_on: date
    span: Span
    source: str = ""
    status: str = ""


@dataclass(frozen=True)
class Setting:
    """A named length of time with its values, earliest first."""

    code: str
    title: str
    values: tuple[SettingValue, ...]

    def on(self, day: date) -> SettingValue | None:
        """The value in force on the day; None before the first."""
        in_force = [value for value in self.values if value.starts_on <= day]
        return in_force[-1] if in_force else None


Settings = Mapping[str, Setting]


def read_settings(content: Mapping[str, Any]) -> dict[str, Setting]:
    """The settings of a definition file: code -> title and values, each with from, is, source and status."""
    return {code: _setting(code, said) for code, said in content["settings"].items()}


def _setting(code: str, said: Mapping[str, Any]) -> Setting:
    values: Sequence[Mapping[str, Any]] = said["values"]
    read = [
        SettingValue(
            _day(value["from"]),
            read_span(value["is"], ("settings", code, "values", position, "is")),
            str(value.get("source", "")),
            str(value.get("status", "")),
        )
        for position, value in enumerate(values)
    ]
    return Setting(code, str(said["title"]), tuple(sorted(read, key=lambda value: value.starts_on)))


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def resolve(span: Span, settings: Settings, on: date) -> Span:
    """The span itself, or what its setting is on the day; LookupError when there is no such value."""
    if not span.setting:
        return span
    if span.setting not in settings:
        raise LookupError(f"there is no setting {span.setting!r}; known are {', '.join(sorted(settings))}")
    value = settings[span.setting].on(on)
    if value is None:
        first = settings[span.setting].values[0].starts_on
        raise LookupError(f"the setting {span.setting!r} has no value on {on}: its first begins on {first}")
    return value.span
