"""What the papers ask the planning desk: winter, the thousand, roll-out by cluster, extended access, doing nothing."""

from __future__ import annotations

from datetime import date

import pytest

from localcare.analysis.simulation.scenario.files import shipped_pathways
from localcare.system.planning.answers import answer_of
from localcare.system.planning.areas import by_area, people_by_quarter, without_changes
from localcare.system.planning.questions import ready_base, ready_scenarios


def states(code, moves=None):
    """What closed forms say of each service: share of the days on which more is asked than there is."""
    base = ready_base(code)
    return {row[0]: row for row in answer_of(base, moves or {}).rows}


def lever(code, name):
    return next(one for one in ready_base(code).levers if one.name == name)


@pytest.mark.trace("T181", "T217")
def test_the_winter_plan_is_held_against_the_same_winter_without_it():
    base = ready_base("winter-plan")

    assert base.compared is not None and base.compared.ready == "winter-without-plan"
    with_plan = lever("winter-plan", "places.health-and-social-care-beds.1")
    assert "1 Dec 2017 to 31 Mar 2018" in with_plan.title
    assert with_plan.now - lever("winter-plan", "places.health-and-social-care-beds.0").now == 80
    words = " ".join(answer_of(base, {}).words)
    assert "Health and social care beds" in words and "Without it: on 121 days of 121" in words
    assert 80 * 121 == 9_680 and "9,680 bed-days" in " ".join(base.scenario.assumptions)


@pytest.mark.trace("T018")
def test_the_thousand_are_a_question_with_and_without_more_services():
    base = ready_base("beds-not-needed-more-services")

    assert base.compared is not None and base.compared.ready == "beds-not-needed"
    assert any(one.group == "places" for one in base.levers)


@pytest.mark.trace("T218", "T219", "T220")
def test_the_roll_out_has_its_dates_and_its_impact_cluster_by_cluster():
    base = ready_base("case-management-roll-out")
    tables = {table.title.split(":")[0]: table for table in by_area(base.scenario, shipped_pathways())}
    admissions = people_by_quarter(base.scenario, "frailty-admission")
    without = people_by_quarter(without_changes(base.scenario, "frailty-admission"), "frailty-admission")

    assert len(tables) == 2
    last = list(admissions)[-2]  # a whole quarter, long after January 2018
    for area in ("ashford-rural", "ashford-north", "ashford-urban"):
        assert admissions[last][area] == pytest.approx(without[last][area] * (1 - 0.128))
    first = next(iter(admissions))
    assert admissions[first]["ashford-north"] == without[first]["ashford-north"]  # not yet
    assert admissions[first]["ashford-rural"] < without[first]["ashford-rural"]  # in place


@pytest.mark.trace("T219", "T220")
def test_a_later_roll_out_saves_less():
    base = ready_base("case-management-roll-out")
    late = {
        one.name: date(2018, 9, 1) if one.name.startswith("from") else date(2018, 12, 1)
        for one in base.levers
        if one.kind == "day" and "North" in one.title and not one.name.startswith("opens")
    }
    assert late
    _, later = base.moved(late)

    planned = people_by_quarter(base.scenario, "frailty-admission")
    moved = people_by_quarter(later, "frailty-admission")
    assert sum(q["ashford-north"] for q in moved.values()) > sum(q["ashford-north"] for q in planned.values())
    assert [q["ashford-urban"] for q in moved.values()] == [q["ashford-urban"] for q in planned.values()]


@pytest.mark.trace("T179")
def test_extended_access_grows_from_a_quarter_to_the_whole():
    weekend = [
        one.now
        for one in ready_base("extended-access").levers
        if one.name.startswith("places.practices.") and "weekend" in one.title
    ]
    assert weekend[0] / weekend[-1] == 0.25
    assert weekend == sorted(weekend)


@pytest.mark.trace("T013", "T014", "T231")
@pytest.mark.django_db
def test_the_do_nothing_case_shows_both_readings_and_both_figures(client):
    page = client.get("/planning/do-nothing/").content.decode()

    for words in (
        "414,000",
        "14.6%",
        "58.6%",
        "14.4%",
        "57.5%",
        "£110.0m",
        "£486.0m",
        "£94.0m",
        "Acting together",
    ):
        assert words in page
    assert "Synthetic stand-in" in page and "Stated in the paper" in page
    for chart in ("deficit", "bed-days"):
        answer = client.get(f"/planning/do-nothing/{chart}/chart/")
        assert answer["Content-Type"] == "image/svg+xml"
    assert client.get("/planning/do-nothing/deficit/chart/?format=png")["Content-Type"] == "image/png"
    assert client.get("/planning/do-nothing/nothing/chart/").status_code == 404


@pytest.mark.django_db
def test_five_steps_in_place_of_four_and_an_own_base(client):
    page = client.get("/planning/do-nothing/", {"from_year": "2015", "base": "1,500,000"}).content.decode()

    assert "£75.2m more every year" in page
    assert "Moved by you" in page
    wrong = client.get("/planning/do-nothing/", {"over_65_low": "30", "over_65_high": "20"})
    assert wrong.status_code == 422
    assert "must not be less than at least" in wrong.content.decode()


def test_questions_of_the_papers_come_first():
    from_papers = {one.code for one in ready_scenarios() if one.is_from_papers}
    assert {"winter-plan", "beds-not-needed", "case-management-roll-out", "extended-access"} <= from_papers
    assert "single-queue" not in from_papers
