from __future__ import annotations

from datetime import timedelta

import pytest

from localcare.care.stratification import actions
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.models import ListEntry, ListEvent, PersonScore, Run, RunCount
from localcare.kernel.access.models import User
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.nhs_design.formatting import format_date
from tests.stratification.population import TODAY

TOMORROW = TODAY + timedelta(days=1)


def in_force(place, name):
    return PersonScore.objects.get(person_id=place.keys[name], to_run=None)


def listed(place) -> set[str]:
    names = {key: name for name, key in place.keys.items()}
    return {names[key] for key in ListEntry.objects.values_list("person_id", flat=True)}


@pytest.mark.trace("T052", "T074", "T075", "T077")
def test_the_list_holds_who_meets_a_cohort_in_order_of_points(place, run):
    result = run(place)

    assert (result.status, result.people, result.listed) == ("published", 5, 3)
    assert listed(place) == {"Vera", "Dorothy", "Ada"}
    vera, dorothy = (ListEntry.objects.get(person_id=place.keys[name]) for name in ("Vera", "Dorothy"))
    assert (vera.rank, dorothy.rank) == (1, 2)
    assert vera.priority > dorothy.priority
    codes = {cohort.code for cohort in definitions().cohorts_in(vera.cohorts)}
    assert {"moderate-or-severe-frailty", "care-plan-criteria", "recently-discharged", "dementia"} <= codes
    assert vera.efi_category == "severe"


def test_everyone_on_the_register_has_scores(place, run):
    run(place)

    sam = in_force(place, "Sam")
    assert (sam.hfrs_tenths, sam.efi_deficits, sam.segment, sam.tier, sam.on_list) == (
        0,
        0,
        "generally-well",
        1,
        False,
    )
    assert in_force(place, "Vera").hfrs_tenths > 50
    assert in_force(place, "Vera").last_general_practice_on == TODAY - timedelta(days=40)


def test_a_second_run_of_the_same_data_changes_nothing(place, run):
    first = run(place)
    scores = list(PersonScore.objects.values_list("pk", "from_run", "to_run"))

    again = run(place)

    assert again == first
    assert list(PersonScore.objects.values_list("pk", "from_run", "to_run")) == scores
    assert list(Run.objects.order_by("id").values_list("status", flat=True)) == ["published", "unchanged"]


def test_rows_are_kept_only_for_those_who_changed(place, run):
    run(place)
    place.stay("Dorothy", ago=3, nights=2, codes=("J18.9",))

    second = run(place, TOMORROW)

    assert set(PersonScore.objects.filter(from_run=second).values_list("person_id", flat=True)) == {
        place.keys["Dorothy"]
    }
    history = PersonScore.objects.filter(person_id=place.keys["Dorothy"]).order_by("from_run")
    assert [row.emergency_admissions_12m for row in history] == [1, 2]
    changes = ListEntry.objects.get(person_id=place.keys["Dorothy"]).changes
    assert changes["emergency_admissions_12m"] == [1, 2]
    assert changes["tier"] == [1, 2]


def test_who_joined_left_and_changed_tier_is_kept(place, run):
    run(place)
    place.remove("Ada")
    place.stay("Tom", ago=5, nights=3)
    place.stay("Dorothy", ago=3, nights=2)

    second = run(place, TOMORROW)

    events = {
        (event.person_id, event.kind): (event.before, event.after)
        for event in ListEvent.objects.filter(run=second)
    }
    assert events == {
        (place.keys["Ada"], "left"): ("2", ""),
        (place.keys["Tom"], "joined"): ("", "2"),
        (place.keys["Dorothy"], "tier"): ("1", "2"),
    }
    assert (second.joined, second.left) == (1, 1)
    assert not PersonScore.objects.filter(person_id=place.keys["Ada"], to_run=None).exists()
    assert list(ListEntry.objects.filter(is_new=True).values_list("person_id", flat=True)) == [
        place.keys["Tom"]
    ]


def test_counts_are_kept_per_practice(place, run):
    result = run(place)

    counts = {
        (count.practice_code, count.dimension, count.value): count.people
        for count in RunCount.objects.filter(run=result)
    }
    assert counts["P1", "people", "all"] == 3
    assert counts["P1", "list", "listed"] == 2
    assert counts["P2", "cohort", "high-intensity-use"] == 1
    assert counts["P1", "frailty", "severe"] == 1


def test_merged_people_are_left_out(place, run):
    from localcare.foundation.people.models import Person

    Person.objects.filter(pk=place.keys["Dorothy"]).update(merged_into=place.keys["Vera"])

    run(place)

    assert listed(place) == {"Vera", "Ada"}


def test_a_failing_export_leaves_the_list_and_says_why(place, run, tmp_path):
    run(place)
    before = list(ListEntry.objects.values())

    def broken(out):
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        actions.run_stratification(as_of=TOMORROW, by=actions_reader(), export=broken, today=TOMORROW)

    assert list(ListEntry.objects.values()) == before
    failed = Run.objects.latest("id")
    assert (failed.status, failed.message) == ("failed", "OSError: the disk is full")


def test_an_older_day_is_refused(place, run):
    run(place)

    with pytest.raises(actions.OlderThanTheList, match=format_date(TODAY)):
        run(place, TODAY - timedelta(days=1))


def test_only_those_who_hold_the_permission_may_run_it(place):
    with pytest.raises(NotAllowed):
        actions.run_stratification(as_of=TODAY, by=User.objects.create(username="nobody"), export=place.write)


def actions_reader():
    from localcare.kernel.access.readers import system_reader

    return system_reader("tests")


def test_a_list_of_a_day_to_come_is_refused_whoever_asks(place):
    with pytest.raises(actions.DayToCome, match="is after today"):
        actions.run_stratification(as_of=TOMORROW, by=actions_reader(), export=place.write)

    assert not Run.objects.exists()
