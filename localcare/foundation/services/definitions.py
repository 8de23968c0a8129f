"""The reviewed definitions of services: kinds, needs, and the directory of the demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from localcare.foundation.places.definitions import definition as places_definition
from localcare.kernel.definitions import DEFINITIONS, DefinitionError, Fault, load

FOLDER = DEFINITIONS / "services"


@dataclass(frozen=True)
class Kind:
    """One kind of service that a step of a pathway can name."""

    code: str
    title: str
    does: str


@dataclass(frozen=True)
class Need:
    """What a person is referred for, and the kinds of service that answer it."""

    code: str
    title: str
    answered_by: tuple[str, ...]
    status: str
    source: str
    is_urgent_community_response: bool = False


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of service by its code."""
    rows = _content("kinds")["kinds"]
    return {code: Kind(code, row["title"], row["does"]) for code, row in rows.items()}


@cache
def needs() -> Mapping[str, Need]:
    """Every need by its code; DefinitionError when one is answered by a kind that does not exist."""
    rows = _content("needs")["needs"]
    unknown = {kind for row in rows.values() for kind in row["answered_by"]} - kinds().keys()
    if unknown:
        remedy = "Correct it, or add it to kinds.yaml"
        raise DefinitionError([_fault("needs", kind, "No kind has this code", remedy) for kind in unknown])
    return {code: _need(code, row) for code, row in rows.items()}


def needs_of_kind(kind: str) -> list[str]:
    """The codes of the needs that services of a kind answer."""
    return [need.code for need in needs().values() if kind in need.answered_by]


@cache
def demonstration_services() -> tuple[dict[str, Any], ...]:
    """The fields of each service of the demonstration, with `capacity` as (unit, weekday, weekend) or None."""
    names = {row["code"]: row["name"] for row in places_definition("areas")["areas"]}
    rows = [one for row in _content("demonstration")["services"] for one in _each(row, names)]
    faults = [fault for row in rows for fault in _faults_of(row, names)]
    if faults:
        raise DefinitionError(faults)
    return tuple(rows)


@cache
def demonstration_teams() -> tuple[Mapping[str, Any], ...]:
    """Who works where in the demonstration: `username`, `services`, `leads`."""
    codes = {row["code"] for row in demonstration_services()}
    teams = tuple(_content("demonstration")["teams"])
    unknown = {code for team in teams for code in (*team["services"], *team.get("leads", ()))} - codes
    if unknown:
        remedy = "Correct it, or add the service"
        faults = [_fault("demonstration", code, "No service has this code", remedy) for code in unknown]
        raise DefinitionError(faults)
    return teams


def _content(name: str) -> dict[str, Any]:
    return load(f"services/{name}.yaml", f"services/{name}.schema.json")


def _need(code: str, row: Mapping[str, Any]) -> Need:
    is_urgent = row.get("urgent_community_response", False)
    return Need(code, row["title"], tuple(row["answered_by"]), row["status"], row["source"], is_urgent)


def _each(row: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The services that one entry makes: one for every area under `each`, or a single one."""
    if "areas" in row:
        return [_service(row, row["areas"], row["code"], row["title"])]
    return [
        _service(row, [area], row["code"].format(area=area), row["title"].format(name=names.get(area, area)))
        for area in row["each"]
    ]


def _service(row: Mapping[str, Any], areas: list[str], code: str, title: str) -> dict[str, Any]:
    written = ("kind", "hours", "referral_needs", "exclusions", "minimum_age", "maximum_age")
    kind = kinds().get(row["kind"])
    return {key: row[key] for key in written if key in row} | {
        "code": code,
        "title": title,
        "area_codes": areas,
        "organisation": row.get("organisation_in", {}).get(areas[0], row["organisation"]),
        "description": row.get("description") or (kind.does if kind else ""),
        "needs": row.get("needs") or needs_of_kind(row["kind"]),
        "capacity": row.get("capacity"),
    }


def _faults_of(row: Mapping[str, Any], names: Mapping[str, str]) -> list[Fault]:
    organisations = {one["code"] for one in places_definition("organisations")["organisations"]}
    known = (
        ("kind", [row["kind"]], kinds().keys(), "kinds.yaml"),
        ("area", row["area_codes"], names.keys(), "places/areas.yaml"),
        ("need", row["needs"], needs().keys(), "needs.yaml"),
        ("organisation", [row["organisation"]], organisations, "places/organisations.yaml"),
    )
    return [
        _fault("demonstration", row["code"], f"No {what} has the code {code}", f"Use one of {where}")
        for what, codes, codes_known, where in known
        for code in codes
        if code not in codes_known
    ]


def _fault(name: str, place: str, fault: str, remedy: str) -> Fault:
    return Fault(FOLDER / f"{name}.yaml", 1, place, fault, remedy)
