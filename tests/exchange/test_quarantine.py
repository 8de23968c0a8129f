"""The quarantine: seen by those who may, corrected in a form, replayed through the same checks, its history kept."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from playwright.sync_api import expect

from localcare.exchange.fhir.load import load_fhir
from localcare.exchange.loads.actions import NothingToDo, dismiss_row, reopen_row, replay_row
from localcare.exchange.loads.models import QuarantinedRow
from localcare.exchange.loads.queries import visible_rows
from localcare.foundation.people.models import Person
from localcare.foundation.record.models import Fact
from localcare.kernel.audit.models import AuditEntry
from tests.exchange.datasets import SYSTEM, fact_row, load, person_row, tiny_dataset
from tests.exchange.test_load_fhir import lines, patient
from tests.factories import practice, reader_with_role, user_with_role

pytestmark = pytest.mark.django_db
CO_ORDINATOR = "mdt-co-ordinator"


@pytest.fixture
def bad_fact(tmp_path) -> QuarantinedRow:
    practice("SYN-DEAL-A")
    load(tiny_dataset(tmp_path, facts=[fact_row(1), fact_row(2, kind="rumour"), fact_row(3, person=99)]))
    return QuarantinedRow.objects.get(column="kind")


@pytest.fixture
def co_ordinator(client):
    user = user_with_role(CO_ORDINATOR, everywhere=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_corrected_row_goes_in_and_its_history_says_what_changed(co_ordinator, bad_fact):
    page = co_ordinator.get(reverse("quarantined_row", args=[bad_fact.pk])).content.decode()
    assert "kind must be one of condition, observation" in page
    answer = co_ordinator.post(
        reverse("quarantined_row_correct", args=[bad_fact.pk]),
        bad_fact.content | {"text": "", "value": "", "unit": "", "ended_on": "", "recorded_on": "",
                            "kind": "condition", "note": "Asked the practice"},
    )  # fmt: skip
    assert answer.status_code == 302
    assert Fact.objects.filter(source_key="2", kind="condition").exists()
    bad_fact.refresh_from_db()
    assert bad_fact.status == "replayed"
    event = bad_fact.events.get()
    assert (event.content_before["kind"], event.content_after["kind"]) == ("rumour", "condition")
    entry = AuditEntry.objects.filter(action="quarantine.replay").latest("sequence")
    person = Person.objects.get()
    assert list(entry.subjects.values_list("reference", flat=True)) == [str(person.reference)]


def test_a_row_still_faulty_waits_with_its_new_fault(co_ordinator, bad_fact):
    data = {name: value or "" for name, value in bad_fact.content.items()}
    answer = co_ordinator.post(
        reverse("quarantined_row_correct", args=[bad_fact.pk]),
        data | {"kind": "condition", "occurred_on": "yesterday", "note": ""},
    )
    assert answer.status_code == 422
    assert "occurred_on is not a date" in answer.content.decode()
    bad_fact.refresh_from_db()
    assert (bad_fact.status, bad_fact.column) == ("open", "occurred_on")
    assert bad_fact.events.get().kind == "still-faulty"


def test_a_resource_is_corrected_as_text(co_ordinator, tmp_path):
    load_fhir([lines(tmp_path / "a.ndjson", patient(birthDate="2190-01-01"))], by=SYSTEM)
    row = QuarantinedRow.objects.get()
    address = reverse("quarantined_row_correct", args=[row.pk])
    broken = co_ordinator.post(address, {"text": '{"resourceType": ', "note": ""})
    assert "The text is not JSON: " in broken.content.decode()
    co_ordinator.post(address, {"text": json.dumps(patient()), "note": ""})
    assert Person.objects.get().birth_date == date(1950, 5, 4)


def test_a_line_that_was_no_json_is_mended(co_ordinator, tmp_path):
    file = tmp_path / "a.ndjson"
    file.write_text(json.dumps(patient())[:-1] + "\n")
    load_fhir([file], by=SYSTEM)
    row = QuarantinedRow.objects.get()
    co_ordinator.post(
        reverse("quarantined_row_correct", args=[row.pk]), {"text": row.content["text"] + "}", "note": ""}
    )
    assert Person.objects.get().family_name == "Marsh"


def test_a_row_is_left_out_with_a_reason_and_taken_back(bad_fact):
    reader = reader_with_role(CO_ORDINATOR, everywhere=True)
    with pytest.raises(NothingToDo, match="Say why"):
        dismiss_row(row=bad_fact, by=reader, note=" ")
    dismiss_row(row=bad_fact, by=reader, note="A test entry of the sender")
    with pytest.raises(NothingToDo, match="has been dealt with"):
        replay_row(row=bad_fact, content=bad_fact.content, by=reader)
    reopen_row(row=bad_fact, by=reader)
    assert [event.kind for event in bad_fact.events.all()] == ["dismissed", "reopened"]
    assert QuarantinedRow.objects.get(pk=bad_fact.pk).status == "open"


def test_the_list_counts_filters_and_replays_all_of_a_reason(co_ordinator, bad_fact, tmp_path):
    page = co_ordinator.get(reverse("quarantine"), {"table": "facts", "reason": "unknown-person"})
    assert "Try all 1 again" in page.content.decode()
    late = [person_row(1), person_row(99, given_name="Late")]
    load(tiny_dataset(tmp_path / "late", persons=late))
    answer = co_ordinator.post(
        reverse("quarantine_replay_all"), {"table": "facts", "reason": "unknown-person"}, follow=True
    )
    assert "1 rows have gone in; 0 still wait." in answer.content.decode()
    assert Fact.objects.get(source_key="3").person.given_name == "Late"


@pytest.mark.parametrize(("role", "status"), [("gp", 403), ("analyst", 403), ("administrator", 403)])
def test_only_those_who_may_correct(client, bad_fact, role, status):
    client.force_login(
        user_with_role(role, everywhere=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.post(reverse("quarantined_row_correct", args=[bad_fact.pk])).status_code == status


def test_rows_of_other_practices_are_not_seen(bad_fact):
    own = reader_with_role(CO_ORDINATOR, practice="SYN-DEAL-A")
    other = reader_with_role(CO_ORDINATOR, practice="SYN-OTHER")
    assert set(visible_rows(own)) == {bad_fact}  # not the row about nobody known
    assert not visible_rows(other).exists()
    with pytest.raises(PermissionDenied):
        dismiss_row(row=bad_fact, by=other, note="Not mine")


def test_a_correction_cannot_reach_a_person_outside_the_scope(bad_fact, tmp_path):
    practice("SYN-OTHER")
    registrations = [
        {"registration_id": 2, "person_id": 2, "practice_code": "SYN-OTHER", "started_on": date(2015, 1, 1)}
    ]
    load(tiny_dataset(tmp_path / "two", persons=[person_row(2)], registrations=registrations))
    own = reader_with_role(CO_ORDINATOR, practice="SYN-DEAL-A")
    with pytest.raises(PermissionDenied, match="whom you may not see"):
        replay_row(row=bad_fact, content=bad_fact.content | {"kind": "condition", "person_id": "2"}, by=own)
    assert not Fact.objects.filter(source_key="2").exists()


def test_looking_at_a_row_is_audited_with_its_person(co_ordinator, bad_fact):
    co_ordinator.get(reverse("quarantined_row", args=[bad_fact.pk]))
    entry = AuditEntry.objects.filter(action="quarantine.read").latest("sequence")
    assert entry.subjects.get().reference == str(Person.objects.get().reference)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_in_a_browser(new_page, sign_in, assert_accessible, take_picture, tmp_path):
    practice("SYN-DEAL-A")
    load(tiny_dataset(tmp_path, facts=[fact_row(1), fact_row(2, kind="rumour")]))
    lab = {"resourceType": "Basic", "id": "b", "code": {"text": "x"}, "subject": {"reference": "Patient/p1"}}
    load_fhir(
        [lines(tmp_path / "a.ndjson", patient(), lab, patient(birthDate="2190-01-01") | {"id": "p2"})],
        by=SYSTEM,
    )
    page = new_page()
    sign_in(page, user_with_role(CO_ORDINATOR, everywhere=True))
    for name, address in (("loads", reverse("loads")), ("quarantine", reverse("quarantine"))):
        page.goto(address)
        assert_accessible(page)
        take_picture(page, name)
    page.get_by_role("link", name="The value is not one of those allowed").first.click()
    page.get_by_role("link", name="Row 2").click()
    assert_accessible(page)
    take_picture(page, "quarantined-row")
    page.get_by_label("kind").fill("condition")
    page.get_by_role("button", name="Send in again").click()
    page.get_by_text("The row has gone in.").wait_for()
    assert_accessible(page)
    resource = QuarantinedRow.objects.get(feed="fhir")
    page.goto(reverse("quarantined_row", args=[resource.pk]))
    assert_accessible(page)
    take_picture(page, "quarantined-resource")
    page.goto(reverse("load", args=[resource.run_id]))
    expect(page.get_by_text("Kept as received and not understood")).to_be_visible()
    assert_accessible(page)
    take_picture(page, "load")
    assert Fact.objects.filter(source_key="2").exists()
