"""The practices that a synthetic population is registered with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from localcare.synthetic.definitions import FOLDER, definition

LSOAS_PER_PRACTICE = 6
UNISSUED_LSOA_BASE = 990_000  # English codes end near E01035000: these name no real area


@dataclass(frozen=True)
class PracticeShare:
    """A practice, its share of the people and what kind of area it serves."""

    code: str
    weight: float
    imd_middle: float
    postcode_district: str
    lsoa_codes: tuple[str, ...]


def practice_shares(practices: Iterable[tuple[str, str, float]]) -> list[PracticeShare]:
    """Shares from (code, cluster name, weight); the area follows from a known place in the cluster's name."""
    return [_share(number, *practice) for number, practice in enumerate(practices)]


def _share(number: int, code: str, cluster: str, weight: float) -> PracticeShare:
    known = definition("areas")
    area = next(
        (area for words, area in known["areas"].items() if words in cluster.lower()), known["elsewhere"]
    )
    first = UNISSUED_LSOA_BASE + number * LSOAS_PER_PRACTICE
    codes = tuple(f"E01{first + offset:06d}" for offset in range(LSOAS_PER_PRACTICE))
    return PracticeShare(code, weight, area["imd_middle"], area["postcode_district"], codes)


FALLBACK = (
    ("S1001", "Deal", 17.0), ("S1002", "Deal", 17.5), ("S1003", "Dover", 28.0), ("S1004", "Dover", 29.7),
    ("S1005", "Folkestone", 43.0), ("S1006", "Folkestone", 44.1), ("S1007", "Romney Marsh", 21.1),
    ("S1008", "Quex", 30.0), ("S1009", "Ramsgate", 51.0), ("S1010", "Margate", 42.0),
    ("S1011", "Broadstairs", 20.0),
    ("S1012", "Herne Bay", 46.0), ("S1013", "Ashford Rural", 44.0), ("S1014", "Ashford North", 44.0),
    ("S1015", "Ashford Urban", 44.0),
)  # fmt: skip


def kent_and_medway_practices() -> list[PracticeShare]:
    """The synthetic stand-in practices of the reviewed place definitions, or a short list of our own."""
    return practice_shares(_defined_practices(FOLDER.parent / "places") or FALLBACK)


def _defined_practices(folder: Path) -> list[tuple[str, str, float]]:
    found: list[tuple[str, str, float]] = []
    for path in sorted(folder.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        practices = content.get("synthetic_practices", []) if isinstance(content, dict) else []
        found += [
            (p["code"], p.get("cluster_name", p.get("name", "")), float(p.get("weight", 1)))
            for p in practices
        ]
    return found
