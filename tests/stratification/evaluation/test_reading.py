"""What became of people: each rule by an example, and all of it against a slow twin on people made at random."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import numpy as np
import pytest

from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.evaluation.questions import Question
from localcare.care.stratification.evaluation.reading import (
    AFTER,
    ATTENDANCE,
    BED_DAYS,
    BEFORE,
    DAYS_OF_A_MONTH,
    EARLIER,
    EMERGENCY,
    everybody_before,
    read,
)
from localcare.care.stratification.models import Decision, PersonScore
from localcare.foundation.pathways.models import JourneyState
from localcare.foundation.people.models import Person
from localcare.foundation.record.models import Attendance, Stay
from tests.stratification.evaluation.nights import NIGHT

DAYS = 60


def found(night, **question):
    return read(Question(night.run, **({"days": DAYS} | question)), definitions())


def test_events_fall_into_three_periods_that_end_with_their_last_day(night):
    person = night.person()
    for day in (-120, -119, -60, -59, 0, 1, 60, 61):
        night.stay(person, day, nights=0)
        night.attendance(person, day)
    night.stay(person, 5, how="elective", nights=0)
    people = found(night)
    for what in (EMERGENCY, ATTENDANCE):
        assert [people.events[what, period].tolist() for period in (EARLIER, BEFORE, AFTER)] == [
            [2],
            [2],
            [2],
        ]


@pytest.mark.parametrize(
    ("day", "nights", "by_period"),
    [
        (-62, 4, (2, 2, 0)),
        (-2, 5, (0, 2, 3)),
        (58, 10, (0, 0, 2)),
        (58, None, (0, 0, 2)),
        (-200, None, (60, 60, 60)),
        (-200, 10, (0, 0, 0)),
        (10, 0, (0, 0, 0)),
    ],
)
def test_nights_in_a_bed_are_parted_between_the_periods(night, day, nights, by_period):
    night.stay(night.person(), day, nights=nights)
    people = found(night)
    assert tuple(people.events[BED_DAYS, period][0] for period in (EARLIER, BEFORE, AFTER)) == by_period


def test_the_time_ends_with_death_or_leaving_and_so_do_events(night):
    dies, leaves, stays = night.person(died=20), night.person(left=10), night.person()
    for person in (dies, leaves, stays):
        night.stay(person, 15, nights=30)
    people = found(night)
    assert (people.months * DAYS_OF_A_MONTH).round().tolist() == [20, 10, 60]
    assert people.died.tolist() == [True, False, False]
    assert people.events[EMERGENCY, AFTER].tolist() == [1, 0, 1]
    assert people.events[BED_DAYS, AFTER].tolist() == [5, 0, 30]


def test_the_first_decision_within_the_time_counts_else_one_still_in_force(night):
    people = [night.person() for _ in range(6)]
    night.decision(people[0], 3, "not-now")
    night.decision(people[0], 5, "mdt")
    night.decision(people[1], 61, "mdt")
    night.decision(people[2], -5, "known", look_again=30)
    night.decision(people[3], -50, "known", look_again=-10)
    night.decision(people[4], 2, "reopen")
    night.decision(people[4], 9, "known")
    night.decision(people[5], -5, "known", look_again=30)
    night.decision(people[5], -3, "reopen")
    answer = found(night)
    assert answer.decision.tolist() == ["not-now", "", "before", "", "known", ""]
    assert answer.decided_after[[0, 4]].tolist() == [3, 9]
    assert np.isnan(answer.decided_after[[1, 2, 3, 5]]).all()


def test_a_plan_or_a_journey_within_the_time_is_an_action(night):
    people = [night.person() for _ in range(5)]
    night.plan(people[0], 10)
    night.plan(people[1], 70)
    night.journey(people[2], 1)
    night.journey(people[3], -1)
    answer = found(night)
    assert answer.has_plan.tolist() == [True, False, False, False, False]
    assert answer.has_journey.tolist() == [False, False, True, False, False]
    assert answer.acted.tolist() == [True, False, True, False, False]


def test_whom_is_read_the_listed_that_are_asked_about_and_those_near_the_threshold(night):
    rules = definitions()
    cohort = rules.cohorts[0]
    night.person(at="P1", cohorts=cohort.bit, segment="generally-well")
    night.person(at="P2", segment="organ-failure")
    night.person(at="P3", listed=False)
    night.person(at="P4", listed=False, risk=140)
    night.person(at="P5", listed=False, risk=351)
    assert found(night).practice.tolist() == ["P1", "P2", "P4"]
    assert found(night).listed.tolist() == [True, True, False]
    assert found(night, who=f"cohort:{cohort.code}").listed.tolist() == [True, False]
    assert found(night, who="segment:organ-failure").practice.tolist() == ["P2", "P4"]


def test_the_list_of_a_night_is_read_as_it_was(night):
    """Somebody who joined later is not on it, and who left since is."""
    leaver = night.person()
    night.plan(leaver, 100)
    PersonScore.objects.filter(person=leaver, to_run=None).update(on_list=False)
    later = night.person()
    PersonScore.objects.filter(person=later).update(from_run=night.in_force)
    assert found(night).listed.tolist() == [True]


def test_everybody_before_counts_the_registered_by_their_number(night):
    one, _, _ = night.person(), night.person(listed=False), night.person(listed=False)
    for day in (-100, -90, -30):
        night.stay(one, day)
    night.run.refresh_from_db()
    stranger = Person.objects.create(birth_date=NIGHT, sex="male")
    night.stay(stranger, -100)
    assert everybody_before(Question(night.run, DAYS)) == {" 2": {0: (2, 0.0), 2: (1, 1.0)}}


def test_it_is_what_a_slow_twin_counts(night):
    random = Random(4)
    people = []
    for _ in range(40):
        person = night.person(
            died=random.choice([None, None, random.randint(1, 80)]),
            left=random.choice([None, None, random.randint(1, 80)]),
        )
        people.append(person)
        for _ in range(random.randint(0, 5)):
            night.stay(person, random.randint(-150, 80), nights=random.choice([None, 0, 1, 5, 40]),
                       how=random.choice(["emergency", "elective"]))  # fmt: skip
            night.attendance(person, random.randint(-150, 80))
        if random.random() < 0.5:
            night.decision(
                person, random.randint(-30, 80), random.choice(["mdt", "known", "reopen"]), look_again=20
            )
        if random.random() < 0.4:
            night.journey(person, random.randint(-10, 80))
    answer = found(night)
    assert answer.practice.size == 40
    rows = list(zip(answer.months.tolist(), answer.died.tolist(), answer.decision.tolist(), answer.has_journey.tolist(),
                    *(answer.events[key].tolist() for key in sorted(answer.events)), strict=True))  # fmt: skip
    assert sorted(rows) == sorted(twin(person) for person in people)


def twin(person: Person) -> tuple:
    """One person, day by day."""
    last = NIGHT + timedelta(days=DAYS)
    ended = person.registrations.get().ended_on
    out = min(day for day in (last, person.death_date, ended) if day)
    periods = {
        EARLIER: (NIGHT - timedelta(days=2 * DAYS), NIGHT - timedelta(days=DAYS)),
        BEFORE: (NIGHT - timedelta(days=DAYS), NIGHT),
        AFTER: (NIGHT, out),
    }
    events = {}
    for period, (after, until) in periods.items():
        stays = list(Stay.objects.filter(person=person))
        events[EMERGENCY, period] = sum(
            stay.admission_type == "emergency" and after < stay.admitted_on <= until for stay in stays
        )
        events[BED_DAYS, period] = sum(
            stay.admitted_on <= day and (stay.discharged_on is None or day < stay.discharged_on)
            for stay in stays
            for day in (after + timedelta(days=number) for number in range((until - after).days))
        )
        events[ATTENDANCE, period] = sum(
            after < one.arrived_on <= until for one in Attendance.objects.filter(person=person)
        )
    decisions = list(Decision.objects.filter(person=person).order_by("pk"))
    within = [one.kind for one in decisions if one.kind != "reopen" and NIGHT <= one.decided_on <= last]
    aside = [one for one in decisions if one.decided_on < NIGHT][-1:]
    decision = (
        within[0]
        if within
        else "before"
        if aside and aside[0].kind != "reopen" and aside[0].look_again_on > NIGHT
        else ""
    )
    journey = any(NIGHT < one.opened_at.date() <= last for one in JourneyState.objects.filter(person=person))
    died = person.death_date is not None and person.death_date <= out
    return (
        (out - NIGHT).days / DAYS_OF_A_MONTH,
        died,
        decision,
        journey,
        *(float(events[key]) for key in sorted(events)),
    )
