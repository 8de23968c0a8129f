"""Writing to the register: people, their details, practices, deaths, needs and relationships."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from localcare.foundation.people.models import (
    CommunicationNeed,
    Person,
    PersonChange,
    Registration,
    Relationship,
)
from localcare.foundation.people.queries import find_person
from localcare.foundation.people.rules import DetailRefused, check_days, check_death, checked
from localcare.foundation.places.models import Organisation
from localcare.kernel.access.readers import Reader
from localcare.kernel.access.roles import roles
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.formatting import format_date

EDIT = "person.edit"
REGISTER = "person.register"


def register_person(
    *, details: dict[str, Any], practice: Organisation | None, on: date, by: Reader, basis: str = ""
) -> Person:
    """A new person, registered with a practice of the reader's scope from the day; None: nobody knows which yet."""
    _must_register_for(by, practice)
    today = timezone.localdate()
    kept = checked(details, today=today)
    if "birth_date" not in kept:
        raise DetailRefused("Enter the date of birth: nobody is registered without one.")
    if on > today:
        raise DetailRefused("The registration begins in the future. Enter today or an earlier day.")
    check_death(born=kept["birth_date"], died=kept.get("death_date"), today=today)
    try:
        with transaction.atomic():
            _must_be_free(kept.get("nhs_number"))
            person = Person.objects.create(**kept)
            if practice is not None:
                Registration.objects.create(person=person, practice=practice, started_on=on)
            audit(by, "person.register", person, basis, {"practice": practice.code if practice else ""})
    except IntegrityError as error:  # somebody else registered the number in the same moment
        raise _number_taken(error) from error
    return person


def amend(*, person: Person, details: dict[str, Any], reason: str, by: Reader) -> PersonChange | None:
    """Change details; what they were before is kept. None when nothing differs."""
    found = find_person(by, person.reference, EDIT)
    kept = checked(details, today=timezone.localdate())
    try:
        with transaction.atomic():
            change = keep_change(found.pk, kept, reason=reason, by=by)
            if change:
                audit(by, "person.amend", found, reason, {"fields": sorted(change.after)})
    except IntegrityError as error:
        raise _number_taken(error) from error
    return change


def keep_change(key: int, details: dict[str, Any], *, reason: str, by: Reader) -> PersonChange | None:
    """Write checked details over a locked person and keep what they were; the caller audits."""
    person = Person.objects.select_for_update().get(pk=key)
    changed = {name: value for name, value in details.items() if getattr(person, name) != value}
    if not changed:
        return None
    if not reason.strip():
        raise DetailRefused("Say why: the reason is kept with the change.")
    if changed.get("nhs_number"):
        _must_be_free(changed["nhs_number"])
    after = {name: changed.get(name, getattr(person, name)) for name in ("birth_date", "death_date")}
    check_death(born=after["birth_date"], died=after["death_date"], today=timezone.localdate())
    if "death_date" in changed:
        _end_registrations(person, before=person.death_date, after=after["death_date"])
    before = {name: plain(getattr(person, name)) for name in changed}
    Person.objects.filter(pk=key).update(**changed)
    return PersonChange.objects.create(
        person=person, changed_by=by.name, reason=reason.strip(), before=before,
        after={name: plain(value) for name, value in changed.items()},
    )  # fmt: skip


def register_with_practice(
    *, person: Person, practice: Organisation, on: date, by: Reader, basis: str = ""
) -> Registration:
    """Register with a practice from the day; a registration elsewhere ends that day."""
    _must_edit_for(by, practice)
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person.pk)
        _must_be_able_to_register(person, on)
        open_ones = person.registrations.filter(ended_on=None).select_for_update()
        for former in open_ones:
            if former.practice_id == practice.pk:
                raise DetailRefused("The person is registered with this practice already.")
            if former.started_on >= on:
                raise DetailRefused(
                    f"A registration began on {format_date(former.started_on)} already. Choose a later day."
                )
        open_ones.update(ended_on=on)
        made = Registration.objects.create(person=person, practice=practice, started_on=on)
        audit(by, "person.register-with-practice", person, basis, {"practice": practice.code})
    return made


def record_death(*, person: Person, on: date, by: Reader, basis: str = "") -> None:
    """The person died on the day; their registration ends the day after. An amendment can take it back."""
    person = find_person(by, person.reference, EDIT)
    with transaction.atomic():
        if keep_change(person.pk, {"death_date": on}, reason=basis or "Death recorded", by=by):
            audit(by, "person.record-death", person, basis, {})


def add_communication_need(
    *, person: Person, need: str, kind: str = "", on: date, by: Reader
) -> CommunicationNeed:
    """How the person needs to be communicated with, from the day; a need that stands is kept once."""
    person = find_person(by, person.reference, EDIT)
    if not need.strip():
        raise DetailRefused("Say what the person needs, such as British Sign Language or large print.")
    with transaction.atomic():
        _lock(person)
        made, is_new = CommunicationNeed.objects.get_or_create(
            person=person, need=need.strip(), ended_on=None, defaults={"kind": kind, "recorded_on": on}
        )
        if is_new:
            audit(by, "person.communication-need", person, "", {})
    return made


def end_communication_need(*, need: CommunicationNeed, on: date, by: Reader) -> None:
    """The need no longer stands from the day."""
    person = find_person(by, need.person.reference, EDIT)
    check_days(need.recorded_on, on)
    with transaction.atomic():
        CommunicationNeed.objects.filter(pk=need.pk).update(ended_on=on)
        audit(by, "person.communication-need-ended", person, "", {})


def relate(
    *, person: Person, kind: str, by: Reader, related_person: Person | None = None, name: str = "",
    telephone: str = "", on: date | None = None,
) -> Relationship:  # fmt: skip
    """Who somebody is to the person: another person of the register, or a name and a telephone number.

    A relationship that had ended stands again.
    """
    person = find_person(by, person.reference, EDIT)
    if related_person is not None and related_person.pk == person.pk:
        raise DetailRefused("Nobody is related to themselves. Choose another person.")
    if related_person is None and not name.strip():
        raise DetailRefused("Choose a person of the register, or enter a name.")
    key: dict[str, Any] = {"person": person, "related_person": related_person, "kind": kind}
    if related_person is None:
        key["name"] = name.strip()
    with transaction.atomic():
        _lock(person)
        made = Relationship.objects.filter(**key).first()
        if made is None or made.ended_on is not None:
            values = {"telephone": telephone, "name": name.strip(), "started_on": on, "ended_on": None}
            if made is None:
                made = Relationship.objects.create(**{**key, **values})
            else:
                Relationship.objects.filter(pk=made.pk).update(**values)
                made.refresh_from_db()
            audit(by, "person.relate", person, "", {"kind": kind}, other=related_person)
    return made


def end_relationship(*, relationship: Relationship, on: date, by: Reader) -> None:
    """The relationship no longer stands from the day; it is kept."""
    person = find_person(by, relationship.person.reference, EDIT)
    check_days(relationship.started_on, on)
    with transaction.atomic():
        Relationship.objects.filter(pk=relationship.pk).update(ended_on=on)
        detail = {"kind": relationship.kind}
        audit(by, "person.relationship-ended", person, "", detail, other=relationship.related_person)


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def audit(
    by: Reader, action: str, person: Person, basis: str, detail: dict[str, Any], other: Person | None = None
) -> None:
    """One entry about the person, and about the other one where there is one."""
    subjects = [str(somebody.reference) for somebody in (person, other) if somebody]
    record_access(reader=by, action=action, subjects=subjects, basis=basis.strip(), detail=detail)


def _must_register_for(by: Reader, practice: Organisation | None) -> None:
    """Who edits a practice's people, or who registers somebody while they are on the line."""
    if practice is None and by.may(REGISTER):
        return
    if practice is not None and by.scope(REGISTER).includes(practice.code):
        return
    if practice is None:
        record_access(reader=by, action=REGISTER, outcome="denied")
        raise PermissionDenied(REGISTER)
    _must_edit_for(by, practice)


def _must_edit_for(by: Reader, practice: Organisation) -> None:
    if not by.scope(EDIT).includes(practice.code):
        record_access(reader=by, action=EDIT, outcome="denied", detail={"practice": practice.code})
        raise PermissionDenied(EDIT)


def _must_be_able_to_register(person: Person, on: date) -> None:
    if person.merged_into_id:
        raise DetailRefused(
            "This entry was merged into another. Open the person again and register them there."
        )
    if person.death_date:
        raise DetailRefused("A date of death is recorded. Amend it first if the person is alive.")
    if on < person.birth_date:
        raise DetailRefused("The day is before the date of birth. Check both.")


def _must_be_free(number: str | None) -> None:
    if number and Person.objects.filter(nhs_number=number).exists():
        raise DetailRefused(number_is_taken())


def number_is_taken() -> str:
    """What to do about a number that somebody else has, and who may."""
    who = " or ".join(role.title for role in roles().values() if "person.merge" in role.permissions)
    return (
        "Somebody else has this NHS number. Search for the number: if the two are one person, ask the "
        f"{who or 'person who merges entries'} to merge them; if not, compare both with the letter or card."
    )


def _number_taken(error: IntegrityError) -> Exception:
    """The refusal for a number that was taken in between; any other error as it is."""
    return DetailRefused(number_is_taken()) if "nhs_number" in str(error) else error


def _lock(person: Person) -> None:
    """Two who say the same of one person in one moment say it once."""
    Person.objects.select_for_update().get(pk=person.pk)


def _end_registrations(person: Person, *, before: date | None, after: date | None) -> None:
    """Registrations end the day after a death, and begin to stand again when the death is taken back."""
    if before:
        person.registrations.filter(ended_on=_day_after(before)).update(ended_on=None)
    if after:
        person.registrations.filter(ended_on=None, started_on__lte=after).update(ended_on=_day_after(after))


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
