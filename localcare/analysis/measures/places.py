"""Where practices lie, as shipped: for measuring without a database."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parents[2] / "definitions" / "places"
Places = Mapping[str, tuple[str | None, str | None]]  # practice -> cluster and locality


@cache
def shipped_places() -> Places:
    """Cluster and locality of each shipped practice."""
    areas = {area["code"]: area for area in _content("areas")["areas"]}
    return {
        practice["code"]: _around(practice["cluster"], areas)
        for practice in _content("practices")["synthetic_practices"]
    }


def _around(code: str, areas: Mapping[str, Mapping[str, str]]) -> tuple[str | None, str | None]:
    area = areas[code]
    if area["kind"] == "locality":
        return None, code
    parent = areas.get(area.get("parent", ""))
    return code, parent["code"] if parent and parent["kind"] == "locality" else None


def _content(name: str) -> Mapping[str, list[dict[str, str]]]:
    found: Mapping[str, list[dict[str, str]]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return found
