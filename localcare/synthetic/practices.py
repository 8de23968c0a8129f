"""The practices that a synthetic population is registered with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import yaml

LSOAS_PER_PRACTICE = 6
UNISSUED_LSOA_BASE = 990_000  # English codes end near E01035000: these name no real area

# Middle of the deprivation deciles (invented) and postcode district of each area.
AREAS: dict[str, tuple[float, str]] = {
    "deal": (6.0, "CT14"), "dover": (4.0, "CT16"), "folkestone": (4.0, "CT19"), "romney": (5.0, "TN28"),
    "ramsgate": (3.0, "CT11"), "margate": (2.0, "CT9"), "broadstairs": (6.0, "CT10"), "quex": (4.5, "CT7"),
    "herne": (5.5, "CT6"), "canterbury": (6.5, "CT1"), "whitstable": (7.0, "CT5"), "faversham": (6.5, "ME13"),
    "sandwich": (7.0, "CT13"), "ashford": (6.0, "TN24"), "medway": (4.5, "ME7"), "chatham": (3.5, "ME4"),
    "gravesend": (4.5, "DA12"), "dartford": (6.0, "DA1"), "swale": (4.0, "ME10"), "swanley": (6.0, "BR8"),
    "maidstone": (6.5, "ME15"), "tonbridge": (8.0, "TN9"), "tunbridge": (8.5, "TN2"),
    "sevenoaks": (9.0, "TN13"),
    "rural": (7.5, "TN26"), "north": (5.5, "TN25"), "urban": (4.5, "TN23"),
}  # fmt: skip
ELSEWHERE = (5.5, "ME99")


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
    return [_share(code, cluster, weight) for code, cluster, weight in practices]


def _share(code: str, cluster: str, weight: float) -> PracticeShare:
    middle, district = next((area for word, area in AREAS.items() if word in cluster.lower()), ELSEWHERE)
    first = UNISSUED_LSOA_BASE + crc32(code.encode()) % 1600 * LSOAS_PER_PRACTICE
    codes = tuple(f"E01{first + offset:06d}" for offset in range(LSOAS_PER_PRACTICE))
    return PracticeShare(code, weight, middle, district, codes)


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
    folder = Path(__file__).resolve().parent.parent / "definitions" / "places"
    return practice_shares(_defined_practices(folder) or FALLBACK)


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
