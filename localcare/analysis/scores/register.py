"""The register: everyone registered and alive on a date, one row each; it drives every join."""

from __future__ import annotations

from datetime import date
from typing import Any

from localcare.analysis.libraries import ibis

KEYS = 10**12  # keys are told apart up to here; days times this still fit in a BIGINT


def registered(persons: Any, registrations: Any, as_of: date) -> Any:
    """person_id, practice_code, age, sex and imd_decile of everyone registered on the date.

    Out are people who died on or before it, or were born after it. Someone with two registrations on the date is at
    the practice where they registered last (of two on one day, the one with the higher registration_id).
    """
    day = ibis.literal(as_of)
    current = registrations.filter(
        registrations.started_on <= day, registrations.ended_on.isnull() | (registrations.ended_on > day)
    )
    latest = current.group_by("person_id").aggregate(
        practice_code=current.practice_code.argmax(_order(current))
    )
    alive = persons.filter(
        persons.birth_date <= day, persons.death_date.isnull() | (persons.death_date > day)
    )
    joined = alive.join(latest, "person_id")
    return joined.select(
        "person_id",
        "practice_code",
        age=_age(joined.birth_date, as_of),
        sex=joined.sex,
        imd_decile=joined.imd_decile,
    )


def _age(birth_date: Any, as_of: date) -> Any:
    birthday_to_come = (birth_date.month() * 100 + birth_date.day()) > as_of.month * 100 + as_of.day
    return (as_of.year - birth_date.year() - birthday_to_come.cast("int32")).cast("int32")


def _order(registrations: Any) -> Any:
    """One number that orders registrations by their first day and then by their key."""
    days = registrations.started_on.delta(ibis.literal(date(1, 1, 1)), unit="day").cast("int64")
    return days * ibis.literal(KEYS, "int64") + registrations.registration_id % ibis.literal(KEYS, "int64")
