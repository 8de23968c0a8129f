"""What the pages of one person show, in the words and order of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from django.template.loader import render_to_string

from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import RelatedPerson, merged_references
from localcare.foundation.record import queries
from localcare.foundation.record.person_page.registry import Panel, panels_for
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit import queries as audit
from localcare.kernel.audit.models import AuditEntry
from localcare.kernel.nhs_design.formatting import (
    format_date,
    format_moment,
    format_number,
    format_short_date,
    plural,
)

MEDICINES_SHOWN = timedelta(days=365)
ROWS_SHOWN = 8

Row = Sequence[Any]
Shown = TypeVar("Shown")


@dataclass(frozen=True)
class Section:
    """One table of the record: rows, what stands there when there are none, and what was left out."""

    slug: str
    title: str
    headings: Sequence[Any]
    rows: Sequence[Row]
    nothing: str
    timeline_kind: str = ""
    left_out: int = 0


@dataclass(frozen=True)
class DrawnPanel:
    """A desk's panel, ready to be placed on the page."""

    slug: str
    title: str
    html: str


def panels(person: Person, reader: Reader, request: Any) -> tuple[list[DrawnPanel], list[DrawnPanel]]:
    """The desks' panels above and below the record."""
    drawn = [(panel.order, _draw(panel, person, reader, request)) for panel in panels_for(reader)]
    return [panel for order, panel in drawn if order < 200], [panel for order, panel in drawn if order >= 200]


def _draw(panel: Panel, person: Person, reader: Reader, request: Any) -> DrawnPanel:
    context = {**panel.context(person, reader), "person": person}
    return DrawnPanel(panel.slug, panel.title, render_to_string(panel.template, context, request=request))


def sections(person: Person, reader: Reader, *, today: date) -> list[Section]:
    """The record in the order a clinician reads it."""
    return [
        _coded("problems", "Problems", queries.problems(person, reader), "No problem is recorded.", "condition"),
        _coded("allergies", "Allergies", queries.allergies(person, reader),
               "No allergy is recorded. That is not the same as no known allergy: ask.", "allergy"),
        _coded("medicines", "Medicines in the last 12 months",
               queries.medicines(person, reader, since=today - MEDICINES_SHOWN),
               "No medicine is recorded in the last 12 months.", "medicine"),
        _measurements(queries.latest_observations(person, reader)),
        _stays(queries.stays(person, reader), queries.diagnoses(person, reader)),
        _attendances(queries.attendances(person, reader)),
        _contacts(queries.contacts(person, reader)),
        _packages(queries.packages(person, reader), today),
    ]  # fmt: skip


def _shortened(rows: Sequence[Shown]) -> tuple[Sequence[Shown], int]:
    return rows[:ROWS_SHOWN], max(0, len(rows) - ROWS_SHOWN)


def _coded(slug: str, title: str, items: Sequence[queries.CodedItem], nothing: str, kind: str) -> Section:
    shown, left_out = _shortened(items)
    rows = [
        (item.text or item.code, format_short_date(item.first_on), format_short_date(item.last_on), item.code)
        for item in shown
    ]
    headings = ("What", "First recorded", "Last recorded", "Code")
    return Section(slug, title, headings, rows, nothing, kind, left_out)


def _measurements(facts: Iterable[queries.Row]) -> Section:
    rows = [
        (fact["text"] or fact["code"], _value(fact), format_short_date(fact["occurred_on"])) for fact in facts
    ]
    headings = ("Measurement", {"text": "Latest value", "numeric": True}, "On")
    return Section(
        "measurements", "Latest measurements", headings, rows, "No measurement is recorded.", "observation"
    )


def _value(fact: queries.Row) -> str:
    value = fact["value"]
    if value is None:
        return str(fact["value_text"])
    return f"{format_number(value, 0 if value.is_integer() else 1)} {fact['unit']}".strip()


def _stays(stays: Sequence[queries.Row], diagnoses: Iterable[queries.Row]) -> Section:
    codes: dict[int, list[str]] = {}
    for diagnosis in diagnoses:
        codes.setdefault(diagnosis["stay_id"], []).append(_code(diagnosis))
    shown, left_out = _shortened(stays)
    rows = [
        (
            format_date(stay["admitted_on"]),
            stay["admission_type"].capitalize(),
            _nights(stay),
            ", ".join(codes.get(stay["stay_id"], ())) or stay["reason"] or None,
        )
        for stay in shown
    ]
    headings = ("Admitted", "How", "Stay", "Diagnoses")
    return Section(
        "stays", "Hospital stays", headings, rows, "No hospital stay is recorded.", "stay", left_out
    )


def _nights(stay: queries.Row) -> str:
    left = stay["discharged_on"]
    if left is None:
        return "In hospital now"
    return f"{plural((left - stay['admitted_on']).days, 'night')}, until {format_short_date(left)}"


def _code(diagnosis: queries.Row) -> str:
    return f"{diagnosis['text']} ({diagnosis['code']})" if diagnosis["text"] else str(diagnosis["code"])


def _attendances(attendances: Sequence[queries.Row]) -> Section:
    shown, left_out = _shortened(attendances)
    rows = [
        (
            format_date(attendance["arrived_on"]),
            attendance["arrival_mode"].capitalize() or None,
            attendance["outcome"].replace("-", " ").capitalize() or None,
            attendance["reason"] or attendance["diagnosis_code"] or None,
        )
        for attendance in shown
    ]
    headings = ("Arrived", "Came by", "Outcome", "Why")
    nothing = "No urgent or emergency attendance is recorded."
    return Section("attendances", "A&E and urgent care", headings, rows, nothing, "attendance", left_out)


def _contacts(contacts: Sequence[queries.Row]) -> Section:
    shown, left_out = _shortened(contacts)
    rows = [
        (format_date(contact["occurred_on"]), contact["setting"].replace("-", " ").capitalize(),
         contact["professional_role"] or None, contact["mode"].replace("-", " ").capitalize() or None,
         "Did not attend" if contact["attended"] is False else contact["reason"] or None)
        for contact in shown
    ]  # fmt: skip
    headings = ("On", "Service", "Who", "How", "Why")
    return Section(
        "contacts", "Contacts", headings, rows, "No contact with a service is recorded.", "contact", left_out
    )


def _packages(packages: Iterable[queries.Row], today: date) -> Section:
    rows = [
        (package["package_type"].replace("-", " ").capitalize(), format_short_date(package["started_on"]),
         _state(package["ended_on"], today), _hours(package["hours_per_week"]))
        for package in packages
    ]  # fmt: skip
    headings = ("Package", "Started", "State", "How much")
    return Section(
        "packages", "Packages of care", headings, rows, "No package of care is recorded.", "package"
    )


def _state(ended_on: date | None, today: date) -> str:
    return "Running" if ended_on is None or ended_on > today else f"Ended {format_short_date(ended_on)}"


def _hours(a_week: float | None) -> str | None:
    return f"{format_number(a_week, 1)} hours a week" if a_week else None


def details(person: Person, related: Iterable[RelatedPerson] = ()) -> list[tuple[str, str]]:
    """Address, practice, carers and how to communicate, as pairs of key and value."""
    address = ", ".join(part for part in (person.address_line, person.town, person.postcode) if part)
    return [
        ("Address", address),
        ("Telephone", person.telephone),
        ("Practice", "; ".join(_registrations(person))),
        ("Communication needs", "; ".join(person.banner.needs)),
        ("Family and carers", "; ".join(map(_relation, related))),
        (
            "National data opt-out",
            "Yes: not for planning or research" if person.national_data_opt_out else "None",
        ),
    ]


def _registrations(person: Person) -> list[str]:
    return [
        f"{registration.practice.name} {_since(registration.started_on, registration.ended_on)}"
        for registration in person.banner.registrations
    ]


def _since(started_on: date, ended_on: date | None) -> str:
    if ended_on is None:
        return f"since {format_short_date(started_on)}"
    return f"({format_short_date(started_on)} to {format_short_date(ended_on)})"


def _relation(related: RelatedPerson) -> str:
    """Who it is where the reader may see them, and what they are to the person."""
    other = related.relationship.related_person
    kind = related.relationship.kind.replace("-", " ")
    if not related.is_visible:
        return f"{kind.capitalize()}, not in your scope"
    name = f"{other.given_name} {other.family_name}".strip() if other else related.relationship.name
    return f"{name or 'Name not known'} ({kind})"


def looks(person: Person, reader: Reader) -> Any:
    """Who looked at this person, or at a record merged into theirs, newest first."""
    return audit.who_looked([str(person.reference), *merged_references(person)], reader)


def look_row(entry: AuditEntry) -> Row:
    """One look as a row of the table."""
    what = entry.action.replace(".", " ").replace("-", " ")
    shown = what if entry.outcome == "success" else f"{what} ({entry.outcome})"
    return (
        format_moment(entry.occurred_at),
        entry.actor,
        entry.actor_role or None,
        shown,
        entry.basis or None,
    )
