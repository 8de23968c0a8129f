"""What became of people: each rule by an example, and all of it against a slow twin on people made at random."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.evaluation.counting import (
    ACTED,
    EVENTS,
    LISTED,
    NOTHING,
    QUIET,
    counted,
)
from localcare.care.stratification.evaluation.questions import Question
from localcare.care.stratification.evaluation.reading import (
    AFTER,
    ATTENDANCE,
    BED_DAYS,
    BEFORE,
    COUNTED,
    DAYS_OF_A_MONTH,
    DEATHS,
    EARLIER,
    EMERGENCY,
    PERIODS,
    TABLE,
    column,
    everybody_before,
    followed,
    listed_before,
    near_threshold,
)
from localcare.care.stratification.models import Decision, PersonScore
from localcare.foundation.pathways.models import JourneyState
from localcare.foundation.people.models import Person
from localcare.foundation.record.models import Attendance, Stay
from tests.stratification.evaluation.nights import NIGHT

DAYS = 60


def asked(night, **question) -> Any:
    return followed(Question(night.run, **({"days": DAYS} | question)), definitions())


def rows_of(cursor) -> SimpleNamespace:
    """The table of whom is followed, column by column, in the order of people."""
    cursor.execute(f"SELECT * FROM {TABLE} ORDER BY person_id")
    names = [one.name for one in cursor.description]
    columns = {
        name: np.array(values)
        for name, values in zip(names, zip(*cursor.fetchall(), strict=True), strict=True)
    }
    events = {(what, period): columns[column(what, period)] for what in COUNTED for period in PERIODS}
    return SimpleNamespace(
        **columns,
        events={key: values.astype(float) for key, values in events.items()},
        months=columns["days_seen"] / DAYS_OF_A_MONTH,
        acted=columns["has_plan"] | columns["has_journey"],
    )


def found(night, **question) -> SimpleNamespace:
    with asked(night, **question) as cursor:
        return rows_of(cursor)


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
    assert answer.decision.tolist() == ["not-now", "none", "before", "none", "known", "none"]
    assert answer.decided_after.tolist() == [3, None, None, None, 9, None]


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
    assert found(night).practice_code.tolist() == ["P1", "P2", "P4"]
    assert found(night).listed.tolist() == [True, True, False]
    assert found(night, who=f"cohort:{cohort.code}").listed.tolist() == [True, False, False]
    assert found(night, who="segment:organ-failure").listed.tolist() == [False, True, False]
    assert found(night, who="segment:organ-failure").on_list.tolist() == [True, True, False]


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
    with asked(night) as cursor:
        assert everybody_before(cursor, Question(night.run, DAYS)) == {" 2": {0: (2, 0.0), 2: (1, 1.0)}}


def a_crowd(night, people: int = 40) -> list[Person]:
    """People with all that can happen to them, at random."""
    random = Random(4)
    crowd = []
    for _ in range(people):
        person = night.person(
            at=random.choice(["P1", "P2"]),
            listed=random.random() < 0.7,
            risk=random.randint(150, 250),
            died=random.choice([None, None, random.randint(1, 80)]),
            left=random.choice([None, None, random.randint(1, 80)]),
        )
        crowd.append(person)
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
        if random.random() < 0.2:
            night.plan(person, random.randint(-10, 80))
    return crowd


def test_it_is_what_a_slow_twin_counts(night):
    people = a_crowd(night)
    answer = found(night)
    rows = list(zip(answer.months.tolist(), answer.died.tolist(), answer.decision.tolist(), answer.has_journey.tolist(),
                    *(answer.events[key].tolist() for key in sorted(answer.events)), strict=True))  # fmt: skip
    assert sorted(rows) == sorted(twin(person) for person in people)


def test_what_the_database_counts_is_what_its_rows_add_up_to(night):
    """By practice and group, by kind, and near the threshold: each against a sum over people one by one."""
    a_crowd(night)
    question = Question(night.run, DAYS)
    with asked(night) as cursor:
        rows, counts, listed = rows_of(cursor), counted(cursor), listed_before(cursor, question)
        near = {what: near_threshold(cursor, what) for what in (*COUNTED, DEATHS)}
    events = rows.events | {(DEATHS, AFTER): rows.died.astype(float)}
    for practice in ("P1", "P2"):
        mine = (rows.practice_code == practice) & rows.listed
        total = counts.total([practice])
        assert total[LISTED] == mine.sum() > 5
        assert counts.months_of([practice]) == pytest.approx(rows.months[mine].sum())
        assert counts.months_of([practice], ACTED) == pytest.approx(rows.months[mine & rows.acted].sum())
        assert total["followed", NOTHING] == total["group", QUIET] == (mine & ~rows.acted).sum()
        assert total["followed", "plan"] == (mine & rows.has_plan).sum()
        for kind in ("mdt", "known", "before", "none"):
            assert total["decision", kind] == (mine & (rows.decision == kind)).sum()
        waits = [days for days in rows.decided_after[mine] if days is not None]
        assert counts.median_wait([practice]) == np.median(waits)
        for event in EVENTS:
            assert total["events", *event] == events[event][mine].sum()
            assert total["events", *event, ACTED] == events[event][mine & rows.acted].sum()
    whole = rows.listed & (rows.days_seen >= DAYS)
    assert sum(people for people, _ in listed[" 2"].values()) == whole.sum() < rows.listed.sum()
    assert sum(after for _, after in listed[" 2"].values()) == events[EMERGENCY, AFTER][whole].sum()
    for what, people in near.items():
        assert people.people.sum() == len(rows.person_id)
        for given, column_of in (
            (people.events, events[what, AFTER]),
            (people.time, rows.months),
            (people.scores, rows.per_mille),
            (people.acted, rows.acted),
        ):
            assert given @ people.people == pytest.approx(column_of.sum())


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
        else "none"
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
