"""The practices that a synthetic population is registered with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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


def kent_and_medway_practices() -> list[PracticeShare]:
    """The synthetic stand-in practices of the reviewed place definitions."""
    path = FOLDER.parent / "places" / "practices.yaml"
    practices = yaml.safe_load(path.read_text(encoding="utf-8"))["synthetic_practices"]
    return practice_shares((p["code"], p["cluster_name"], float(p["weight"])) for p in practices)
