"""Who is asked about, and what counts as the event, on people written by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.risk.definitions import outcome, outcomes
from localcare.analysis.risk.frame import EVENT, NO_EVENT, UNKNOWN, Frame, read_frame
from localcare.analysis.risk.material import usable
from localcare.analysis.risk.splitting import dates_of, held_out_practices
from tests.risk.hand_made import person, registration, stay, write

INDEX = date(2025, 9, 30)
END = date(2026, 9, 30)
DAY = timedelta(days=1)


def read(folder: Path, name: str, last: date) -> Frame:
    with LinkedDataset.open(folder) as dataset:
        return read_frame(dataset, outcome(name), last=last, follow=True)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Frame:
    """One person for each rule."""
    middle = date(2026, 3, 1)
    persons = [person(key) for key in range(1, 14)]
    persons[6]["death_date"] = middle
    persons[7]["death_date"] = middle
    persons[10]["birth_date"] = date(2010, 1, 1)
    persons[11]["national_data_opt_out"] = True
    registrations = [registration(key) for key in range(1, 14)]
    registrations[6]["ended_on"] = middle + DAY
    registrations[7]["ended_on"] = middle + DAY
    registrations[8]["ended_on"] = middle
    registrations[9]["ended_on"] = middle
    registrations[12]["ended_on"] = middle
    moved_within = registration(13, started=middle) | {"registration_id": 99, "practice_code": "S1002"}
    stays = [
        stay(1, 1, INDEX + DAY, INDEX + 2 * DAY),
        stay(2, 2, END, None),
        stay(3, 3, END + DAY, None),
        stay(4, 4, INDEX, INDEX + 40 * DAY),  # open on the index day
        stay(5, 5, middle, middle + DAY, kind="elective"),
        stay(8, 8, middle - 10 * DAY, middle),
        stay(9, 9, middle - DAY, middle),
        stay(10, 10, middle + 30 * DAY, None),
        stay(12, 12, middle, middle + DAY),
        stay(13, 13, middle + 60 * DAY, None),
    ]
    folder = write(
        tmp_path_factory.mktemp("year"),
        persons=persons,
        registrations=[*registrations, moved_within],
        stays=stays,
    )
    return read(folder, "emergency-admission-12m", INDEX)


@pytest.mark.parametrize(
    ("who", "expected", "why"),
    [
        (1, EVENT, "the day after the index day"),
        (2, EVENT, "the last day of the twelve months"),
        (3, NO_EVENT, "a day too late"),
        (4, NO_EVENT, "the stay was open on the index day"),
        (5, NO_EVENT, "a planned stay"),
        (6, NO_EVENT, "nothing happened"),
        (7, NO_EVENT, "died without a stay"),
        (8, EVENT, "admitted and died"),
        (9, EVENT, "admitted before leaving the practice"),
        (10, UNKNOWN, "left the practice first"),
        (12, EVENT, "opted out, but the event is still an event"),
        (13, EVENT, "moved to another practice of the dataset, and was admitted later"),
    ],
)
def test_the_event_of_twelve_months(year: Frame, who: int, expected: int, why: str):
    assert dict(zip(year.people.tolist(), year.event.tolist(), strict=True))[who] == expected, why


def test_children_are_not_asked_about_and_the_opted_out_do_not_teach(year: Frame):
    assert 11 not in year.people
    assert year.counts["too young"] == 1
    taught = year.people[usable(outcome("emergency-admission-12m"), year)].tolist()
    assert 12 not in taught
    assert 10 not in taught
    assert 13 in taught


def test_who_died_first_is_counted(year: Frame):
    assert year.people[year.columns["died_first"] == 1].tolist() == [7]


@pytest.fixture(scope="module")
def discharges(tmp_path_factory: pytest.TempPathFactory) -> Frame:
    left = date(2026, 5, 10)
    nights = timedelta(days=3)
    persons = [person(key) for key in range(1, 8)]
    persons[3]["death_date"] = left
    stays = [
        stay(10, 1, left - nights, left),
        stay(11, 1, left + 30 * DAY, left + 33 * DAY),  # back on the last day, and an index itself
        stay(20, 2, left - nights, left),
        stay(21, 2, left + 31 * DAY, None),  # a day too late
        stay(30, 3, left - nights, left),
        stay(31, 3, left, left + nights),  # a transfer: the person is in another bed
        stay(40, 4, left - nights, left),  # died in hospital
        stay(50, 5, left, left),  # no night
        stay(60, 6, left - nights, left, kind="elective"),
        stay(61, 6, left + 5 * DAY, None),
        stay(70, 7, left - nights, left),
        stay(71, 7, left + 5 * DAY, left + 6 * DAY, kind="elective"),
    ]
    registrations = [registration(key) for key in range(1, 8)]
    folder = write(
        tmp_path_factory.mktemp("discharges"), persons=persons, registrations=registrations, stays=stays
    )
    return read(folder, "readmission-30d", date(2026, 8, 31))


def test_discharges_and_readmissions(discharges: Frame):
    found = dict(zip(discharges.keys.tolist(), discharges.event.tolist(), strict=True))
    assert found == {
        10: EVENT, 11: NO_EVENT, 20: NO_EVENT, 31: NO_EVENT, 60: EVENT, 70: NO_EVENT, 71: NO_EVENT
    }  # fmt: skip
    assert dict(zip(discharges.keys.tolist(), discharges.people.tolist(), strict=True))[11] == 1
    assert discharges.counts["still in a bed"] == 1


def test_each_discharge_sees_only_what_was_before_it(discharges: Frame):
    """The stay it ends counts, the return does not."""
    counted = discharges.columns["emergency_admissions_12m"].tolist()
    assert dict(zip(discharges.keys.tolist(), counted, strict=True)) == {
        10: 1, 11: 2, 20: 1, 31: 2, 60: 0, 70: 1, 71: 1
    }  # fmt: skip


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_training_never_sees_the_days_of_the_test(as_of: date):
    for each in outcomes():
        dates = dates_of(each, as_of)
        assert dates.training_follow_up_to <= dates.test_first <= dates.test_index
        assert dates.test_follow_up_to <= as_of
        assert as_of - dates.test_follow_up_to < timedelta(days=4)  # no more than the end of a short month


def test_practices_are_held_out_whole_by_seed_and_never_all():
    practices = [f"S{number % 10}" for number in range(1000)]
    chosen = held_out_practices(practices, seed=1, share_of_people=0.2, least_practices=3)
    assert chosen == held_out_practices(reversed(practices), seed=1, share_of_people=0.2, least_practices=3)
    assert len(chosen) == 2
    assert any(
        held_out_practices(practices, seed=seed, share_of_people=0.2, least_practices=3) != chosen
        for seed in range(2, 6)
    )
    assert held_out_practices(["S1", "S2"] * 50, seed=1, share_of_people=0.2, least_practices=3) == ()
    assert len(held_out_practices(["S1", "S2", "S3"], seed=1, share_of_people=0.5, least_practices=3)) == 2
