"""The reviewed definitions of places: areas, practices, organisations, sites, populations, disagreements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from localcare.kernel.definitions import DEFINITIONS, DefinitionError, Fault, load


@dataclass(frozen=True)
class ClusterSize:
    """How many people one paper says a cluster has."""

    paper: str
    line: str
    says: str
    at_least: int
    at_most: int
    is_chosen: bool

    def judge(self, people: int) -> str:
        """Whether so many people are below, within or above."""
        if people < self.at_least:
            return "below"
        return "above" if people > self.at_most else "within"


@cache
def definition(name: str) -> dict[str, Any]:
    """One checked definition of `definitions/places`."""
    return load(f"places/{name}.yaml", f"places/{name}.schema.json")


def check_references() -> None:
    """DefinitionError when a definition names what no definition has, or leaves a contradiction undecided."""
    areas = {row["code"] for row in definition("areas")["areas"]}
    organisations = {row["code"] for row in definition("organisations")["organisations"]}
    faults = [
        *_unknown("areas", "areas", "parent", areas),
        *_unknown("practices", "synthetic_practices", "cluster", areas),
        *_unknown("populations", "figures", "area", areas),
        *_unknown("sites", "sites", "area", areas),
        *_unknown("sites", "sites", "organisation", organisations),
        *_unknown("sites", "sites", "type", set(site_types())),
        *_unknown("organisations", "organisations", "serves", areas),
        *_unknown("organisations", "organisations", "type", set(organisation_types())),
        *_undecided(),
    ]
    if faults:
        raise DefinitionError(faults)


def _unknown(name: str, rows: str, key: str, known: set[str]) -> list[Fault]:
    return [
        _fault(name, code, f"{key} names {code}, which no definition has", "Correct it, or add a definition")
        for code in _named(name, rows, key)
        if code not in known
    ]


def _undecided() -> list[Fault]:
    """Areas with several figures of which none, or one that is not there, is chosen."""
    papers: dict[str, set[str]] = {}
    for row in definition("populations")["figures"]:
        if not row.get("weighted"):
            papers.setdefault(row["area"], set()).add(row["paper"])
    chosen = {row["area"]: row["paper"] for row in definition("populations")["chosen"]}
    none = "The papers contradict each other and none is chosen"
    return [
        _fault("populations", area, none, f"Choose one of {', '.join(sorted(said))} for {area}")
        for area, said in papers.items()
        if len(said) > 1 and area not in chosen
    ] + [
        _fault("populations", area, f"Paper {paper} gives no figure for {area}", "Choose a paper that does")
        for area, paper in chosen.items()
        if paper not in papers.get(area, set())
    ]


def _fault(name: str, place: str, fault: str, remedy: str) -> Fault:
    return Fault(DEFINITIONS / "places" / f"{name}.yaml", 1, place, fault, remedy)


def _named(name: str, rows: str, key: str) -> list[str]:
    found: list[str] = []
    for row in definition(name)[rows]:
        value = row.get(key, [])
        found += value if isinstance(value, list) else [value]
    return found


def organisation_types() -> dict[str, str]:
    """Every type of organisation, code to title."""
    types: dict[str, str] = definition("organisations")["types"]
    return types


def site_types() -> dict[str, str]:
    """Every type of site, code to title."""
    types: dict[str, str] = definition("sites")["types"]
    return types


def cluster_sizes() -> list[ClusterSize]:
    """What each paper says about the size of a cluster; one of them is chosen."""
    sizes = definition("disagreements")["cluster_sizes"]
    return [ClusterSize(**view, is_chosen=view["paper"] == sizes["chosen"]) for view in sizes["views"]]


def disagreements(area_code: str | None = None) -> list[dict[str, Any]]:
    """Where the papers disagree, about one area or (None) about all."""
    rows: list[dict[str, Any]] = definition("disagreements")["disagreements"]
    return [row for row in rows if area_code is None or area_code in row["areas"]]
