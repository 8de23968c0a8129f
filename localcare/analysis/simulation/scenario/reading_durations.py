"""Reading `{distribution: lognormal, mean: 21, sd: 14, unit: days, source: …}`."""

from __future__ import annotations

from typing import Any, cast

from localcare.analysis.simulation.scenario.durations import (
    PARAMETERS,
    UNITS,
    Distribution,
    Duration,
    DurationUnit,
)
from localcare.analysis.simulation.scenario.errors import Place, UnreadableScenario
from localcare.analysis.simulation.scenario.values import mapping, number, numbers


def read_duration(content: Any, place: Place, source: str = "") -> Duration:
    """The duration that the content says; its source is its own or else the one given."""
    said = mapping(content, place)
    distribution, unit = str(said.get("distribution", "")), str(said.get("unit", ""))
    if distribution not in PARAMETERS:
        raise UnreadableScenario(
            (*place, "distribution"),
            f"{distribution!r} is no distribution",
            f"Use one of {', '.join(PARAMETERS)}",
        )
    if unit not in UNITS:
        raise UnreadableScenario((*place, "unit"), f"{unit!r} is no unit", f"Use one of {', '.join(UNITS)}")
    named = cast(Distribution, distribution)
    return Duration(
        distribution=named,
        unit=cast(DurationUnit, unit),
        parameters={name: number(said.get(name), (*place, name)) for name in PARAMETERS[named]},
        values=numbers(said.get("values"), (*place, "values")),
        weights=numbers(said.get("weights"), (*place, "weights")),
        source=str(said.get("source") or source),
    )
