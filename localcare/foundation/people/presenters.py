"""What pages say about a person: name, number, born, flags, and one line of a search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from localcare.foundation.people.models import CommunicationNeed, Person, Registration, Relationship
from localcare.foundation.people.queries import registered_on, registration_history
from localcare.foundation.people.search import Results
from localcare.kernel.nhs_design.formatting import age_in_years, format_age, format_date, format_nhs_number

CARER = "unpaid-carer"
NO_PRACTICE = "No registered practice"


@dataclass(frozen=True)
class Flag:
    """Something to know at once; `colour` is one of the design system's tags."""

    words: str
    colour: str = ""


@dataclass(frozen=True)
class PersonBanner:
    """The banner of a person, word by word."""

    name: str
    preferred_name: str
    nhs_number: str
    born: str
    age: str
    sex: str
    practice: str
    flags: tuple[Flag, ...]
    needs: tuple[str, ...]
    registrations: tuple[Registration, ...]  # the latest first


def full_name(person: Person) -> str:
    """The name as the NHS patient banner writes it: FAMILY, Given (Title)."""
    family = person.family_name.upper()
    name = ", ".join(part for part in (family, person.given_name) if part) or "Name not known"
    return f"{name} ({person.title})" if person.title else name


def age_of(person: Person, on: date) -> str:
    """The age on the day, or at death."""
    if person.death_date is None:
        return format_age(person.birth_date, max(on, person.birth_date))
    years = age_in_years(person.birth_date, max(person.death_date, person.birth_date))
    return f"died {format_date(person.death_date)} aged {years}"


def banner_of(person: Person, on: date | None = None) -> PersonBanner:
    """The banner on a day (today when not given)."""
    day = on or timezone.localdate()
    registrations = tuple(registration_history(person))
    current = next((found for found in registrations if found.covers(day)), None)
    needs = needs_of([person], day).get(person.pk, [])
    return PersonBanner(
        name=full_name(person),
        preferred_name=person.preferred_name,
        nhs_number=format_nhs_number(person.nhs_number),
        born=format_date(person.birth_date),
        age=age_of(person, day),
        sex=person.get_sex_display(),
        practice=current.practice.name if current else NO_PRACTICE,
        flags=tuple(flags_of(person, needs=needs, is_carer=bool(carers_among([person], day)))),
        needs=tuple(needs),
        registrations=registrations,
    )


def flags_of(person: Person, *, needs: list[str], is_carer: bool) -> list[Flag]:
    """The flags of a person, the gravest first."""
    flags = []
    if person.death_date:
        flags.append(Flag("Deceased", "grey"))
    if not person.nhs_number:
        flags.append(Flag("NHS number not known", "orange"))
    flags += [Flag(f"Communication need: {need}", "yellow") for need in needs]
    if is_carer:
        flags.append(Flag("Unpaid carer", "blue"))
    if person.national_data_opt_out:
        flags.append(Flag("National data opt-out", "purple"))
    return flags


def practices_of(people: list[Person], on: date) -> dict[int, str]:
    """The name of the practice with which each is registered on the day, by key, in one query."""
    rows = Registration.objects.filter(registered_on(on), person__in=people).order_by("started_on", "pk")
    return dict(rows.values_list("person_id", "practice__name"))


def needs_of(people: list[Person], on: date) -> dict[int, list[str]]:
    """The communication needs that stand on the day, by key, in one query."""
    found: dict[int, list[str]] = {}
    rows = CommunicationNeed.objects.filter(person__in=people).exclude(ended_on__lte=on)
    for key, need in rows.order_by("recorded_on", "pk").values_list("person_id", "need"):
        found.setdefault(key, []).append(need)
    return found


def carers_among(people: list[Person], on: date) -> set[int]:
    """The keys of those who care, unpaid, for somebody on the day, in one query."""
    rows = Relationship.objects.filter(related_person__in=people, kind=CARER).exclude(ended_on__lte=on)
    return {key for key in rows.values_list("related_person_id", flat=True) if key is not None}


@dataclass(frozen=True)
class SearchRow:
    """One person found, ready to show."""

    person: Person
    name: str
    nhs_number: str
    born: str
    age: str
    address: str
    practice: str
    flags: tuple[Flag, ...]
    reasons: tuple[str, ...]


def search_rows(results: Results, *, today: date) -> list[SearchRow]:
    """The people found, with practices, needs and carers in one query each."""
    people = [match.person for match in results.matches]
    practices, needs, carers = (
        practices_of(people, today),
        needs_of(people, today),
        carers_among(people, today),
    )
    return [
        SearchRow(
            person=match.person,
            name=full_name(match.person),
            nhs_number=format_nhs_number(match.person.nhs_number),
            born=format_date(match.person.birth_date),
            age=age_of(match.person, today),
            address=address_of(match.person),
            practice=practices.get(match.person.pk, NO_PRACTICE),
            flags=tuple(
                flags_of(
                    match.person, needs=needs.get(match.person.pk, []), is_carer=match.person.pk in carers
                )
            ),
            reasons=match.reasons,
        )
        for match in results.matches
    ]


def address_of(person: Person) -> str:
    """The usual address in one line."""
    return ", ".join(part for part in (person.address_line, person.town, person.postcode) if part)
