"""Each score of one person with what counted and when, from the record as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from localcare.analysis.scores.explain import Contribution, Explanation, PersonRows, explain
from localcare.care.stratification.packs import installed_packs
from localcare.care.stratification.queries import may_see
from localcare.foundation.people.models import Person
from localcare.foundation.record import queries as record
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_short_date


@dataclass(frozen=True)
class ExplainedScore:
    """A score as drawn: its value in words and a table of what counted."""

    title: str
    version: str
    value: str
    note: str
    rows: list[list[str]]
    cannot_see: str


def explanations_of(person: Person, reader: Reader, *, as_of: date) -> list[ExplainedScore]:
    """Every score of a person in the reader's scope, nothing after `as_of` counted; empty outside the scope."""
    if not may_see(person, reader):
        return []
    rows = PersonRows(
        person.birth_date,
        person.sex,
        facts=record.facts(person, reader),
        stays=record.stays(person, reader),
        diagnoses=record.diagnoses(person, reader),
        attendances=record.attendances(person, reader),
        contacts=record.contacts(person, reader),
    )
    return [_explained(found) for found in explain(rows, as_of=as_of, packs=installed_packs())]


def _explained(found: Explanation) -> ExplainedScore:
    band = f" ({found.band})" if found.band else ""
    note = "" if found.applicable else "The published score is for older people: read it with care."
    return ExplainedScore(
        title=found.title,
        version=found.version,
        value=f"{found.display}{band}",
        note=note,
        rows=[_row(contribution, found.scale) for contribution in found.contributions],
        cannot_see=found.cannot_see,
    )


def _row(contribution: Contribution, scale: int) -> list[str]:
    places = len(str(scale)) - 1
    points = f"{contribution.points / scale:.{places}f}" if contribution.counted else "Not counted"
    days = [format_short_date(day) for day in (contribution.first_on, contribution.latest_on) if day]
    when = " to ".join(dict.fromkeys(days))
    label = contribution.label + (f" ({contribution.note})" if contribution.note else "")
    return [label, points, ", ".join(contribution.codes), when]
