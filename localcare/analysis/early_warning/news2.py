"""National Early Warning Score 2 (Royal College of Physicians, 2017): points, total and band."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from localcare.analysis.early_warning.definition import Table, news2_table

Breathing = Literal["air", "oxygen"]
Consciousness = Literal["alert", "confusion", "voice", "pain", "unresponsive"]
MEASURES = (
    "respirations",
    "saturation",
    "saturation_scale",
    "oxygen",
    "systolic",
    "pulse",
    "consciousness",
    "temperature",
    "pregnant",
)
OPTIONAL = ("saturation_scale", "pregnant")


class NotApplicable(ValueError):
    """The score is not for this person; the message says why."""


class NotAMeasurement(ValueError):
    """A value that cannot be read as this measure; the message names the measure and what it may be."""


@dataclass(frozen=True)
class Observations:
    """One set of observations, taken together.

    Units: breaths a minute, per cent, mmHg, beats a minute, degrees Celsius. `saturation_scale` 2 only when a
    competent clinician has decided on it for this person (a target of 88 to 92 per cent).
    """

    respirations: int
    saturation: int
    oxygen: Breathing
    systolic: int
    pulse: int
    consciousness: Consciousness
    temperature: float
    saturation_scale: Literal[1, 2] = 1


@dataclass(frozen=True)
class Result:
    """The total, the points of each measure, and the band of the published table."""

    total: int
    band: str
    band_title: str
    points: Mapping[str, int] = field(default_factory=dict)

    @property
    def single(self) -> tuple[str, ...]:
        """The measures that alone have three points."""
        return tuple(name for name, points in self.points.items() if points == 3)


def news2(
    observations: Observations, *, age_years: int, is_pregnant: bool = False, table: Table | None = None
) -> Result:
    """The score; NotApplicable under 16 or in pregnancy, NotAMeasurement for a value that cannot be."""
    table = table or news2_table()
    if age_years < table.age_from:
        raise NotApplicable(f"NEWS2 is not for people under {table.age_from}.")
    if is_pregnant:
        raise NotApplicable("NEWS2 is not for use in pregnancy.")
    points = points_of(observations, table)
    total = sum(points.values())
    band = band_of(total, points.values(), table)
    title = next(one.title for one in table.bands if one.name == band)
    return Result(total, band, title, points)


def points_of(observations: Observations, table: Table) -> dict[str, int]:
    """The points of each measure, in the order of the chart."""
    seen = observations
    return {
        "respirations": _points(table, "respirations", seen.respirations, most=100),
        "saturation": _points(table, _saturation_rows(seen), seen.saturation, most=100),
        "oxygen": _word(table, "oxygen", seen.oxygen),
        "systolic": _points(table, "systolic", seen.systolic, most=400),
        "pulse": _points(table, "pulse", seen.pulse, most=400),
        "consciousness": _word(table, "consciousness", seen.consciousness),
        "temperature": _points(table, "temperature", round(seen.temperature, 1), least=10, most=50),
    }


def band_of(total: int, points: Iterable[int], table: Table) -> str:
    """The band of a total; a single measure with three points lifts a low total."""
    reached = [band for band in table.bands if band.least is not None and total >= band.least]
    band = max(reached, key=lambda one: one.least or 0)
    is_lowest = band.least == min(one.least for one in table.bands if one.least is not None)
    has_single = table.single_points in list(points)
    return table.single_band if is_lowest and has_single else band.name


def _saturation_rows(seen: Observations) -> str:
    if seen.saturation_scale not in (1, 2):
        raise NotAMeasurement(f"The oxygen saturation scale is 1 or 2, not {seen.saturation_scale!r}.")
    if seen.saturation_scale == 1:
        return "saturation_scale_1"
    return "saturation_scale_2_on_oxygen" if seen.oxygen == "oxygen" else "saturation_scale_2_on_air"


def _points(table: Table, name: str, value: float, *, most: float, least: float = 0) -> int:
    if not least <= value <= most:
        raise NotAMeasurement(f"{name} must be from {least} to {most}, not {value}.")
    return next(points for limit, points in table.rows[name] if value <= limit)


def _word(table: Table, name: str, word: str) -> int:
    try:
        return table.words[name][word]
    except KeyError as error:
        raise NotAMeasurement(f"{name} is one of {', '.join(table.words[name])}, not {word!r}.") from error
