"""How much of a journey somebody sees: who asked, who declined, whose part is over, and what a sensitive pathway closes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from localcare.analysis.pathways.reading import read_pathway
from localcare.foundation.forms import actions as forms
from localcare.foundation.forms.definitions import current_version
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.queries import completed_of, may_amend
from localcare.foundation.pathways import actions, queries
from localcare.foundation.pathways.changes import record_change
from localcare.foundation.pathways.definitions import versions
from localcare.foundation.pathways.definitions.loading import contents, pathways
from localcare.foundation.pathways.ledger import Ledger
from localcare.foundation.pathways.models import TaskState
from localcare.foundation.pathways.sight import Sight, sight_of
from localcare.foundation.people.queries import PersonNotVisible, find_person
from localcare.foundation.services.models import Membership
from localcare.kernel.access.readers import reader_for, system_reader
from tests.factories import user_with_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(services):
    """Make a member of a team who sees nobody through where people are registered."""

    def make(kind: str, role: str = "community-professional"):
        user = user_with_role(role, practice="SYN-ELSEWHERE")
        Membership.objects.create(user=user, service=services[kind], starts_on="2020-01-01")
        return user

    return make


@pytest.fixture
def sent(services, stranger, vera):
    """A request that somebody who does not see the person sent in the name of their team."""
    sender = stranger("district-nursing")
    journey = actions.open_journey(
        person=vera, pathway="community-service-request", by=reader_for(sender),
        asked_by=services["district-nursing"], priority="two-hour",
        services={"serve": services["rapid-response"]}, reason="Fell in the kitchen.",
    )  # fmt: skip
    return sender, journey, journey.tasks.get()


@pytest.fixture
def form_of(vera):
    def make(author, context="", *, form="clinical-triage"):
        version = current_version(form)
        return FormResponse.objects.create(
            person=vera, version=version, context=context, state="completed", author=author,
            author_name=author.get_full_name(), completed_at=timezone.now(),
        )  # fmt: skip

    return make


def test_to_have_asked_about_somebody_opens_neither_their_record_nor_their_name(sent, signed_in, vera, nurse):
    sender, journey, task = sent
    promise = timezone.now() + timedelta(hours=1)
    actions.accept(task=task, by=reader_for(nurse), promise=promise)
    actions.note(task=task, by=reader_for(nurse), text="She has been ill for weeks.")
    with pytest.raises(PersonNotVisible):
        find_person(reader_for(sender), vera.reference)
    client = signed_in(sender)
    story = client.get(reverse("journey", args=[journey.reference])).content.decode()
    assert "Rapid response Deal" in story and "Accepted" in story and "Promised for" in story
    assert str(journey.reference)[:8].upper() in story
    for address in (
        reverse("journey", args=[journey.reference]),
        f"{reverse('work')}?tab=asked",
        f"{reverse('work-export')}?tab=asked",
        f"{reverse('work')}?tab=asked&q=marsh",
        reverse("inbox"),
    ):
        answer = client.get(address)
        page = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
        assert answer.status_code == 200
        assert "marshfield" not in page.lower() and vera.nhs_number not in page.replace(" ", ""), address
        assert "ill for weeks" not in page and str(vera.reference) not in page, address
    assert client.get(reverse("task", args=[task.reference])).status_code == 302
    for act in ("note", "cancel", "hand-on"):
        assert client.get(reverse("task-act", args=[task.reference, act])).status_code == 302, act
    assert client.get(reverse("person", args=[vera.reference])).status_code == 404


def test_who_asked_hears_of_the_answer_but_not_of_what_else_befalls_the_person(sent, signed_in, nurse, vera):
    sender, _, task = sent
    actions.decline(task=task, by=reader_for(nurse), code="other", reason="Nobody is free.")
    record_change(
        person=vera, change="admission", at=timezone.now(), what="Chest pain.", key="stay-1",
        by=system_reader("feed"),
    )  # fmt: skip
    page = signed_in(sender).get(reverse("inbox")).content.decode()
    assert "Nobody is free." in page and "Chest pain" not in page


def test_who_asked_and_looks_after_the_person_sees_the_whole_story(ask, handler):
    assert sight_of(reader_for(handler), ask().journey) is Sight.WHOLE


def test_who_declined_keeps_the_request_and_their_answer_only(urgent, stranger, signed_in, vera, nurse, ask):
    decliner = stranger("rapid-response")
    assert sight_of(reader_for(decliner), urgent.journey) is Sight.WHOLE  # to answer they need to know
    actions.decline(task=urgent, by=reader_for(decliner), code="other", reason="Out of our area.")
    actions.note(task=urgent, by=reader_for(nurse), text="The neighbour has a key.")
    assert sight_of(reader_for(decliner), urgent.journey) is Sight.OWN_PART
    page = signed_in(decliner).get(reverse("journey", args=[urgent.journey.reference])).content.decode()
    assert "Out of our area." in page and "neighbour has a key" not in page
    assert "Undo" in page
    undo = signed_in(decliner).get(reverse("task-act", args=[urgent.reference, "undo"]))
    assert undo.status_code == 200


def test_the_whole_story_closes_some_time_after_the_part_of_a_team_and_the_journey_have_ended(
    urgent, stranger
):
    member = stranger("rapid-response")
    by = reader_for(member)
    actions.accept(task=urgent, by=by)
    actions.start(task=urgent, by=by)
    actions.stop(journey=urgent.journey, by=by, outcome="settled", reason="She is well.")
    assert sight_of(by, urgent.journey) is Sight.WHOLE
    TaskState.objects.filter(task=urgent).update(finished_at=timezone.now() - timedelta(days=31))
    assert sight_of(by, urgent.journey) is Sight.OWN_PART
    assert queries.journeys_of(by, urgent.journey.person) == []


@pytest.fixture
def sensitive(monkeypatch):
    """The pathway of a plain request, as if it were shipped as a sensitive one."""
    code = "community-service-request"
    content = {**contents()[code], "sensitive": True}
    monkeypatch.setitem(contents(), code, content)
    monkeypatch.setitem(pathways(), code, read_pathway(content))
    versions._kept.cache_clear()
    yield code
    versions._kept.cache_clear()


def test_a_sensitive_pathway_closes_forms_hints_and_the_inbox_to_who_has_no_part(
    sensitive, ask, nurse, worker, handler, vera, form_of, signed_in
):
    task, by, other = ask(), reader_for(nurse), reader_for(worker("carers-support"))
    actions.accept(task=task, by=by)
    waiting, plain = form_of(nurse, str(task.reference)), form_of(nurse, "stay:7")
    used = form_of(nurse, "opened:1")
    with transaction.atomic():
        Ledger.of_journey(task.journey_id).append("milestone", by=by, task=task, code="x", response=used)
    amended = form_of(nurse, "opened:1")
    assert set(completed_of(by, vera)) == {waiting, plain, used, amended}
    assert set(completed_of(other, vera)) == {plain}
    client = signed_in(other.user)
    for form, status in ((waiting, 404), (used, 404), (amended, 404), (plain, 200)):
        assert client.get(reverse("form-response", args=[form.reference])).status_code == status
    assert not queries.open_requests(vera, reader=other).exists()
    assert queries.open_requests(vera, reader=by).exists()
    record_change(
        person=vera, change="admission", at=timezone.now(), what="Chest pain.", key="stay-2",
        by=system_reader("feed"),
    )  # fmt: skip
    assert queries.notices_of(by).filter(kind="admission").exists()
    assert not queries.notices_of(reader_for(handler)).filter(kind="admission").exists()
    assert find_person(other, vera.reference) == vera  # the person herself is not hidden


def test_what_is_not_sensitive_stays_open_to_who_sees_the_person(ask, nurse, worker, vera, form_of):
    task, other = ask(), reader_for(worker("carers-support"))
    form = form_of(nurse, str(task.reference))
    assert list(completed_of(other, vera)) == [form]
    assert queries.open_requests(vera, reader=other).exists()


def test_a_form_is_amended_by_the_team_that_completed_it_or_by_a_role_for_it(
    urgent, nurse, worker, form_of, signed_in, services
):
    form = form_of(nurse, str(urgent.reference))
    colleague, other = worker("rapid-response"), worker("carers-support")
    triager = worker("single-point-of-access", role="clinical-triager")
    lead = worker("carers-support", role="team-lead")
    for user, allowed in ((nurse, True), (colleague, True), (other, False), (triager, True), (lead, True)):
        assert may_amend(reader_for(user), form) is allowed, user
    with pytest.raises(forms.NotTheirs):
        forms.amend(response=form, answers={}, by=reader_for(other), reason="I know better")
    answer = signed_in(other).get(reverse("form-response-amend", args=[form.reference]))
    assert answer.status_code == 302
    assert ">Amend<" not in signed_in(other).get(answer["Location"]).content.decode().replace(
        " ", ""
    ).replace("\n", "")


def test_a_form_outside_any_journey_is_amended_by_who_works_with_its_author(nurse, worker, form_of):
    form = form_of(nurse, "stay:7")
    assert may_amend(reader_for(worker("rapid-response")), form)
    assert not may_amend(reader_for(worker("carers-support")), form)
