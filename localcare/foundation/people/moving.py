"""Moving to another address, alone or with the household."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from localcare.foundation.people.actions import EDIT, keep_change
from localcare.foundation.people.models import Person, PersonChange
from localcare.foundation.people.queries import find_person, visible_people
from localcare.foundation.people.rules import DetailRefused, checked
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access


def change_address(
    *,
    person: Person,
    address_line: str,
    town: str,
    postcode: str,
    with_household: bool,
    reason: str,
    by: Reader,
) -> list[PersonChange]:
    """The person lives elsewhere: the household moves along and stays one, or the person leaves it.

    Who moves alone joins the household that lives at the new address, if one does. The small area follows the postcode
    as far as it is known; otherwise it is emptied, for the old one would be wrong.
    """
    person = find_person(by, person.reference, EDIT)
    address = checked(
        {"address_line": address_line.strip(), "town": town.strip(), "postcode": postcode},
        today=timezone.localdate(),
    )
    movers = _household(person, by) if with_household else [person]
    with transaction.atomic():
        values = address | _small_area(address["postcode"], person)
        if not with_household:
            values["household"] = _household_at(address, person)
        changes = [keep_change(mover.pk, values, reason=reason, by=by) for mover in movers]
        kept = [change for change in changes if change]
        if kept:
            moved = [str(mover.reference) for mover, change in zip(movers, changes, strict=True) if change]
            detail = {"with_household": with_household}
            record_access(
                reader=by, action="person.change-address", subjects=moved, basis=reason.strip(), detail=detail
            )
    return kept


def _household(person: Person, by: Reader) -> list[Person]:
    """Everybody of the household, who must all be of the reader's scope."""
    if not person.household:
        return [person]
    everybody = Person.objects.filter(household=person.household, merged_into=None).order_by("pk")
    seen = visible_people(by, EDIT).filter(household=person.household).order_by("pk")
    if hidden := everybody.count() - seen.count():
        raise DetailRefused(
            f"{hidden} of the household cannot be changed by you: they are registered elsewhere. Move the person alone,"
            " and ask the others' practice to move them."
        )
    return list(seen)


def _household_at(address: dict[str, Any], person: Person) -> str:
    """The household at the address, or a new one of their own."""
    there = Person.objects.filter(
        address_line__iexact=address["address_line"], postcode=address["postcode"], merged_into=None
    )
    known = there.exclude(pk=person.pk).exclude(household="").order_by("pk").first()
    if known and address["address_line"]:
        return known.household
    return uuid.uuid4().hex if person.household else ""


def _small_area(postcode: str, person: Person) -> dict[str, Any]:
    if postcode == person.postcode:
        return {}
    neighbour = Person.objects.filter(postcode_key=postcode).exclude(lsoa_code="").order_by("pk").first()
    return {
        "lsoa_code": neighbour.lsoa_code if neighbour else "",
        "imd_decile": neighbour.imd_decile if neighbour else None,
    }
