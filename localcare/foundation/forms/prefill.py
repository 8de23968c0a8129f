"""First answers from the record, each with the words that say where it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from localcare.foundation.forms.shape import NUMBERS, FormDefinition, Item, Prefill
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import current_registration
from localcare.foundation.record import queries
from localcare.foundation.record.models import Fact
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import age_in_years, format_short_date

MEDICINES_SINCE = timedelta(days=365)


@dataclass(frozen=True)
class Prefilled:
    """A first answer and where it came from."""

    value: Any
    source: str


PrefillSource = Callable[[Person, Reader, Prefill], Prefilled | None]


def prefilled_answers(definition: FormDefinition, person: Person, reader: Reader) -> dict[str, Prefilled]:
    """What the record can answer already, by item."""
    if not reader.may("person.read"):
        return {}
    found = {
        item.code: _SOURCES[item.prefill.source](person, reader, item.prefill)
        for item in definition.items()
        if item.prefill and item.prefill.source in _SOURCES
    }
    return {
        code: prefilled
        for code, prefilled in found.items()
        if prefilled and _fits(definition.item(code), prefilled)
    }


def register_source(name: str, source: PrefillSource) -> None:
    """Let a room above answer from what it keeps, for example the plan."""
    _SOURCES[name] = source


def _fits(item: Item, prefilled: Prefilled) -> bool:
    """A number goes into a number, words into words."""
    return (item.type in NUMBERS) == (not isinstance(prefilled.value, str))


def _age(person: Person, reader: Reader, wanted: Prefill) -> Prefilled:
    years = age_in_years(person.birth_date, person.death_date or timezone.localdate())
    return Prefilled(years, "From the register: worked out from the date of birth.")


def _address(person: Person, reader: Reader, wanted: Prefill) -> Prefilled | None:
    address = ", ".join(part for part in (person.address_line, person.town, person.postcode) if part)
    return (
        Prefilled(address, "From the register. Check that this is where the person will be.")
        if address
        else None
    )


def _telephone(person: Person, reader: Reader, wanted: Prefill) -> Prefilled | None:
    return Prefilled(person.telephone, "From the register.") if person.telephone else None


def _practice(person: Person, reader: Reader, wanted: Prefill) -> Prefilled | None:
    registration = current_registration(person)
    return Prefilled(registration.practice.name, "From the register.") if registration else None


def _carer(person: Person, reader: Reader, wanted: Prefill) -> Prefilled | None:
    carer = (
        person.relationships.filter(ended_on=None, kind="unpaid-carer")
        .select_related("related_person")
        .first()
    )
    if carer is None:
        return None
    other = carer.related_person
    name = f"{other.given_name} {other.family_name}".strip() if other else carer.name
    telephone = carer.telephone or (other.telephone if other else "")
    words = ", ".join(part for part in (name, telephone) if part)
    return Prefilled(words, "From the register.") if words else None


def _coded(items: list[queries.CodedItem], what: str) -> Prefilled | None:
    if not items:
        return None
    words = "; ".join(item.text or item.code for item in items)
    latest = format_short_date(max(item.last_on for item in items))
    return Prefilled(words[:4000], f"From the record: {what}, the latest on {latest}. Check with the person.")


def _allergies(person: Person, reader: Reader, wanted: Prefill) -> Prefilled | None:
    return _coded(queries.allergies(person, reader), "allergies")


def _problems(person: Person, reader: Reader, wanted: Prefill) -> Prefilled | None:
    return _coded(queries.problems(person, reader), "problems")


def _medicines(person: Person, reader: Reader, wanted: Prefill) -> Prefilled | None:
    since = timezone.localdate() - MEDICINES_SINCE
    return _coded(queries.medicines(person, reader, since=since), "medicines of the last 12 months")


def _last_value(person: Person, reader: Reader, wanted: Prefill) -> Prefilled | None:
    facts = Fact.objects.filter(person=person, kind="observation", system=wanted.system, code=wanted.code)
    fact = facts.order_by("-occurred_on", "-pk").first()
    if fact is None or (fact.value is None and not fact.value_text):
        return None
    value = fact.value if fact.value is not None else fact.value_text
    return Prefilled(value, f"From the record: measured on {format_short_date(fact.occurred_on)}.")


_SOURCES: dict[str, PrefillSource] = {
    "age": _age,
    "address": _address,
    "telephone": _telephone,
    "practice": _practice,
    "carer": _carer,
    "allergies": _allergies,
    "problems": _problems,
    "medicines": _medicines,
    "last-value": _last_value,
}
