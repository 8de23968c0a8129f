"""What must be true of a person's details."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from localcare.kernel.identifiers import nhs_number, postcodes
from localcare.kernel.nhs_design.formatting import format_date

AMENDABLE = frozenset({
    "nhs_number", "nhs_number_status", "family_name", "given_name", "title", "preferred_name", "birth_date", "death_date",
    "sex", "ethnic_category", "address_line", "town", "postcode", "lsoa_code", "imd_decile", "telephone", "email",
    "household", "national_data_opt_out",
})  # fmt: skip
OLDEST_AGE_YEARS = 130


class DetailRefused(ValueError):
    """A detail that cannot be right; the message says what to do."""


def checked(details: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """The details as they are kept; DetailRefused when one cannot be right."""
    if unknown := sorted(details.keys() - AMENDABLE):
        raise DetailRefused(
            f"{', '.join(unknown)} cannot be set here. Set one of {', '.join(sorted(AMENDABLE))}."
        )
    kept = dict(details)
    if kept.get("nhs_number"):
        try:
            kept["nhs_number"] = nhs_number.normalise(kept["nhs_number"])
        except nhs_number.InvalidNhsNumber as error:
            raise DetailRefused(str(error)) from error
    elif "nhs_number" in kept:
        kept["nhs_number"] = None  # empty text would stand for one person only
    if "postcode" in kept:
        kept["postcode"] = postcodes.normalise(kept["postcode"])
    if born := kept.get("birth_date"):
        if born > today:
            raise DetailRefused("The date of birth is in the future. Check day, month and year.")
        if born.year < today.year - OLDEST_AGE_YEARS:
            raise DetailRefused(f"That makes the person over {OLDEST_AGE_YEARS}. Check the year of birth.")
    return kept


def check_death(*, born: date, died: date | None, today: date) -> None:
    """DetailRefused when somebody cannot have died on the day."""
    if died and died > today:
        raise DetailRefused("The date of death is in the future. Check day, month and year.")
    if died and died < born:
        raise DetailRefused("The date of death is before the date of birth. Check both.")


def check_days(started_on: date | None, ended_on: date) -> None:
    """DetailRefused when something would end before it began."""
    if started_on and ended_on < started_on:
        raise DetailRefused(f"It began on {format_date(started_on)}. Choose that day or a later one.")
