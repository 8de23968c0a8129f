"""Tomorrow's list respects what was decided today, unless something material changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from localcare.care.stratification.deciding import Choice, DecidedMeanwhile, decide
from localcare.care.stratification.filters import in_state
from localcare.care.stratification.models import Decision, ListEntry
from localcare.foundation.people.queries import PersonNotVisible
from tests.factories import reader_with_role
from tests.stratification.population import TODAY

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)
IN_A_MONTH = TODAY + timedelta(days=30)


@pytest.fixture
def gp(db):
    return reader_with_role("gp", practice="P1")


def to_review(day) -> set[int]:
    return set(ListEntry.objects.filter(in_state("review", day)).values_list("person_id", flat=True))


def put_aside(place, gp, name, kind="not-now"):
    choice = Choice(kind, reason="stable", look_again_on=IN_A_MONTH)
    return decide(choice=choice, seen={place.keys[name]: 0}, by=gp)[0]


def test_not_now_hides_until_the_day(place, run, gp):
    run(place)
    put_aside(place, gp, "Dorothy")
    place.contact("Dorothy", "community", ago=1)

    run(place, TOMORROW)

    assert place.keys["Dorothy"] not in to_review(TOMORROW)
    assert place.keys["Dorothy"] in to_review(IN_A_MONTH)
    entry = ListEntry.objects.get(pk=place.keys["Dorothy"])
    assert (entry.hidden_until, entry.came_back_because) == (IN_A_MONTH, "")


@pytest.mark.parametrize("kind", ["not-now", "known"])
def test_an_emergency_brings_the_person_back_and_says_why(place, run, gp, kind):
    run(place)
    put_aside(place, gp, "Dorothy", kind)
    place.stay("Dorothy", ago=2, nights=1)

    run(place, TOMORROW)

    assert place.keys["Dorothy"] in to_review(TOMORROW)
    because = ListEntry.objects.get(pk=place.keys["Dorothy"]).came_back_because.split(",")
    assert set(because) == {"tier", "emergency_admissions_12m", "cohorts"}


def test_taken_to_the_mdt_stays_taken(place, run, gp):
    run(place)
    put_aside(place, gp, "Dorothy", "mdt")
    place.stay("Dorothy", ago=2, nights=1)

    run(place, TOMORROW)

    assert place.keys["Dorothy"] not in to_review(TOMORROW)


def test_undo_is_a_later_decision(place, run, gp):
    run(place)
    first = put_aside(place, gp, "Dorothy")

    decide(choice=Choice("reopen"), seen={place.keys["Dorothy"]: first.pk}, by=gp)
    run(place, TOMORROW)

    assert place.keys["Dorothy"] in to_review(TOMORROW)
    assert list(Decision.objects.values_list("kind", flat=True).order_by("id")) == ["not-now", "reopen"]


def test_two_at_once_second_is_told(place, run, gp):
    run(place)
    first = put_aside(place, gp, "Dorothy")

    with pytest.raises(DecidedMeanwhile) as told:
        decide(choice=Choice("mdt"), seen={place.keys["Dorothy"]: 0}, by=gp)

    assert told.value.decisions == [first]


def test_nobody_decides_about_people_of_another_practice(place, run, gp):
    run(place)

    with pytest.raises(PersonNotVisible):
        decide(choice=Choice("mdt"), seen={place.keys["Ada"]: 0}, by=gp)

    assert not Decision.objects.exists()
