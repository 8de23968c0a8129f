"""What a merge changes besides whose rows are whose: details filled in, the NHS number, registrations that meet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import F

from localcare.foundation.people.actions import plain
from localcare.foundation.people.models import Merge, Person, Registration

FILLED_IN = (
    "nhs_number_status", "title", "preferred_name", "death_date", "sex", "ethnic_category", "telephone", "email",
    "national_data_opt_out",
)  # fmt: skip
ADDRESS = (
    "address_line",
    "town",
    "postcode",
    "lsoa_code",
    "imd_decile",
    "household",
)  # filled in whole or not at all
NOTHING = (None, "", False, Person.Sex.UNKNOWN)

Values = dict[str, Any]


def to_fill_in(kept: Person, removed: Person, number: str | None) -> Values:
    """What the kept person is given: what they lack, the address if they have none, and the number that was chosen."""
    names = list(FILLED_IN)
    if not (kept.address_line or kept.postcode):
        names += ADDRESS
    filled = {
        name: getattr(removed, name)
        for name in names
        if getattr(kept, name) in NOTHING and getattr(removed, name) not in NOTHING
    }
    if number and number != kept.nhs_number:
        filled |= {"nhs_number": number, "nhs_number_status": removed.nhs_number_status}
    return filled


def fill_in(kept: Person, removed: Person, number: str | None) -> tuple[Values, Values]:
    """Fill in, and return what the kept one had before and what the removed one had; numbers change places."""
    filled = to_fill_in(kept, removed, number)
    kept_before = {name: plain(getattr(kept, name)) for name in filled}
    removed_before = {name: plain(getattr(removed, name)) for name in filled}
    if "nhs_number" in filled:
        Person.objects.filter(pk=removed.pk).update(
            nhs_number=None
        )  # a number stands for one person at any moment
    if filled:
        Person.objects.filter(pk=kept.pk).update(**filled)
    if filled.get("nhs_number") and kept.nhs_number:
        Person.objects.filter(pk=removed.pk).update(nhs_number=kept.nhs_number)
    return kept_before, removed_before


def give_back(kept: Person, removed: Person, merge: Merge) -> None:
    """Empty what was filled in, unless it was amended since, and give the removed person their number back."""
    has_number = "nhs_number" in merge.removed_before
    back = {
        name: _from_plain(name, before)
        for name, before in merge.kept_before.items()
        if plain(getattr(kept, name)) == merge.removed_before[name]
    }
    if has_number:
        Person.objects.filter(pk=removed.pk).update(nhs_number=None)
    if back:
        Person.objects.filter(pk=kept.pk).update(**back)
    values: Values = {"merged_into": None}
    if has_number:
        values["nhs_number"] = merge.removed_before["nhs_number"]
    Person.objects.filter(pk=removed.pk).update(**values)


def settle_registrations(kept: Person, removed: Person) -> Values:
    """Where both were registered with a practice from one day, the later end holds; returns what was before."""
    before: Values = {}
    for stayed in removed.registrations.all():
        same = kept.registrations.get(practice=stayed.practice_id, started_on=stayed.started_on)
        if same.ended_on is not None and (stayed.ended_on is None or stayed.ended_on > same.ended_on):
            before[str(same.pk)] = [plain(same.ended_on), plain(stayed.ended_on)]
            Registration.objects.filter(pk=same.pk).update(ended_on=stayed.ended_on)
    return before


def give_back_rows(changed: Mapping[str, list[Any]]) -> None:
    """Registrations end as before, unless they were changed since."""
    for key, (before, after) in changed.items():
        Registration.objects.filter(pk=int(key), ended_on=_day(after)).update(ended_on=_day(before))


def also_stand(kept: Person, removed: Person) -> int:
    """How many registrations would stand open after a merge; more than one is to be looked at."""
    open_ones = Registration.objects.filter(person__in=(kept.pk, removed.pk), ended_on=None)
    return open_ones.values(code=F("practice__code")).distinct().count()


def _from_plain(name: str, value: Any) -> Any:
    return _day(value) if name == "death_date" else value


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
