"""The page as people meet it: too early, described, at the threshold, in parts, as a file, and with small numbers hidden."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse
from typer.testing import CliRunner

from localcare.care.stratification.evaluation.questions import first_answer, nights, suggested
from localcare.config.command_line.application import application
from localcare.kernel.nhs_design.formatting import format_date
from tests.factories import user_with_role
from tests.stratification.evaluation.nights import NIGHT, TODAY, Night, asked, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def gp(client):
    client.force_login(user_with_role("gp", practice="P1"))
    return client


@pytest.fixture
def commissioner(client):
    client.force_login(user_with_role("commissioner"))
    return client


def page(client, **question) -> str:
    """What the page says once the question has been worked out."""
    asked(client, **question)
    response = client.get(reverse("list-evaluation"), question)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def lines(client, **question) -> dict[tuple[str, str], str]:
    """The file's values by row and figure."""
    asked(client, **question)
    response = client.get(reverse("list-evaluation-csv"), question)
    assert response.status_code == 200
    rows = list(csv.reader(io.StringIO(response.content.decode())))
    assert rows[0] == ["table", "row", "figure", "value"]
    return {(row, figure): value for _, row, figure, value in rows[1:]}


def test_before_the_first_list_it_says_so(gp):
    assert "There is no list yet" in page(gp)


def test_too_early_it_says_from_which_day(gp):
    published(TODAY - timedelta(days=12))
    said = page(gp)
    assert "Not enough time has passed" in said
    assert f"Come back on {format_date(TODAY + timedelta(days=18))}" in said
    assert gp.get(reverse("list-evaluation-csv")).status_code == 404
    assert first_answer(nights()) == TODAY + timedelta(days=18)


def test_it_opens_with_the_longest_time_that_has_passed(night):
    published(TODAY - timedelta(days=100))
    run, days = suggested(nights(), TODAY)
    assert (run, days) == (night.run, 182)
    assert suggested([], TODAY) is None


def told(night: Night) -> None:
    """Twelve of P1: five taken to the MDT of whom two got a plan, one not now, six undecided; four admissions before."""
    people = [night.person() for _ in range(12)]
    for number, person in enumerate(people[:5]):
        night.decision(person, number)
    night.decision(people[5], 40, "not-now")
    for person in people[:2]:
        night.plan(person, 30)
    night.journey(people[2], 20)
    for person in people[:4]:
        night.stay(person, -10)
    night.stay(people[0], 10)
    night.person(at="P2")


@pytest.mark.trace("T221")
def test_what_was_decided_and_what_followed(night, gp):
    told(night)
    found = lines(gp, night=night.run.pk, days=90)
    mine = {figure: value for (row, figure), value in found.items() if row == "Everything in my scope"}
    assert mine["On the list"] == "12"
    assert (mine["Taken to the MDT"], mine["Not now"], mine["No decision"]) == ("5", "1", "6")
    assert mine["Days to a decision, median"] == "2.5"
    assert (mine["Care plan"], mine["Journey, no plan"], mine["Nothing recorded"]) == ("2", "1", "9")
    months = 12 * 90 / 30.4375
    assert float(mine["Emergency admissions, before"]) == pytest.approx(4 / months * 1000, abs=0.05)
    assert float(mine["Emergency admissions, after"]) == pytest.approx(1 / months * 1000, abs=0.05)
    said = page(gp, night=night.run.pk, days=90)
    assert "A care plan or a journey followed for 3 of 12 people on the list" in said
    assert "Cannot be said for this night; 3 says why" in said
    assert "PRISMATIC, 230,099 people" in said
    assert "Before and after alone says nothing" in said
    assert "regression to the mean" in said
    assert "Description only. Who is acted on is chosen for being ill" in said
    assert reverse("insight-compare") in said


def test_what_falls_by_itself_is_worked_out_beside_it(night, gp):
    """Whoever had an admission in the first period has none in the next and the other way round: half each, as expected."""
    for number in range(60):
        person = night.person(listed=number < 30)
        night.stay(person, -100 if number % 2 else -10)
    said = page(gp, night=night.run.pk, days=60)
    assert (
        "People on this list, in all practices together, had 50 emergency admissions for each 100 people in the 60 days before it"
        in said
    )
    assert "100.0% fewer" in said
    assert (
        "50 emergency admissions for each 100 people would have been expected with no list at all: no change"
        in said
    )


def test_without_a_risk_on_that_night_it_says_from_which_day_the_threshold_can_be_asked(night, gp):
    night.person()
    assert "On that night nobody had a risk" in page(gp, night=night.run.pk, days=60)


def test_just_above_against_just_below(night, gp):
    """People with risks around 20 in 100; a journey begins for those above, and they are admitted three times as often."""
    random = np.random.default_rng(3)
    for number in range(240):
        risk = 110 + number * 180 // 240
        person = night.person(risk=risk, listed=risk >= 200)
        if random.random() < 0.3:
            night.stay(person, -20)
        for _ in range(random.poisson(0.4 if risk < 200 else 1.2)):
            night.stay(person, int(random.integers(1, 60)), nights=1)
        if risk >= 200:
            night.journey(person, 5)
    said = page(gp, night=night.run.pk, days=60, threshold=200)
    assert "Just above the threshold there were" in said
    assert said.index("<h3>Emergency admissions</h3>") < said.index("<h3>Deaths</h3>")
    assert (
        "more emergency admissions per 1,000 person-months" in said
        and "than expected from the people just below" in said
    )
    found = lines(gp, night=night.run.pk, days=60, threshold=200)
    assert found["Emergency admissions", "People near enough"] == "120 above and 120 below"
    assert found["Emergency admissions", "Acted on more often just above"].startswith("100 percentage points")
    assert found["Emergency admissions", "Bandwidth"].startswith("10 in 100 to either side")
    assert "Only 0 people" in page(gp, night=night.run.pk, days=60, threshold=500)


def test_who_sees_no_people_sees_no_small_number(night, commissioner):
    for at, people in (("P1", 30), ("P2", 40), ("P3", 50)):
        listed = [night.person(at=at) for _ in range(people)]
        night.decision(listed[0], 5)
        for person in listed[:20]:
            night.stay(person, 9)
    found = lines(commissioner, night=night.run.pk, days=60)
    assert found["Everything in my scope", "On the list"] == "120"
    assert found["Everything in my scope", "Taken to the MDT"] == "hidden"
    assert found["Everything in my scope", "Days to a decision, median"] == "hidden"
    assert found["Everything in my scope", "Emergency admissions, after"] != "hidden"
    said = page(commissioner, night=night.run.pk, days=60)
    assert "Numbers below 5, and some others" in said
    assert "followed for 0 of 120 people on the list" in said


def test_a_cohort_is_hidden_where_taking_it_from_the_whole_list_would_tell(night, commissioner):
    for number in range(40):
        night.person(segment="organ-failure" if number else "disability")
    whole = lines(commissioner, night=night.run.pk, days=60)
    part = lines(commissioner, night=night.run.pk, days=60, who="segment:organ-failure")
    assert whole["Everything in my scope", "On the list"] == "40"
    assert part["Everything in my scope", "On the list"] == "hidden"


def test_a_reader_sees_the_places_of_the_scope(night, gp):
    told(night)
    assert "P2" not in " ".join(row for row, _ in lines(gp, night=night.run.pk, days=90))


def test_whoever_neither_reads_the_list_nor_works_with_numbers_is_refused(client):
    client.force_login(user_with_role("administrator"))
    assert client.get(reverse("list-evaluation")).status_code == 403
    assert client.get(reverse("list-evaluation-csv")).status_code == 403


def test_a_cohort_of_other_definitions_is_not_asked(night, gp):
    night.person()
    type(night.run).objects.filter(pk=night.run.pk).update(definitions_version="earlier")
    assert "defined anew since that night" in page(
        gp, night=night.run.pk, days=60, who="cohort:care-plan-criteria"
    )


@pytest.mark.parametrize("name", ["list", "list-overview", "list-runs"])
def test_each_page_of_the_list_links_to_its_evaluation(night, client, name):
    client.force_login(user_with_role("analyst" if name == "list-runs" else "gp", practice="P1"))
    assert reverse("list-evaluation") in client.get(reverse(name)).content.decode()


class TestFromTheShell:
    """`localcare evaluate` gives what the page gives."""

    def test_the_file_holds_what_the_page_shows(self, night, gp, tmp_path):
        told(night)
        out = tmp_path / "evaluation.csv"
        done = CliRunner().invoke(
            application,
            ["evaluate", "--night", str(NIGHT), "--days", "90", "--show-small-numbers", "--out", str(out)],
        )
        assert done.exit_code == 0, done.output
        rows = list(csv.reader(out.open(encoding="utf-8")))
        found = {(row, figure): value for _, row, figure, value in rows}
        assert found["Everything in my scope", "Taken to the MDT"] == "5"
        assert found["Everything in my scope", "On the list"] == "13"  # of both practices

    def test_small_numbers_are_hidden_unless_asked_for(self, night):
        told(night)
        done = CliRunner().invoke(application, ["evaluate", "--night", str(NIGHT), "--days", "90"])
        assert done.exit_code == 0, done.output
        assert "Care plan: hidden" in done.output
        assert "Before and after alone says nothing" in done.output
        assert "On that night nobody had a risk" in done.output

    def test_what_cannot_be_asked_says_what_can(self, night):
        night.person()
        for wanted, code, said in (
            (["--night", "2020-01-01"], 1, "No list was published as of 2020-01-01"),
            (["--days", "31"], 1, "--days"),
            (["--night", str(NIGHT), "--days", "365"], 3, "Not enough time has passed"),
        ):
            done = CliRunner().invoke(application, ["evaluate", *wanted])
            assert done.exit_code == code, done.output
            assert said in done.output


def test_a_commissioner_finds_it_on_the_home_page(night, commissioner):
    assert reverse("list-evaluation") in commissioner.get(reverse("home")).content.decode()
