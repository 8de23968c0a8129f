"""Asking: the form of a ready scenario, the answer while it is moved, the question the other way round."""

from __future__ import annotations

import pytest

from localcare.analysis.simulation.closed_forms.erlang import share_within
from localcare.analysis.simulation.closed_forms.inverse import servers_for
from localcare.analysis.simulation.scenario.files import scenario_files
from localcare.system.planning.answers import answer_of
from localcare.system.planning.questions import ready_base
from localcare.system.planning.solving import Aim, solve
from tests.factories import user_with_role

QUEUE = "/planning/ready/single-queue/"


@pytest.mark.parametrize("code", scenario_files())
def test_every_ready_scenario_has_its_page(client, code):
    answer = client.get(f"/planning/ready/{code}/")

    assert answer.status_code == 200
    assert "The answer" in answer.content.decode()


def test_the_answer_stands_beside_what_it_was(client):
    page = client.get(QUEUE, {"places.nurses.0": "6"}).content.decode()

    assert "6 nurses</strong> in place of 5 nurses" in page
    assert "Before: 13 in 100 have to wait" in page


def test_an_address_says_only_what_was_moved(client):
    whole = {"places.nurses.0": "6", "people.clinic": "360"}
    answer = client.get(QUEUE, whole)

    assert (answer.status_code, answer.url) == (302, f"{QUEUE}?places.nurses.0=6")
    assert client.get(answer.url).status_code == 200


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"places.nurses.0": "many"}, "must be a number, such as 5"),
        ({"places.nurses.0": "5.5"}, "must be a whole number"),
        ({"places.nurses.0": "-1"}, "must be 0 or more"),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field(client, sent, said):
    answer = client.get(QUEUE, sent)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert said in client.get(f"{QUEUE}answer/", sent).content.decode()


def test_a_comma_in_a_number_is_read_as_it_is_meant(client):
    page = client.get(f"{QUEUE}answer/", {"people.clinic": "1,440"}).content.decode()
    assert "in place of 360" in page


@pytest.mark.parametrize("code", scenario_files())
def test_closed_forms_answer_while_a_number_is_moved(client, code):
    lever = next(one for one in ready_base(code).levers if one.kind == "number")
    moved = client.get(f"/planning/ready/{code}/answer/", {lever.name: str(float(lever.now) + 1)})
    assert moved.status_code == 200
    assert "in place of" in moved.content.decode()


@pytest.mark.parametrize(("share", "minutes"), [(0.95, 2), (0.8, 0), (0.999, 10)])
def test_the_places_found_are_those_of_erlangs_formula(share, minutes):
    base = ready_base("single-queue")
    found = solve(base, {}, kind="places", service="nurses", aim=Aim(share, minutes / 60))

    expected = servers_for(2.5, 10, share=share, within=minutes)  # 2.5 Erlang, 10 minutes each
    assert f"{expected} nurses" in found.words
    assert share_within(expected - 1, 2.5, 10, minutes) < share <= share_within(expected, 2.5, 10, minutes)


def test_the_stay_found_is_the_longest_that_reaches_the_aim():
    base = ready_base("single-queue")
    aim = Aim(0.99, 1 / 60)
    found = solve(base, {}, kind="stay", service="nurses", aim=aim)

    ((_, now, most),) = found.rows
    minutes = float(most.split()[0])
    assert now.startswith("10 ")
    rate = 0.25
    assert share_within(5, rate * minutes, minutes, 1) >= 0.99
    assert share_within(5, rate * (minutes + 0.1), minutes + 0.1, 1) < 0.99
    assert "stay.clinic" in found.query


def test_a_solved_number_put_into_the_scenario_reaches_the_aim(client):
    page = client.get(
        f"{QUEUE}solve/",
        {"ask": "places", "service": "nurses", "share": "99", "within": "1", "unit": "minutes"},
    )
    assert page.status_code == 200
    solution = page.context["solution"] if page.context else None
    assert solution is None or solution.query
    assert "Put this number into the scenario" in page.content.decode()


def test_beds_without_limit_are_found_by_erlang_b():
    base = ready_base("stroke-unit")
    service = next(code for code, one in base.scenario.services.items() if "cute" in one.title)
    found = solve(base, {}, kind="places", service=service, aim=Aim(0.95, 0))

    assert " 13 " in found.words  # table B: 12 beds delay 6 in 100, 13 delay 4


def test_nothing_moved_says_what_the_scenario_says():
    base = ready_base("single-queue")
    assert "(was" not in " ".join(cell for row in answer_of(base, {}).rows for cell in row)
    assert "(was 5" in " ".join(
        cell for row in answer_of(base, {"places.nurses.0": 6.0}).rows for cell in row
    )


@pytest.mark.django_db
def test_who_may_not_plan_sees_nothing(client):
    client.force_login(
        user_with_role("gp", practice="SYN-DEAL-A"), backend="django.contrib.auth.backends.ModelBackend"
    )

    assert client.get("/planning/").status_code == 403
    assert client.get(QUEUE).status_code == 403


def test_what_is_not_there_is_not_found(client):
    assert client.get("/planning/ready/no-such-scenario/").status_code == 404
    assert client.get("/planning/saved/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_where_no_formula_holds_the_answer_says_so():
    answer = answer_of(ready_base("call-centre-111"), {})

    assert any("the queue grows: how far has to be simulated" in note for note in answer.notes)
    assert "Run it in full for what these leave out" in answer.says
