"""The invented people of a simulated journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from localcare.analysis.journal.schema import PEOPLE
from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.simulation.plan import Plan
from localcare.analysis.simulation.streams import Stream

FILE = Path(__file__).parents[2] / "definitions" / "simulation" / "people.yaml"
EPOCH = date(1970, 1, 1)
DAYS_IN_A_YEAR = 365.25


@cache
def shares() -> Mapping[str, Any]:
    """How ages, sexes and deprivation are mixed."""
    found: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def people_of(plan: Plan, areas: np.ndarray, stream: Stream) -> Any:
    """People 1, 2, … of the areas (positions) given, as a table of the journal."""
    count, mix = len(areas), shares()
    ages = _chosen([band["share"] for band in mix["ages"]], stream("people:age"), count)
    low = np.array([band["from"] for band in mix["ages"]])[ages]
    high = np.array([band["to"] + 1 for band in mix["ages"]])[ages]
    days = np.floor((low + (high - low) * stream("people:birthday").random(count)) * DAYS_IN_A_YEAR)
    born = (plan.calendar.starts_on - EPOCH).days - days.astype(np.int32)
    sexes = _chosen([*mix["sexes"].values()], stream("people:sex"), count)
    deciles = _chosen(mix["deprivation_deciles"], stream("people:deprivation"), count) + 1
    within = [plan.scenario.areas[code].within if code in plan.scenario.areas else "" for code in plan.areas]
    localities = [upper or code for upper, code in zip(within, plan.areas, strict=True)]
    clusters = [code if upper else "" for upper, code in zip(within, plan.areas, strict=True)]
    columns = {
        "person": pa.array(np.arange(1, count + 1, dtype=np.int64)),
        "practice": pa.nulls(count, pa.string()),
        "cluster": _named(clusters, areas),
        "locality": _named(localities, areas),
        "area": _named(plan.areas, areas),
        "sex": _named([*mix["sexes"]], sexes),
        "birth_date": pa.array(born.astype(np.int32)).cast(pa.date32()),
        "deprivation_decile": pa.array(deciles.astype(np.int32)),
    }
    return pa.Table.from_arrays(list(columns.values()), schema=PEOPLE)


def _chosen(parts: list[float], random: np.random.Generator, count: int) -> np.ndarray:
    edges = np.cumsum(parts) / sum(parts)
    return np.asarray(np.minimum(np.searchsorted(edges, random.random(count), side="right"), len(parts) - 1))


def _named(names: Any, places: np.ndarray) -> Any:
    known = pa.array([name or None for name in names], pa.string())
    return known.take(pa.array(places.astype(np.int32)))
