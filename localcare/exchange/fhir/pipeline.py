"""One file of resources on its way into the record: kept, checked, read, staged, merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

import orjson
from django.utils import timezone

from localcare.exchange.fhir.checks import FhirkitValidator, Validator, first_fault
from localcare.exchange.fhir.context import Context, Resource, key_of, subject_of
from localcare.exchange.fhir.encounters import encounter_kind
from localcare.exchange.fhir.mapping import READERS, is_understood
from localcare.exchange.fhir.patients import Patient, patient_of, put_patients_in
from localcare.exchange.fhir.reading import Item
from localcare.exchange.fhir.received import Kept, keep_received, known_people, known_stays
from localcare.exchange.fhir.related_people import put_related_person_in
from localcare.exchange.fhir.staging import Staging, forget
from localcare.exchange.fhir.values import Misread
from localcare.exchange.loads.models import LoadRun
from localcare.exchange.loads.quarantine import Refused, content_digest

BATCH = 2_000
Refuse = Callable[[Iterable[Refused]], int]


@dataclass
class Outcome:
    """What became of the resources of a file, or of several."""

    received: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    without_practice: int = 0
    not_understood: Counter[str] = field(default_factory=Counter)
    unknown_practices: Counter[str] = field(default_factory=Counter)

    def add(self, other: Outcome) -> None:
        """Add what became of another file."""
        for name, value in vars(other).items():
            if isinstance(value, Counter):
                getattr(self, name).update(value)
            else:
                setattr(self, name, getattr(self, name) + value)


@dataclass(frozen=True)
class Prepared:
    """A resource with its number in the file, its text and its digest."""

    number: int
    resource: Resource
    text: bytes
    digest: str


class FileLoader:
    """Loads the resources of one file, in two passes: people and encounters first, then what refers to them."""

    def __init__(
        self,
        run: LoadRun,
        *,
        refuse: Refuse,
        practice: str = "",
        since: date,
        validator: Validator | None = None,
    ) -> None:
        self.run, self.refuse, self.practice, self.since = run, refuse, practice, since
        self.source = run.source
        self.validator = validator or FhirkitValidator()
        self.today = timezone.localdate()
        self.context, self.done = Context(), Outcome()
        self.staging = Staging(self.source.pk, run.pk)

    def load(
        self, items: Callable[[], Iterable[Item]], referred_to: Callable[[], Iterable[Item]] | None = None
    ) -> Outcome:
        """Put in what can go in, reading twice; the caller holds the source's lock.

        `referred_to` may give fewer items for the first pass, as long as every patient and encounter is among them.
        """
        for batch in _batches((referred_to or items)()):
            self._note_addresses(batch)
            self._put_patients([item for item in batch if _type(item) == "Patient"])
        for batch in _batches(items()):
            self.done.received += len(batch)
            self._put_others(batch)
        self.staging.merge()
        return self.done

    def _note_addresses(self, batch: list[Item]) -> None:
        for item in batch:
            if item.resource is None:
                continue
            _give_id(item)
            if item.full_url:
                self.context.full_urls[item.full_url] = (_type(item), item.resource["id"])
            if _type(item) == "Encounter":
                self.context.encounter_kinds[item.resource["id"]] = encounter_kind(item.resource)

    def _put_patients(self, items: list[Item]) -> None:
        if not items:
            return
        kept, prepared = self._sort(items)
        patients: dict[str, Patient] = {}
        faults: dict[str, Misread] = {}
        for one in prepared:
            try:
                self._check(one)
                patients[one.resource["id"]] = patient_of(one.resource, self.source)
            except Misread as fault:
                faults[one.resource["id"]] = fault
        done = put_patients_in(
            list(patients.values()), self.context, self.source, practice=self.practice, since=self.since
        )
        faults |= done.faults
        self.done.unknown_practices.update(done.unknown_practices)
        self.done.without_practice += sum(
            1 for patient in patients.values() if not (patient.practice_code or self.practice)
        )
        good = [one for one in prepared if one.resource["id"] not in faults]
        self._keep(good, kept)
        self._refuse((one, faults[one.resource["id"]]) for one in prepared if one.resource["id"] in faults)

    def _put_others(self, batch: list[Item]) -> None:
        self._refuse_unreadable([item for item in batch if item.resource is None])
        others = [item for item in batch if item.resource is not None and _type(item) != "Patient"]
        kept, prepared = self._sort(others)
        self._look_up(prepared)
        good, faulty = [], []
        for one in prepared:
            try:
                self._read(one)
                good.append(one)
            except Misread as fault:
                faulty.append((one, fault))
        forget(self.source.pk, (key_of(one.resource) for one in good if kept.is_known(one.resource)))
        for table, rows in self.context.rows.items():
            self.staging.put(table, rows)
        self.context.rows.clear()
        self._keep(good, kept)
        self._refuse(faulty)

    def _read(self, one: Prepared) -> None:
        """Read the facts of a resource; whoever it is about must be known."""
        kind = one.resource["resourceType"]
        self._check(one)
        if kind == "RelatedPerson":
            put_related_person_in(one.resource, self.context)
        elif kind in READERS:
            before = {table: len(rows) for table, rows in self.context.rows.items()}
            self.context.person_id = self.context.person_of(one.resource)
            try:
                READERS[kind](one.resource, self.context)
            except Misread:
                for table, rows in self.context.rows.items():
                    del rows[before.get(table, 0) :]
                raise

    def _check(self, one: Prepared) -> None:
        fault = first_fault(one.resource, one.text, validator=self.validator, today=self.today)
        if fault:
            raise Misread(fault.path, fault.reason, fault.message)

    def _sort(self, items: list[Item]) -> tuple[Kept, list[Prepared]]:
        """What was received before in this very form is left alone; of several versions in a batch the last counts."""
        found: dict[str, Prepared] = {}
        for item in items:
            assert item.resource is not None
            _give_id(item)
            text = orjson.dumps(item.resource)
            found[key_of(item.resource)] = Prepared(
                item.number, item.resource, text, content_digest(item.resource)
            )
        self.done.unchanged += len(items) - len(found)
        kept = Kept.of(self.source.pk, found)
        for key, one in list(found.items()):
            if kept.has(key, one.digest):
                self.done.unchanged += 1
                if one.resource["resourceType"] == "Patient" and kept.person(key):
                    self.context.people[one.resource["id"]] = kept.person(key)
                del found[key]
        return kept, list(found.values())

    def _look_up(self, prepared: list[Prepared]) -> None:
        """People and stays of earlier files that these resources name."""
        people, numbers, encounters = set(), set(), set()
        for one in prepared:
            _, reference = subject_of(one.resource)
            _kind, identifier = self.context.target_of(reference)
            if identifier and identifier not in self.context.people:
                people.add(identifier)
            if isinstance(reference, dict) and isinstance(reference.get("identifier"), dict):
                numbers.add(str(reference["identifier"].get("value", "")))
            _, encounter = self.context.target_of(one.resource.get("encounter"))
            if encounter and encounter not in self.context.encounter_kinds:
                encounters.add(encounter)
        by_id, by_number = known_people(self.source, people, numbers)
        self.context.people |= by_id
        self.context.people_by_number |= by_number
        self.context.encounter_kinds |= dict.fromkeys(known_stays(self.source.pk, encounters), "stay")

    def _keep(self, good: list[Prepared], kept: Kept) -> None:
        for one in good:
            kind = one.resource["resourceType"]
            if not is_understood(kind):
                self.done.not_understood[kind] += 1
            if kept.is_known(one.resource):
                self.done.updated += 1
            else:
                self.done.added += 1
        keep_received(
            self.run,
            [(one.resource, one.text, one.digest, self._person_id(one.resource)) for one in good],
            is_understood=is_understood,
        )

    def _person_id(self, resource: Resource) -> int | None:
        if resource["resourceType"] == "Patient":
            return self.context.people.get(resource["id"])
        try:
            return self.context.person_of(resource)
        except Misread:
            return None

    def _refuse(self, faulty: Iterable[tuple[Prepared, Misread]]) -> None:
        self.done.quarantined += self.refuse(
            Refused(
                one.number,
                key_of(one.resource),
                fault.path,
                fault.reason,
                fault.message,
                one.resource,
                self._person_id(one.resource),
            )
            for one, fault in faulty
        )

    def _refuse_unreadable(self, items: list[Item]) -> None:
        self.done.quarantined += self.refuse(
            Refused(item.number, "", "", "invalid-json", item.fault, {"text": item.text}) for item in items
        )


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _type(item: Item) -> Any:
    return item.resource["resourceType"] if item.resource else ""


def _give_id(item: Item) -> None:
    """A resource without an id takes that of its fullUrl, else one made from its content."""
    resource = item.resource
    if resource is not None and not isinstance(resource.get("id"), str):
        tail = item.full_url.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1]
        resource["id"] = (tail or content_digest(resource))[:64]
