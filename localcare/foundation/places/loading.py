"""Writing the reviewed definitions to the database, the same twice as once."""

from __future__ import annotations

from typing import Any

from localcare.foundation.places.definitions import check_references, definition
from localcare.foundation.places.models import (
    Area,
    AreaMembership,
    AreaName,
    Organisation,
    OrganisationArea,
    OrganisationSuccession,
    PopulationFigure,
    PracticeMembership,
    Site,
)


def write_definitions() -> dict[str, int]:
    """Write every definition and return how many rows each kind has; history made by hand stays as it is."""
    check_references()
    areas = _write_areas()
    organisations = _write_organisations(areas)
    return {
        "areas": len(areas),
        "organisations": len(organisations),
        "practices": _write_practices(areas),
        "sites": _write_sites(areas, organisations),
        "population figures": _write_figures(areas),
    }


def _write_areas() -> dict[str, Area]:
    areas: dict[str, Area] = {}
    for row in definition("areas")["areas"]:
        given = {key: row[key] for key in ("kind", "name", "source")}
        given |= {"note": row.get("note", ""), "is_stand_in": row.get("is_stand_in", False)}
        area, is_new = Area.objects.get_or_create(
            code=row["code"], defaults={**given, "valid_from": row["valid_from"]}
        )
        areas[row["code"]] = area
        if is_new:
            AreaName.objects.create(area=area, name=row["name"], valid_from=row["valid_from"])
        else:
            given.pop("name")  # a dated rename is the way to another name
            Area.objects.filter(pk=area.pk).update(**given)
        if is_new and "parent" in row:
            AreaMembership.objects.create(
                child=area, parent=areas[row["parent"]], valid_from=row["valid_from"]
            )
    return areas


def _write_organisations(areas: dict[str, Area]) -> dict[str, Organisation]:
    content = definition("organisations")
    organisations: dict[str, Organisation] = {}
    for row in content["organisations"]:
        organisation, _ = Organisation.objects.update_or_create(
            code=row["code"], defaults=_organisation_fields(row)
        )
        organisations[row["code"]] = organisation
        for code in row.get("serves", []):
            OrganisationArea.objects.get_or_create(
                organisation=organisation, area=areas[code],
                defaults={"valid_from": row["from"], "valid_to": row.get("to")},
            )  # fmt: skip
    for row in content["successions"]:
        for code in row["from"]:
            OrganisationSuccession.objects.update_or_create(
                predecessor=organisations[code], successor=organisations[row["to"]],
                defaults={"effective_on": row["effective"], "source": row["source"]},
            )  # fmt: skip
    return organisations


def _organisation_fields(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "short_name": row.get("short_name", ""),
        "organisation_type": row["type"],
        "code_status": row["code_status"],
        "dates_status": row["dates_status"],
        "valid_from": row["from"],
        "valid_to": row.get("to"),
        "source": row["source"],
        "is_synthetic": row.get("synthetic", False),
    }


def _write_practices(areas: dict[str, Area]) -> int:
    rows = definition("practices")["synthetic_practices"]
    for row in rows:
        cluster = areas[row["cluster"]]
        practice, _ = Organisation.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"], "organisation_type": "practice", "is_synthetic": True,
                "source": "synthetic stand-in",
            },
            create_defaults={
                "name": row["name"], "organisation_type": "practice", "is_synthetic": True,
                "source": "synthetic stand-in", "valid_from": cluster.valid_from,
            },
        )  # fmt: skip
        if not practice.memberships.exists():
            PracticeMembership.objects.create(practice=practice, area=cluster, valid_from=cluster.valid_from)
    return len(rows)


def _write_sites(areas: dict[str, Area], organisations: dict[str, Organisation]) -> int:
    rows = definition("sites")["sites"]
    for row in rows:
        Site.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"], "site_type": row["type"], "source": row["source"],
                "organisation": organisations.get(row.get("organisation", "")),
                "area": areas.get(row.get("area", "")), "is_synthetic": row.get("synthetic", False),
                "valid_from": row["from"], "valid_to": row.get("to"),
            },
        )  # fmt: skip
    return len(rows)


def _write_figures(areas: dict[str, Area]) -> int:
    """Figures are written anew, so that a changed choice takes effect at the next load."""
    content = definition("populations")
    chosen = {row["area"]: row for row in content["chosen"]}
    PopulationFigure.objects.all().delete()
    for row in content["figures"]:
        choice = chosen.get(row["area"])
        is_used = row.get("weighted", False) or choice is None or choice["paper"] == row["paper"]
        PopulationFigure.objects.create(
            area=areas[row["area"]],
            people=row["people"],
            is_weighted=row.get("weighted", False),
            is_sum="sum_of" in row,
            paper=row["paper"],
            line=row["line"],
            source=f"{row['paper']}:{row['line']}",
            is_preferred=is_used,
            because=choice["because"] if choice and is_used and not row.get("weighted") else "",
        )
    return len(content["figures"])
