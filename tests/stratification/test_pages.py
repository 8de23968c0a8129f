from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from localcare.care.stratification.models import Decision, ListEntry, SavedView
from localcare.foundation.people.models import Person
from localcare.kernel.access.models import RoleGrant
from localcare.kernel.audit.models import AuditEntry
from tests.factories import user_with_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def gp(client):
    user = user_with_role("gp", practice="P1")
    client.force_login(user)
    return user


def text_of(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode()


def reference(place, name):
    return Person.objects.get(pk=place.keys[name]).reference


@pytest.mark.trace("T052", "T077", "T078")
def test_the_list_says_why_each_person_is_on_it(place, run, client, gp):
    run(place)

    page = text_of(client.get(reverse("list")))

    assert "TESTVERA, Vera" in page and "TESTDOROTHY, Dorothy" in page
    assert "Severe frailty: 14 of 36 deficits" in page
    assert "2 emergency admissions in 12 months" in page
    assert "No plan recorded" in page
    assert "PRISMATIC" in page


def test_nobody_of_another_practice_is_shown(place, run, client, gp):
    run(place)

    assert "TESTADA" not in text_of(client.get(reverse("list")))
    assert "TESTADA" not in text_of(client.get(reverse("list") + "?place=practice:P2&state=all"))
    assert "TESTADA" not in text_of(client.get(reverse("list-export")))
    assert client.get(reverse("list-decide"), {"person": reference(place, "Ada")}).status_code == 404


def test_somebody_who_moved_away_since_the_run_is_not_named(place, run, client, gp):
    from localcare.foundation.people.models import Registration
    from tests.factories import practice

    run(place)
    Registration.objects.filter(person_id=place.keys["Vera"]).update(practice=practice("P2"))

    page = text_of(client.get(reverse("list")))

    assert "TESTVERA" not in page
    assert "moved to a practice outside your scope" in page


def test_before_the_first_run_the_page_says_so(client, gp):
    assert "There is no list yet" in text_of(client.get(reverse("list")))


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("q=testv", "TESTVERA", "TESTDOROTHY"),
        ("frailty=moderate", "TESTDOROTHY", "TESTVERA"),
        ("tier=2", "TESTVERA", "TESTDOROTHY"),
        ("cohort=recently-discharged", "TESTVERA", "TESTDOROTHY"),
        ("order=name", "TESTVERA", "TESTADA"),
        ("cohort=nonsense&state=all", "TESTVERA", "TESTADA"),
    ],
)
def test_filters(place, run, client, gp, query, shown, hidden):
    run(place)

    page = text_of(client.get(f"{reverse('list')}?{query}"))

    assert shown in page and hidden not in page


def test_reading_a_page_is_one_audit_entry_with_everyone_on_it(place, run, client, gp):
    run(place)

    client.get(reverse("list") + "?q=test")

    entry = AuditEntry.objects.filter(action="list.read").latest("sequence")
    assert set(entry.subjects.values_list("reference", flat=True)) == {
        str(reference(place, "Vera")),
        str(reference(place, "Dorothy")),
    }
    assert entry.detail["filters"] == {"q": "typed"}


def not_now(place, name, days=30, **changes):
    day = timezone.localdate() + timedelta(days=days)
    who = reference(place, name)
    return {
        "person": who,
        f"seen-{who}": "0",
        "kind": "not-now",
        "reason": "stable",
        "look_again_on_day": day.day,
        "look_again_on_month": day.month,
        "look_again_on_year": day.year,
        **changes,
    }


def test_a_decision_hides_the_person_until_the_day(place, run, client, gp):
    run(place)

    response = client.post(reverse("list-decide"), not_now(place, "Dorothy"), follow=True)

    page = text_of(response)
    assert "TESTDOROTHY, Dorothy: put aside until the day you chose." in page
    assert "Stable and well supported" not in page
    aside = text_of(client.get(reverse("list") + "?state=not-now"))
    assert "Stable and well supported" in aside and gp.get_full_name() in aside
    assert ListEntry.objects.get(person_id=place.keys["Dorothy"]).decision_kind == "not-now"


def test_not_now_needs_a_reason_and_a_day(place, run, client, gp):
    run(place)
    who = reference(place, "Dorothy")

    page = text_of(
        client.post(reverse("list-decide"), {"person": who, f"seen-{who}": "0", "kind": "not-now"})
    )

    assert "Choose a reason why not now" in page and "Enter the day to look again" in page
    assert not Decision.objects.exists()


def test_the_second_of_two_reviewers_is_told(place, run, client, gp):
    run(place)
    client.post(reverse("list-decide"), not_now(place, "Dorothy"))
    other = user_with_role("gp", practice="P1", first_name="Brian", last_name="Second")
    client.force_login(other)

    response = client.post(reverse("list-decide"), not_now(place, "Dorothy", kind="mdt"))

    assert response.status_code == 409
    assert "Somebody decided about TESTDOROTHY, Dorothy while this page was open" in text_of(response)
    assert Decision.objects.count() == 1


@pytest.mark.trace("T074")
def test_several_people_are_taken_to_the_mdt_at_once(place, run, client, gp):
    run(place)
    names = ("Vera", "Dorothy")
    data = {"person": [reference(place, name) for name in names], "kind": "mdt"}

    page = text_of(client.post(reverse("list-decide"), data, follow=True))

    assert "2 people: will be taken to the MDT meeting." in page
    assert Decision.objects.filter(kind="mdt").count() == 2
    assert "Nobody waits for a review" in page


def test_a_decision_about_several_is_all_or_none(place, run, client, gp):
    run(place)
    client.post(reverse("list-decide"), not_now(place, "Dorothy"))
    data = {"person": [reference(place, name) for name in ("Vera", "Dorothy")], "kind": "mdt"}

    client.post(reverse("list-decide"), data)

    assert not Decision.objects.filter(person_id=place.keys["Vera"]).exists()


@pytest.mark.trace("T047")
def test_the_worklist_holds_who_fits_and_is_not_identified(place, run, client, gp):
    place.fact("Dorothy", "CARE-PLAN", kind="other")
    run(place)
    page = text_of(client.get(reverse("list-worklist")))
    assert "TESTVERA" in page and "TESTDOROTHY" not in page

    client.post(reverse("list-decide"), {"person": reference(place, "Vera"), "kind": "mdt"}, follow=True)

    assert "TESTVERA" not in text_of(client.get(reverse("list-worklist")))


def test_the_csv_has_reasons_and_the_version_of_the_definitions(place, run, client, gp):
    result = run(place)

    rows = list(csv.DictReader(io.StringIO(text_of(client.get(reverse("list-export"))))))

    assert [row["Given names"] for row in rows] == ["Vera", "Dorothy"]
    assert "emergency admissions in 12 months" in rows[0]["Reasons"].lower()
    assert rows[0]["Definitions version"] == result.definitions_version
    entry = AuditEntry.objects.filter(action="list.export").latest("sequence")
    assert entry.subjects.count() == 2


def test_a_cell_that_looks_like_a_formula_is_made_safe(place, run, client, gp):
    Person.objects.filter(pk=place.keys["Vera"]).update(family_name="=cmd()")
    run(place)

    assert "'=cmd()" in text_of(client.get(reverse("list-export")))


def test_a_saved_default_view_opens_first(place, run, client, gp):
    run(place)
    client.post(reverse("list-save-view"), {"name": "Mine", "query": "frailty=moderate", "is_default": "on"})

    page = text_of(client.get(reverse("list"), follow=True))

    assert "TESTVERA" not in page and "Mine" in page
    view = SavedView.objects.get(user=gp)
    client.post(reverse("list-delete-view", args=[view.pk]))
    assert "TESTVERA" in text_of(client.get(reverse("list"), follow=True))


def test_small_numbers_are_hidden_from_those_who_see_no_people(place, run, client):
    run(place)
    client.force_login(user_with_role("analyst", everywhere=True))

    page = text_of(client.get(reverse("list-overview")))

    assert "<strong>hidden</strong> of hidden registered people" in page


def numbers_of_charts(page: str) -> str:
    return page.split("People on the list over time")[1].split("By area and practice")[0]


def test_small_numbers_are_hidden_from_the_charts_too(place, run, client, gp):
    run(place)
    client.post(reverse("list-decide"), {"person": reference(place, "Vera"), "kind": "mdt"})
    counted = numbers_of_charts(text_of(client.get(reverse("list-overview"))))
    client.force_login(user_with_role("analyst", everywhere=True))
    hidden = numbers_of_charts(text_of(client.get(reverse("list-overview"))))

    assert "<span>2</span>" in counted and "<span>1</span>" in counted
    assert "<span>2</span>" not in hidden and "<span>1</span>" not in hidden


def test_small_numbers_of_a_place_are_hidden_from_who_sees_people_only_elsewhere(place, run, client):
    run(place)
    user = user_with_role("gp", practice="P1")
    for code in ("P1", "P2"):
        RoleGrant.objects.create(
            user=user, role="analyst", scope_kind="practice", scope_code=code, starts_on="2020-01-01"
        )
    client.force_login(user)

    assert "<strong>hidden</strong> of" in text_of(client.get(reverse("list-overview")))
    other = text_of(client.get(reverse("list-overview"), {"place": "practice:P2"}))
    assert "<strong>hidden</strong> of hidden" in other and "The charts are shown for everything" in other
    own = text_of(client.get(reverse("list-overview"), {"place": "practice:P1"}))
    assert "<strong>2</strong> of 3 registered people" in own


def test_the_overview_counts(place, run, client):
    run(place)
    client.force_login(user_with_role("mdt-co-ordinator", practice="P1"))

    page = text_of(client.get(reverse("list-overview")))

    assert "<strong>2</strong> of 3 registered people are on the list" in page


def test_pages_ask_for_their_permission(place, run, client):
    result = run(place)
    client.force_login(user_with_role("administrator", everywhere=True))

    for name, arguments in (
        ("list", []), ("list-worklist", []), ("list-print", []), ("list-export", []), ("list-decide", []),
        ("list-overview", []), ("list-runs", []), ("list-run", [result.pk]),
    ):  # fmt: skip
        assert client.get(reverse(name, args=arguments)).status_code == 403, name


@pytest.mark.django_db(transaction=True)
def test_run_now_puts_one_run_in_the_queue(client):
    from procrastinate.contrib.django.models import ProcrastinateJob

    client.force_login(user_with_role("analyst", everywhere=True))

    client.post(reverse("list-run-now"))
    page = text_of(client.post(reverse("list-run-now"), follow=True))

    assert "A run waits for a worker" in page
    assert ProcrastinateJob.objects.filter(task_name="stratification.run", status="todo").count() == 1


def test_the_person_page_explains_scores_and_offers_a_decision(place, run, client, gp):
    run(place)

    page = text_of(client.get(reverse("person", args=[reference(place, "Vera")])))

    assert "On the patient tracking list" in page
    assert "Where the" in page and "points come from" in page
    assert "Hospital Frailty Risk Score:" in page
    assert "Decide about this person" in page


def test_opening_the_page_to_decide_is_audited_with_everyone_on_it(place, run, client, gp):
    run(place)
    chosen = [reference(place, "Vera"), reference(place, "Dorothy")]

    client.get(reverse("list-decide"), {"person": chosen})

    entry = AuditEntry.objects.filter(action="list.decide-read").latest("sequence")
    assert set(entry.subjects.values_list("reference", flat=True)) == {str(one) for one in chosen}


def test_the_audit_of_an_export_says_what_was_chosen_but_no_name(place, run, client, gp):
    run(place)

    text_of(client.get(reverse("list-export"), {"frailty": "moderate", "q": "testd"}))

    filters = AuditEntry.objects.filter(action="list.export").latest("sequence").detail["filters"]
    assert filters == {"frailty": "moderate", "q": "typed"}


def test_after_a_decision_nobody_is_sent_to_what_is_no_address(place, run, client, gp):
    run(place)
    posted = {"person": reference(place, "Vera"), "kind": "mdt", "next": "home"}

    assert client.post(reverse("list-decide"), posted).headers["Location"] == reverse("list")


def test_the_audit_of_an_export_names_exactly_whom_the_file_holds(place, run, client, gp):
    from localcare.foundation.people.models import Registration

    run(place)
    Registration.objects.filter(person_id=place.keys["Vera"]).update(ended_on=timezone.localdate())

    rows = list(csv.DictReader(io.StringIO(text_of(client.get(reverse("list-export"))))))

    entry = AuditEntry.objects.filter(action="list.export").latest("sequence")
    assert [row["Given names"] for row in rows] == ["Dorothy"]
    assert [subject.reference for subject in entry.subjects.all()] == [str(reference(place, "Dorothy"))]
    assert entry.detail["people"] == 1


def test_more_people_than_can_be_decided_at_once_are_refused_aloud(place, run, client, gp):
    run(place)
    chosen = [str(reference(place, "Vera")), *(str(uuid4()) for _ in range(50))]

    page = text_of(client.post(reverse("list-decide"), {"person": chosen, "kind": "mdt"}, follow=True))

    assert "Choose at most 50 people at a time" in page
    assert not Decision.objects.exists()
