"""The pages of forms: list, preview, completed response, amendment, and the panel on the person page."""

from datetime import date

import pytest
from django.test import Client

from localcare.foundation.forms import actions
from localcare.foundation.forms.definitions import forms
from localcare.foundation.people.models import Relationship
from localcare.foundation.record.actions import CodedValue, add_fact
from localcare.kernel.access.readers import reader_for, system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import practice, registered_person, user_with_role
from tests.forms.requests import opened, sent_by
from tests.forms.test_filling import ANSWERS, VISIT

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera():
    return registered_person(family_name="Marshfield", given_name="Vera", birth_date=date(1947, 3, 12))


@pytest.fixture
def clinician(vera):
    return user_with_role("rapid-response-clinician", practice=practice())


@pytest.fixture
def client(clinician):
    signed_in = Client()
    signed_in.force_login(clinician, backend="django.contrib.auth.backends.ModelBackend")
    return signed_in


@pytest.fixture
def visit(vera, clinician):
    return actions.complete(
        person=vera, form="urgent-response-visit", answers=VISIT, by=reader_for(clinician)
    )


def test_every_form_is_listed_and_previewed(client):
    listed = client.get("/forms/").content.decode()
    for code, definition in forms().items():
        assert f'href="/forms/{code}/"' in listed
        shown = client.get(f"/forms/{code}/")
        assert shown.status_code == 200 and definition.sections[0].title in shown.content.decode()
    assert client.get("/forms/no-such-form/").status_code == 404


def test_a_response_shows_answers_and_score_in_words_and_the_read_is_audited(client, visit):
    shown = client.get(f"/forms/responses/{visit.reference}/").content.decode()
    assert "5, medium (oxygen saturation scale 2)" in shown
    assert "22 breaths a minute" in shown and "38.2 °C" in shown
    assert "20 November 2026 at 10:15" in shown
    entry = AuditEntry.objects.filter(action="form.read").get()
    assert entry.detail["response"] == str(visit.reference)


def test_whom_one_may_not_see_one_may_not_read_and_a_draft_is_no_response(vera, visit, clinician, client):
    stranger = user_with_role("rapid-response-clinician", practice=practice("SYN-ELSEWHERE"))
    theirs = Client()
    theirs.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert theirs.get(f"/forms/responses/{visit.reference}/").status_code == 404
    assert theirs.get(f"/forms/responses/{visit.reference}/amend/").status_code == 404
    draft = actions.save_draft(
        person=vera, form="service-outcome", answers={"done": "x"}, by=reader_for(clinician)
    )
    assert client.get(f"/forms/responses/{draft.reference}/").status_code == 404


def test_an_amendment_through_the_page(client, vera, visit, clinician):
    address = f"/forms/responses/{visit.reference}/amend/"
    page = client.get(address).content.decode()
    assert "Crackles" in page
    from tests.forms.requests import _Inputs

    inputs = _Inputs()
    inputs.feed(page)
    sent = inputs.sent | {"action": "complete", "pulse": "70"}
    refused = client.post(address, sent).content.decode()
    assert "Why is it amended" in refused and "There is a problem" in refused
    done = client.post(address, sent | {"why_amended": "Misread"}, follow=True)
    assert "4, low" in done.content.decode() and "Misread" in done.content.decode()
    assert "This was amended" in client.get(f"/forms/responses/{visit.reference}/").content.decode()
    assert client.get(address).status_code == 302


def test_the_person_page_lists_completed_forms_and_own_drafts(client, vera, visit, clinician):
    actions.save_draft(person=vera, form="service-outcome", answers={"done": "x"}, by=reader_for(clinician))
    colleague = reader_for(user_with_role("community-professional", practice=practice()))
    actions.save_draft(person=vera, form="package-end", answers={"note": "x"}, by=colleague)
    shown = client.get(f"/people/{vera.reference}/").content.decode()
    assert f'href="/forms/responses/{visit.reference}/"' in shown
    assert "Your drafts" in shown and "Outcome of a service" in shown and "End of a package" not in shown


def test_what_the_record_knows_is_filled_in_and_says_from_where(vera, clinician):
    says = CodedValue(system="LOCAL", code="ALG-1", text="Penicillin")
    loader = system_reader("the test")
    add_fact(person=vera, kind="allergy", says=says, occurred_on=date(2020, 5, 4), by=loader)
    weight = CodedValue(system="LOINC", code="29463-7", text="Body weight", value=61.5, unit="kg")
    add_fact(person=vera, kind="observation", says=weight, occurred_on=date(2026, 10, 1), by=loader)
    Relationship.objects.create(
        person=vera, name="Arthur Marshfield", telephone="01632 960001", kind="unpaid-carer"
    )
    by = reader_for(clinician)
    discharge = opened(vera, by, form="discharge-support")
    sent = sent_by(discharge)
    assert sent["allergies"] == ["\nPenicillin"] or sent["allergies"] == ["Penicillin"]
    assert sent["age"] == ["79"] and sent["carer"] == ["Arthur Marshfield, 01632 960001"]
    assert sent["home-address"][0].endswith("Deal, CT14 6AB") and sent["practice"] == [practice().name]
    assert "From the record: allergies, the latest on 4 May 2020." in str(discharge.form)
    at_home = opened(vera, by, form="home-assessment")
    assert sent_by(at_home)["weight"] == ["61.5"]
    assert "measured on 1 Oct 2026" in str(at_home.form)


def test_answers_without_a_form_page_are_the_same(vera, clinician):
    done = actions.complete(person=vera, form="service-outcome", answers=ANSWERS, by=reader_for(clinician))
    assert done.author == clinician and done.context == ""
