"""Writing to the register: people, their details, practices, deaths, needs and relationships."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from localcare.foundation.people.models import (
    CommunicationNeed,
    Person,
    PersonChange,
    Registration,
    Relationship,
)
from localcare.foundation.people.queries import find_person
from localcare.foundation.people.rules import DetailRefused, check_death, checked
from localcare.foundation.places.models import Organisation
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

EDIT = "person.edit"


def register_person(
    *, details: dict[str, Any], practice: Organisation, on: date, by: Reader, basis: str = ""
) -> Person:
    """A new person, registered with a practice of the reader's scope from the day."""
    _must_edit_for(by, practice)
    kept = checked(details, today=timezone.localdate())
    if "birth_date" not in kept:
        raise DetailRefused("Enter the date of birth: nobody is registered without one.")
    _must_be_free(kept.get("nhs_number"))
    with transaction.atomic():
        person = Person.objects.create(**kept)
        Registration.objects.create(person=person, practice=practice, started_on=on)
        _audit(by, "person.register", person, basis, {"practice": practice.code})
    return person


def amend(*, person: Person, details: dict[str, Any], reason: str, by: Reader) -> PersonChange | None:
    """Change details; what they were before is kept. None when nothing differs."""
    person = find_person(by, person.reference, EDIT)
    kept = checked(details, today=timezone.localdate())
    changed = {name: value for name, value in kept.items() if getattr(person, name) != value}
    if not changed:
        return None
    if not reason.strip():
        raise DetailRefused("Say why: the reason is kept with the change.")
    if changed.get("nhs_number"):
        _must_be_free(changed["nhs_number"])
    with transaction.atomic():
        before = {name: plain(getattr(person, name)) for name in changed}
        Person.objects.filter(pk=person.pk).update(**changed)
        change = PersonChange.objects.create(
            person=person, changed_by=by.name, reason=reason.strip(), before=before,
            after={name: plain(value) for name, value in changed.items()},
        )  # fmt: skip
        _audit(by, "person.amend", person, reason, {"fields": sorted(changed)})
    return change


def register_with_practice(
    *, person: Person, practice: Organisation, on: date, by: Reader, basis: str = ""
) -> Registration:
    """Register with a practice from the day; a registration elsewhere ends that day."""
    _must_edit_for(by, practice)
    with transaction.atomic():
        open_ones = person.registrations.filter(ended_on=None).select_for_update()
        for former in open_ones:
            if former.practice_id == practice.pk:
                raise DetailRefused("The person is registered with this practice already.")
            if former.started_on >= on:
                raise DetailRefused(
                    f"A registration began on {former.started_on:%-d %B %Y} already. Choose a later day."
                )
        open_ones.update(ended_on=on)
        made = Registration.objects.create(person=person, practice=practice, started_on=on)
        _audit(by, "person.register-with-practice", person, basis, {"practice": practice.code})
    return made


def record_death(*, person: Person, on: date, by: Reader, basis: str = "") -> None:
    """The person died on the day; their registration ends the day after."""
    person = find_person(by, person.reference, EDIT)
    check_death(born=person.birth_date, died=on, today=timezone.localdate())
    with transaction.atomic():
        before = plain(person.death_date)
        Person.objects.filter(pk=person.pk).update(death_date=on)
        after_death = date.fromordinal(on.toordinal() + 1)
        person.registrations.filter(ended_on=None, started_on__lte=on).update(ended_on=after_death)
        PersonChange.objects.create(
            person=person, changed_by=by.name, reason=basis or "Death recorded",
            before={"death_date": before}, after={"death_date": on.isoformat()},
        )  # fmt: skip
        _audit(by, "person.record-death", person, basis, {})


def add_communication_need(
    *, person: Person, need: str, kind: str = "", on: date, by: Reader
) -> CommunicationNeed:
    """How the person needs to be communicated with, from the day; a need that stands is kept once."""
    person = find_person(by, person.reference, EDIT)
    if not need.strip():
        raise DetailRefused("Say what the person needs, such as British Sign Language or large print.")
    with transaction.atomic():
        made, is_new = CommunicationNeed.objects.get_or_create(
            person=person, need=need.strip(), ended_on=None, defaults={"kind": kind, "recorded_on": on}
        )
        if is_new:
            _audit(by, "person.communication-need", person, "", {})
    return made


def end_communication_need(*, need: CommunicationNeed, on: date, by: Reader) -> None:
    """The need no longer stands from the day."""
    person = find_person(by, need.person.reference, EDIT)
    with transaction.atomic():
        CommunicationNeed.objects.filter(pk=need.pk).update(ended_on=on)
        _audit(by, "person.communication-need-ended", person, "", {})


def relate(
    *, person: Person, kind: str, by: Reader, related_person: Person | None = None, name: str = "",
    telephone: str = "", on: date | None = None,
) -> Relationship:  # fmt: skip
    """Who somebody is to the person: another person of the register, or a name and a telephone number."""
    person = find_person(by, person.reference, EDIT)
    if related_person is not None and related_person.pk == person.pk:
        raise DetailRefused("Nobody is related to themselves. Choose another person.")
    if related_person is None and not name.strip():
        raise DetailRefused("Choose a person of the register, or enter a name.")
    with transaction.atomic():
        made, is_new = Relationship.objects.get_or_create(
            person=person, related_person=related_person, kind=kind, name=name.strip(), ended_on=None,
            defaults={"telephone": telephone, "started_on": on},
        )  # fmt: skip
        if is_new:
            _audit(by, "person.relate", person, "", {"kind": kind})
    return made


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def _must_edit_for(by: Reader, practice: Organisation) -> None:
    if not by.scope(EDIT).includes(practice.code):
        record_access(reader=by, action=EDIT, outcome="denied", detail={"practice": practice.code})
        raise PermissionDenied(EDIT)


def _must_be_free(number: str | None) -> None:
    if number and Person.objects.filter(nhs_number=number).exists():
        raise DetailRefused(
            "Somebody else has this NHS number. Search for the number, and merge the two if they are one person."
        )


def _audit(by: Reader, action: str, person: Person, basis: str, detail: dict[str, Any]) -> None:
    record_access(
        reader=by, action=action, subjects=[str(person.reference)], basis=basis.strip(), detail=detail
    )
