"""What the list asks beyond the scores: beds, homes, packages, plans, last contacts; from the linked dataset."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.dataset.schema import CONTACT_SETTINGS
from localcare.analysis.libraries import ibis
from localcare.analysis.scores.windows import Window

SEVERITY = ("mild", "moderate", "severe")


def circumstances(dataset: LinkedDataset, *, as_of: date, codes: Mapping[str, Any]) -> list[Any]:
    """Tables keyed by person_id, each with people who have something to say; nothing after `as_of` counts."""
    return [
        _stays(dataset.table("stays"), as_of, codes),
        _packages(dataset.table("packages"), as_of, codes),
        _facts(dataset.table("facts"), as_of, codes),
        _contacts(dataset.table("contacts"), as_of),
        _registrations(dataset.table("registrations"), as_of),
    ]


def _stays(stays: Any, as_of: date, codes: Mapping[str, Any]) -> Any:
    day = ibis.literal(as_of)
    began = stays.filter(stays.admitted_on <= day)
    is_open = began.discharged_on.isnull() | (began.discharged_on > day)
    is_acute = is_open & began.bed_type.fill_null("acute").isin(["acute"])
    is_specialist = is_acute & began.specialty_code.fill_null("").isin(codes["specialist_functions"])
    year = Window.ending(as_of, months=12)
    maternity = (began.admission_type == "maternity") & (began.admitted_on > ibis.literal(year.after))
    left = ibis.cases(
        ((began.admission_type == "emergency") & (began.discharged_on <= day), began.discharged_on)
    )
    return began.group_by("person_id").aggregate(
        in_acute_bed=is_acute.any(),
        in_specialist_bed=is_specialist.any(),
        maternity_stays_12m=maternity.cast("int32").sum().cast("int32"),
        last_emergency_discharge_on=left.max(),
    )


def _packages(packages: Any, as_of: date, codes: Mapping[str, Any]) -> Any:
    day = ibis.literal(as_of)
    running = packages.filter(
        packages.started_on <= day, packages.ended_on.isnull() | (packages.ended_on > day)
    )
    return running.group_by("person_id").aggregate(
        in_care_home=running.package_type.isin(codes["care_home_packages"]).any(),
        has_home_care=running.package_type.isin(codes["home_packages"]).any(),
    )


def _facts(facts: Any, as_of: date, codes: Mapping[str, Any]) -> Any:
    levels = {code: place for place, name in enumerate(SEVERITY) for code in codes["frailty"].get(name, ())}
    wanted = [*levels, *codes["plan"]]
    day = ibis.literal(as_of)
    found = facts.filter(
        facts.code.isin(wanted), facts.occurred_on <= day, facts.ended_on.isnull() | (facts.ended_on > day)
    )
    level = ibis.cases(*((found.code == code, place) for code, place in levels.items()))
    days = found.occurred_on.delta(ibis.literal(date(1, 1, 1)), unit="day").cast("int64")
    latest = found.mutate(
        newest_and_gravest=days * len(SEVERITY) + level, is_plan=found.code.isin(codes["plan"])
    ).group_by("person_id").aggregate(
        frailty=lambda rows: rows.newest_and_gravest.max(),
        plan_recorded_on=lambda rows: rows.occurred_on.max(where=rows.is_plan),
    )  # fmt: skip
    found_level = latest.frailty % len(SEVERITY)
    names = ibis.cases(*((found_level == place, name) for place, name in enumerate(SEVERITY)))
    return latest.select("person_id", frailty_coded=names, plan_recorded_on=latest.plan_recorded_on)


def _contacts(contacts: Any, as_of: date) -> Any:
    held = contacts.filter(contacts.occurred_on <= ibis.literal(as_of), contacts.attended.fill_null(True))
    return held.group_by("person_id").aggregate(
        **{
            f"last_{setting.replace('-', '_')}_on": held.occurred_on.max(where=held.setting == setting)
            for setting in CONTACT_SETTINGS
        }
    )


def _registrations(registrations: Any, as_of: date) -> Any:
    day = ibis.literal(as_of)
    current = registrations.filter(
        registrations.started_on <= day, registrations.ended_on.isnull() | (registrations.ended_on > day)
    )
    return current.group_by("person_id").aggregate(registered_on=current.started_on.max())
