"""A few thousand synthetic people of a night with a risk each, of whom teams took most of those above 20 in 100 on."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import numpy as np

from localcare.care.stratification.models import Decision, PersonRisk, PersonScore
from localcare.care.stratification.risk.rules import LISTED_OUTCOME
from localcare.foundation.pathways.models import Journey, JourneyState
from localcare.foundation.people.models import Person, Registration
from localcare.foundation.places.models import Area, AreaMembership
from localcare.foundation.record.models import Attendance, Stay
from localcare.kernel.nhs_design.formatting import LONDON
from tests.factories import practice
from tests.stratification.evaluation.nights import NIGHT, Night

PRACTICES = {
    "SYN-1": "Deal Harbour",
    "SYN-2": "Margate Sands",
    "SYN-3": "Dover Cliffs",
    "SYN-4": "Sandwich Quay",
}
PEOPLE = 6500
THRESHOLD = 200
FEWER = 0.7  # the share of admissions that being above prevents


def a_county(night: Night) -> None:
    """People with what happened to them in a year; the list helps those just above the threshold."""
    random = np.random.default_rng(11)
    own = random.gamma(0.6, 0.25, PEOPLE)  # admissions in half a year
    earlier, before = random.poisson(own), random.poisson(own)
    risks = 40 + 160 * own + 55 * before + 35 * earlier + random.gamma(2, 30, PEOPLE)
    risks = np.floor(np.clip(risks, 5, 950)).astype(int)
    after = random.poisson(0.8 * own + 0.05 - FEWER * (risks >= THRESHOLD) * own.clip(max=0.6))
    listed = (risks >= 160) | (random.random(PEOPLE) < 0.01)
    at = "SYN-1", *PRACTICES  # twice as many at the first
    codes = [at[number] for number in random.integers(0, len(at), PEOPLE)]
    people = Person.objects.bulk_create(
        Person(birth_date=NIGHT.replace(year=1940 + int(year)), sex="female", family_name="Testperson")
        for year in random.integers(0, 30, PEOPLE)
    )
    since = NIGHT - timedelta(days=4000)
    economy, place = (
        Area.objects.create(code=kind, kind=kind, name="The coast", valid_from=since)
        for kind in (Area.Kind.HEALTH_ECONOMY, Area.Kind.CLUSTER)
    )
    AreaMembership.objects.create(child=place, parent=economy, valid_from=since)
    practices = {
        code: practice(code, name=f"{name} Surgery", within=place) for code, name in PRACTICES.items()
    }
    Registration.objects.bulk_create(
        Registration(person=person, practice=practices[code], started_on=since)
        for person, code in zip(people, codes, strict=True)
    )
    PersonScore.objects.bulk_create(
        PersonScore(person=person, from_run=night.run, **night.scores(code, bool(on_list)))
        for person, code, on_list in zip(people, codes, listed, strict=True)
    )
    PersonRisk.objects.bulk_create(
        PersonRisk(
            person=person, outcome=LISTED_OUTCOME, model=night.model, from_run=night.run, per_mille=int(risk)
        )
        for person, risk in zip(people, risks, strict=True)
    )
    taken_on = [
        person for person, risk in zip(people, risks, strict=True)
        if random.random() < (0.65 if risk >= THRESHOLD else 0.04)
    ]  # fmt: skip
    _acted(night, taken_on, random)
    _records(night, people, [earlier, before, after], random)


def _acted(night: Night, taken_on: list[Person], random: np.random.Generator) -> None:
    opened = [
        datetime.combine(NIGHT + timedelta(days=int(day)), time(12), LONDON)
        for day in random.integers(2, 40, len(taken_on))
    ]
    Decision.objects.bulk_create(
        Decision(
            person=person, kind="mdt", decided_by=night.reviewer, decided_at=day.astimezone(UTC), decided_on=day.date(),
            practice_code="SYN-1", look_again_on=day.date() + timedelta(days=28),
        )
        for person, day in zip(taken_on, opened, strict=True)
    )  # fmt: skip
    version = night.pathway
    journeys = Journey.objects.bulk_create(Journey(person=person, version=version) for person in taken_on)
    JourneyState.objects.bulk_create(
        JourneyState(
            journey=made, person=person, pathway=version.pathway, is_open=True, opened_at=day, last_entry=0
        )
        for made, person, day in zip(journeys, taken_on, opened, strict=True)
    )


def _records(
    night: Night, people: list[Person], periods: list[np.ndarray], random: np.random.Generator
) -> None:
    """Admissions of half a year each before, just before and after the night, and the attendances that led to them."""
    stays, attendances = [], []
    for place, person in enumerate(people):
        for first, admissions in zip((-364, -182, 0), (period[place] for period in periods), strict=True):
            for _ in range(admissions):
                admitted = NIGHT + timedelta(days=first + 1 + int(random.integers(0, 181)))
                left = admitted + timedelta(days=1 + int(random.exponential(4)))
                stays.append((person, admitted, left))
                attendances.append((person, admitted))
            for _ in range(random.poisson(0.1)):
                attendances.append((person, NIGHT + timedelta(days=first + 1 + int(random.integers(0, 181)))))
    Stay.objects.bulk_create(
        Stay(
            person=person, source=night.source, source_key=f"s{number}", admission_type="emergency", admitted_on=on,
            discharged_on=left,
        )
        for number, (person, on, left) in enumerate(stays)
    )  # fmt: skip
    Attendance.objects.bulk_create(
        Attendance(person=person, source=night.source, source_key=f"a{number}", arrived_on=on)
        for number, (person, on) in enumerate(attendances)
    )
