"""Writing to a person's record: facts, documents, and what the person agreed to or opted out of."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from localcare.analysis.dataset.schema import FACT_KINDS
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import find_person
from localcare.foundation.record.models import Consent, Document, Fact, Source
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

EDIT = "person.edit"
OWN_SOURCE = "local-care"


class NotRecorded(ValueError):
    """What was to be recorded cannot be right; the message says what and how to mend it."""


@dataclass(frozen=True)
class CodedValue:
    """What a fact says: a code of a system, in words, with a value where it is a measurement."""

    system: str
    code: str
    text: str = ""
    value: float | None = None
    value_text: str = ""
    unit: str = ""


@dataclass(frozen=True)
class NewFact:
    """A fact to be recorded under a key of its own: the same key again records nothing."""

    kind: str
    says: CodedValue
    occurred_on: date
    key: str


def own_source() -> Source:
    """The source of what is recorded here."""
    return Source.objects.get_or_create(code=OWN_SOURCE, defaults={"name": "Local Care"})[0]


@transaction.atomic
def add_fact(
    *, person: Person, kind: str, says: CodedValue, occurred_on: date, by: Reader, basis: str = "",
    ended_on: date | None = None,
) -> Fact:  # fmt: skip
    """Record a coded fact about a person of the reader's scope."""
    person = find_person(by, person.reference, EDIT)
    if kind not in FACT_KINDS:
        raise NotRecorded(f"{kind!r} is no kind of fact: choose {', '.join(FACT_KINDS)}.")
    if not says.system or not says.code:
        raise NotRecorded("A fact needs a code and its system.")
    _check_days(person, occurred_on, ended_on)
    fact = Fact.objects.create(
        **_own(person), kind=kind, **vars(says), occurred_on=occurred_on, ended_on=ended_on,
        recorded_on=timezone.localdate(), recorded_by=by.name[:150],
    )  # fmt: skip
    _audit(by, "record.add-fact", person, basis, {"fact": fact.pk, "kind": kind})
    return fact


@transaction.atomic
def record_facts(
    *, person: Person, facts: Sequence[NewFact], by: Reader, permission: str = EDIT, basis: str = "",
    instead_of: str = "",
) -> int:  # fmt: skip
    """Record several facts of one act, each key once; how many were new. One audit entry.

    `instead_of` names the beginning of the keys whose facts were corrected and no longer stand.
    """
    person = find_person(by, person.reference, permission)
    for fact in facts:
        if fact.kind not in FACT_KINDS:
            raise NotRecorded(f"{fact.kind!r} is no kind of fact: choose {', '.join(FACT_KINDS)}.")
        _check_days(person, fact.occurred_on, None)
    source, today = own_source(), timezone.localdate()
    withdrawn = 0
    if instead_of:
        former = Fact.objects.filter(person=person, source=source, source_key__startswith=instead_of)
        withdrawn = former.delete()[0]
    rows = [
        Fact(
            person=person, source=source, source_key=fact.key, kind=fact.kind, **vars(fact.says),
            occurred_on=fact.occurred_on, recorded_on=today, recorded_by=by.name[:150],
        )
        for fact in facts
    ]  # fmt: skip
    known = set(
        Fact.objects.filter(source=source, source_key__in=[fact.key for fact in facts]).values_list(
            "source_key", flat=True
        )
    )
    Fact.objects.bulk_create(rows, ignore_conflicts=True)
    new = len({fact.key for fact in facts} - known)
    if new or withdrawn:
        _audit(by, "record.add-facts", person, basis, {"facts": new, "withdrawn": withdrawn})
    return new


@transaction.atomic
def end_fact(*, fact: Fact, on: date, by: Reader, basis: str = "") -> Fact:
    """Say that a fact holds no longer: a problem resolved, a medicine stopped."""
    person = find_person(by, fact.person.reference, EDIT)
    locked = Fact.objects.select_for_update().get(pk=fact.pk)
    _check_days(person, locked.occurred_on, on)
    locked.ended_on = on
    locked.save(update_fields=("ended_on",))
    _audit(by, "record.end-fact", person, basis, {"fact": locked.pk})
    return locked


@transaction.atomic
def add_document(
    *, person: Person, title: str, document_type: str, occurred_on: date, by: Reader, content: bytes | None = None,
    media_type: str = "", location: str = "", basis: str = "",
) -> Document:  # fmt: skip
    """Keep a document about a person, or where it is kept."""
    person = find_person(by, person.reference, EDIT)
    if not title.strip():
        raise NotRecorded("Give the document a title.")
    if content is None and not location:
        raise NotRecorded("Give the document's content, or say where it is kept.")
    _check_days(person, occurred_on, None)
    document = Document.objects.create(
        **_own(person), title=title.strip(), document_type=document_type, occurred_on=occurred_on,
        content=content, media_type=media_type, location=location,
    )  # fmt: skip
    _audit(by, "record.add-document", person, basis, {"document": document.pk})
    return document


@transaction.atomic
def record_consent(
    *, person: Person, kind: str, starts_on: date, by: Reader, note: str = "", basis: str = ""
) -> Consent:
    """Record what a person agreed to, refused or opted out of; the same again changes nothing."""
    person = find_person(by, person.reference, EDIT)
    if kind not in Consent.Kind.values:
        raise NotRecorded(f"{kind!r} is no kind of consent: choose {', '.join(Consent.Kind.values)}.")
    _check_days(person, starts_on, None)
    Person.objects.select_for_update().get(pk=person.pk)
    standing = _standing(person, kind).first()
    if standing:
        return standing
    consent = Consent.objects.create(**_own(person), kind=kind, starts_on=starts_on, note=note.strip())
    _set_flag(person)
    _audit(by, "record.consent", person, basis, {"kind": kind})
    return consent


@transaction.atomic
def withdraw_consent(*, person: Person, kind: str, on: date, by: Reader, basis: str = "") -> int:
    """End every standing consent or opt-out of the kind; how many ended."""
    person = find_person(by, person.reference, EDIT)
    Person.objects.select_for_update().get(pk=person.pk)
    standing = list(_standing(person, kind))
    for consent in standing:
        _check_days(person, consent.starts_on, on)
        consent.ends_on = on
        consent.save(update_fields=("ends_on",))
    if standing:
        _set_flag(person)
        _audit(by, "record.withdraw-consent", person, basis, {"kind": kind})
    return len(standing)


def record_opt_out(
    *, person: Person, starts_on: date, by: Reader, note: str = "", basis: str = ""
) -> Consent:
    """Record a national data opt-out: from now on, uses beyond the person's own care leave them out."""
    kind = Consent.Kind.NATIONAL_DATA_OPT_OUT.value
    return record_consent(person=person, kind=kind, starts_on=starts_on, by=by, note=note, basis=basis)


def withdraw_opt_out(*, person: Person, on: date, by: Reader, basis: str = "") -> int:
    """Take a national data opt-out back."""
    return withdraw_consent(
        person=person, kind=Consent.Kind.NATIONAL_DATA_OPT_OUT.value, on=on, by=by, basis=basis
    )


def _standing(person: Person, kind: str) -> QuerySet[Consent]:
    still = Q(ends_on=None) | Q(ends_on__gt=timezone.localdate())
    return Consent.objects.filter(still, person=person, kind=kind).order_by("pk")


def _set_flag(person: Person) -> None:
    """The register's flag says whether an opt-out stands."""
    stands = _standing(person, Consent.Kind.NATIONAL_DATA_OPT_OUT.value).exists()
    Person.objects.filter(pk=person.pk).update(national_data_opt_out=stands)


def _own(person: Person) -> dict[str, Any]:
    return {"person": person, "source": own_source(), "source_key": uuid.uuid4().hex}


def _check_days(person: Person, begun: date, ended: date | None) -> None:
    if begun < person.birth_date:
        raise NotRecorded("The day is before the person's date of birth: correct it.")
    if begun > timezone.localdate():
        raise NotRecorded("The day is in the future: enter today or an earlier day.")
    if ended and ended < begun:
        raise NotRecorded("It would end before it began: correct one of the two days.")


def _audit(by: Reader, action: str, person: Person, basis: str, detail: dict[str, Any]) -> None:
    record_access(reader=by, action=action, subjects=[str(person.reference)], basis=basis, detail=detail)
