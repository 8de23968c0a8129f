"""Drafts that are never overwritten in silence, and forms that are completed once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from localcare.foundation.forms import actions, queries
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.people.queries import PersonNotVisible
from localcare.foundation.record.models import Fact
from localcare.kernel.audit.models import AuditEntry
from tests.factories import practice, reader_with_role, registered_person
from tests.forms.requests import opened, posted, sent_by
from tests.people.together import at_the_same_time

pytestmark = pytest.mark.django_db

DONE = {"seen": "in-person", "done": "Dressed the wound", "result": "met", "first_seen_at__day": "1",
        "first_seen_at__month": "11", "first_seen_at__year": "2026", "first_seen_at__time": "14:05"}  # fmt: skip
ANSWERS = {
    "seen": "in-person",
    "first-seen-at": "2026-11-01T14:05+00:00",
    "done": "Dressed the wound",
    "result": "met",
}


@pytest.fixture
def vera():
    return registered_person(family_name="Marshfield", given_name="Vera", birth_date=date(1947, 3, 12))


@pytest.fixture
def asha(vera):
    return reader_with_role("rapid-response-clinician", practice=practice())


@pytest.fixture
def bola(vera):
    return reader_with_role("community-professional", practice=practice())


def test_opening_a_form_leaves_no_draft(vera, asha):
    opened(vera, asha)
    assert not FormResponse.objects.exists()


def test_what_is_saved_is_there_when_it_is_opened_again_by_anybody_of_the_team(vera, asha, bola):
    saved = posted(opened(vera, asha), vera, asha, action="save", done="Half of a sentence")
    assert saved.saved and not saved.completed
    again = opened(vera, bola)
    assert again.response.pk == saved.response.pk
    assert sent_by(again)["done"] == ["Half of a sentence"]


def test_saving_needs_nothing_to_be_complete_but_says_what_could_not_be_read(vera, asha):
    filling = posted(opened(vera, asha), vera, asha, action="save", done="Kept", first_seen_at__day="31",
                     first_seen_at__month="2", first_seen_at__year="2026")  # fmt: skip
    assert not filling.saved
    assert "First seen at must be a real date" in str(filling.form)
    assert opened(vera, asha).response.answers == {"done": "Kept"}


def test_a_complete_form_is_completed_once_and_audited(vera, asha):
    page = opened(vera, asha)
    first = posted(page, vera, asha, action="complete", **DONE)
    assert first.completed.answers == ANSWERS
    again = posted(page, vera, asha, action="complete", **DONE)
    assert again.completed == first.completed
    assert FormResponse.objects.count() == 1
    assert AuditEntry.objects.filter(action="form.complete").count() == 1


def test_what_is_missing_is_named_in_the_error_summary(vera, asha):
    filling = posted(opened(vera, asha), vera, asha, action="complete", seen="in-person")
    shown = str(filling.form)
    assert not filling.completed
    assert "There is a problem" in shown
    assert "Answer “What was done?”" in shown
    assert "Select an answer to “How did it end?”" in shown
    assert "Why not?" in shown and "Only if “Was the person seen?” is No." in shown
    assert "Answer “Why not?”" not in shown


def test_the_answer_of_a_hidden_question_is_neither_required_nor_kept(vera, asha):
    filling = posted(opened(vera, asha), vera, asha, action="complete", **DONE, why_not_seen="no-answer")
    assert "why-not-seen" not in filling.completed.answers


def test_what_was_typed_wrongly_where_nothing_is_asked_does_not_matter(vera, asha):
    sent = {"seen": "not-seen", "why_not_seen": "no-answer", "done": "Rang twice", "result": "met",
            "first_seen_at__day": "99"}  # fmt: skip
    assert posted(opened(vera, asha), vera, asha, action="complete", **sent).completed


def test_a_save_from_an_older_page_is_refused_and_shows_what_the_other_changed(vera, asha, bola):
    posted(opened(vera, asha), vera, asha, action="save", done="As it was")
    hers, theirs = opened(vera, asha), opened(vera, bola)
    posted(theirs, vera, bola, action="save", done="Bola's words")
    refused = posted(hers, vera, asha, action="save", done="Asha's words")
    assert not refused.saved
    assert "saved this form today" in refused.conflict
    assert [(one.theirs, one.yours) for one in refused.differences] == [("Bola's words", "Asha's words")]
    assert opened(vera, asha).response.answers == {"done": "Bola's words"}
    knowingly = posted(refused, vera, asha, action="save", done="Both our words")
    assert knowingly.saved and opened(vera, bola).response.answers == {"done": "Both our words"}


def test_a_page_opened_before_somebody_else_completed_cannot_complete_again(vera, asha, bola):
    hers, theirs = opened(vera, asha), opened(vera, bola)
    done = posted(theirs, vera, bola, action="complete", **DONE)
    refused = posted(hers, vera, asha, action="complete", **DONE | {"done": "Something else"})
    assert refused.completed is None
    assert "completed this form" in refused.conflict
    assert list(FormResponse.objects.all()) == [done.completed]


def test_the_next_review_of_the_same_task_is_a_response_of_its_own(vera, asha):
    first = posted(opened(vera, asha), vera, asha, action="complete", **DONE)
    second = posted(opened(vera, asha), vera, asha, action="complete", **DONE)
    assert first.completed != second.completed and second.completed


def test_the_same_key_is_one_response_and_another_answer_under_it_is_refused(vera, asha):
    same = {"person": vera, "form": "service-outcome", "answers": ANSWERS, "by": asha, "key": "visit-7"}
    assert actions.complete(**same) == actions.complete(**same)
    with pytest.raises(actions.Overtaken):
        actions.complete(**same | {"answers": ANSWERS | {"done": "Nothing"}})


def test_answers_without_a_page_are_checked_just_the_same(vera, asha):
    with pytest.raises(actions.NotComplete, match="done: an answer is needed"):
        actions.complete(person=vera, form="service-outcome", answers={"seen": "remotely"}, by=asha)
    with pytest.raises(actions.NotComplete, match="no item colour"):
        actions.complete(person=vera, form="service-outcome", answers=ANSWERS | {"colour": "red"}, by=asha)


def test_an_amendment_supersedes_and_keeps_what_was_there(vera, asha):
    done = actions.complete(person=vera, form="service-outcome", answers=ANSWERS, by=asha)
    amended = actions.amend(
        response=done, answers=ANSWERS | {"done": "Sutured it"}, by=asha, reason="Wrong word"
    )
    done.refresh_from_db()
    assert done.answers == ANSWERS and amended.supersedes == done and amended.reason == "Wrong word"
    assert list(queries.completed_of(asha, vera)) == [amended]
    with pytest.raises(actions.Overtaken):
        actions.amend(response=done, answers=ANSWERS | {"done": "Else"}, by=asha, reason="Late")


def test_nobody_fills_in_a_form_for_a_person_out_of_sight_or_without_the_role(vera):
    elsewhere = reader_with_role("rapid-response-clinician", practice=practice("SYN-ELSEWHERE"))
    with pytest.raises(PersonNotVisible):
        actions.save_draft(person=vera, form="service-outcome", answers={}, by=elsewhere)
    analyst = reader_with_role("analyst", everywhere=True)
    with pytest.raises(PermissionDenied):
        actions.complete(person=vera, form="service-outcome", answers=ANSWERS, by=analyst)


def test_rows_are_added_and_removed_without_javascript_and_nothing_typed_is_lost(vera, asha):
    page = opened(vera, asha, form="discharge-support")
    more = posted(page, vera, asha, action="add:services", services__0__purpose="Washing")
    assert "Recommended service 2" in str(more.form)
    assert sent_by(more)["services__0__purpose"] == ["Washing"]
    two = posted(more, vera, asha, action="save", services__1__purpose="Wound")
    assert two.response.answers["services"] == [{"purpose": "Washing"}, {"purpose": "Wound"}]
    one = posted(two, vera, asha, action="remove:services:0")
    assert one.response.answers["services"] == [{"purpose": "Wound"}]


@pytest.mark.django_db(transaction=True)
def test_two_people_who_complete_at_once_make_one_response(vera, asha, bola):
    hers, theirs = opened(vera, asha), opened(vera, bola)
    one, other = at_the_same_time(
        2,
        lambda: posted(hers, vera, asha, action="complete", **DONE),
        lambda: posted(theirs, vera, bola, action="complete", **DONE | {"done": "Otherwise"}),
    )
    assert sorted([bool(one.completed), bool(other.completed)]) == [False, True]
    assert FormResponse.objects.count() == 1
    assert (one.conflict or other.conflict).count("completed this form") == 1


@pytest.mark.django_db(transaction=True)
def test_one_post_sent_many_times_at_once_is_one_response_with_its_facts_once(vera, asha):
    answers = VISIT
    results = at_the_same_time(
        5,
        lambda: actions.complete(
            person=vera, form="urgent-response-visit", answers=answers, by=asha, key="k"
        ),
    )
    assert len({result.pk for result in results}) == 1
    assert Fact.objects.filter(person=vera, code="NEWS2").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_first_drafts_at_once_leave_one_draft_and_one_who_is_told(vera, asha, bola):
    hers, theirs = opened(vera, asha), opened(vera, bola)
    results = at_the_same_time(
        2,
        lambda: posted(hers, vera, asha, action="save", done="Hers"),
        lambda: posted(theirs, vera, bola, action="save", done="Theirs"),
    )
    assert sorted(result.saved for result in results) == [False, True]
    assert FormResponse.objects.count() == 1


VISIT = {
    "seen-at": "2026-11-20T10:15+00:00", "seen-where": "home", "presenting": "Short of breath",
    "observations-taken": True, "respirations": 22, "saturation-scale": "scale-2", "scale-decided-by": "Dr Oak",
    "saturation": 91, "oxygen": "air", "systolic": 105, "pulse": 92, "consciousness": "alert", "temperature": 38.2,
    "findings": "Crackles", "done": "Oxygen checked", "fell": False, "agreed": "Stay at home", "outcome": "package",
    "package-days": 5, "visits-per-day": 2, "safety-net": "Ring 999 if worse",
}  # fmt: skip


def test_a_visit_is_scored_and_its_observations_become_facts(vera, asha):
    done = actions.complete(person=vera, form="urgent-response-visit", answers=VISIT, by=asha)
    assert done.scores["news2"] | {"points": {}, "source": ""} == {
        "title": "NEWS2", "value": 5, "band": "medium", "band_title": "Medium", "scale": 2, "points": {}, "source": "",
    }  # fmt: skip
    facts = {fact.code: fact for fact in Fact.objects.filter(person=vera)}
    assert facts["9279-1"].value == 22 and facts["9279-1"].system == "LOINC"
    assert facts["NEWS2"].value == 5 and facts["NEWS2"].occurred_on == date(2026, 11, 20)
    assert "EFI-FALLS" not in facts
    amended = actions.amend(
        response=done, answers=VISIT | {"pulse": 70, "fell": True}, by=asha, reason="Pulse"
    )
    facts = {fact.code: fact for fact in Fact.objects.filter(person=vera)}
    assert amended.scores["news2"]["value"] == 4 == facts["NEWS2"].value
    assert facts["8867-4"].value == 70 and facts["EFI-FALLS"].kind == "condition"


def test_no_observations_no_score_and_it_says_why(vera, asha):
    answers = {code: value for code, value in VISIT.items() if code not in ("pulse", "temperature")}
    answers |= {"observations-taken": False, "why-no-observations": "Declined"}
    done = actions.complete(person=vera, form="urgent-response-visit", answers=answers, by=asha)
    assert done.scores["news2"]["value"] is None
    assert not Fact.objects.filter(person=vera, code="NEWS2").exists()


def test_an_unusual_value_is_asked_about_and_an_impossible_one_refused(vera, asha):
    page = opened(vera, asha, form="reablement-review")
    sent = {"reviewed_on__day": "1", "reviewed_on__month": "11", "reviewed_on__year": "2026", "with": "Vera",
            "goal_progress": "worse", "progress_note": "Weaker", "mobility": "aid", "decision": "continue"}  # fmt: skip
    refused = posted(page, vera, asha, action="complete", **sent, visits_per_day="40")
    assert "Visits a day now must be from 0 to 10" in str(refused.form)
    assert refused.response.answers["visits-per-day"] == 40, "what was typed is kept as a draft all the same"
    asked = posted(refused, vera, asha, action="complete", **sent, visits_per_day="8")
    assert asked.completed is None
    assert "Visits a day now of 8 is unusual" in str(asked.form)
    assert "Yes, 8 is right" in str(asked.form)
    other = posted(
        asked, vera, asha, action="complete", **sent, visits_per_day="9", visits_per_day__confirmed="8"
    )
    assert other.completed is None, "a confirmation of 8 does not confirm 9"
    done = posted(
        other, vera, asha, action="complete", **sent, visits_per_day="8", visits_per_day__confirmed="8"
    )
    assert done.completed.answers["visits-per-day"] == 8


def test_what_is_written_down_later_is_completed_when_it_happened_never_in_the_future(vera, asha):
    given = {"person": vera, "form": "urgent-response-visit", "answers": VISIT, "by": asha}
    then = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    assert actions.complete(**given, at=then).completed_at == then
    with pytest.raises(actions.NotComplete, match="today or earlier"):
        actions.complete(**given, at=then - timedelta(days=1))
    with pytest.raises(ValueError, match="future"):
        actions.complete(**given, at=timezone.now() + timedelta(hours=1))


def test_the_reference_of_somebody_elses_form_names_nothing_here(vera, asha):
    ernest = registered_person(family_name="Marshfield", given_name="Ernest")
    theirs = posted(opened(ernest, asha), ernest, asha, action="complete", **DONE).completed
    page = opened(vera, asha)
    page.form.bookkeeping.reference = str(theirs.reference)
    mine = posted(page, vera, asha, action="complete", **DONE).completed
    assert mine is not None and mine.person == vera and mine.reference != theirs.reference
    theirs.refresh_from_db()
    assert theirs.person == ernest
