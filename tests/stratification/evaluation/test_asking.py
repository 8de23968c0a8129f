"""A question is worked out by the worker: asked once, kept, told of, worked out anew, and taken up again after a kill."""

from __future__ import annotations

import json

import numpy as np
import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.evaluation import jobs
from localcare.care.stratification.evaluation.asking import (
    MOST_UNDER_WAY,
    TooManyAsked,
    ask,
    ask_for_suggested,
    carry_out,
)
from localcare.care.stratification.evaluation.evaluating import evaluated
from localcare.care.stratification.evaluation.keeping import as_json, from_json
from localcare.care.stratification.evaluation.questions import Question
from localcare.care.stratification.models import ListEvaluation
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.access.readers import Reader, system_reader
from localcare.kernel.work.carrying_out import CarryingOut, begin
from tests.factories import user_with_role
from tests.stratification.evaluation.nights import TODAY, asked

pytestmark = pytest.mark.django_db
BY = system_reader("tests")


@pytest.fixture
def gp(client):
    client.force_login(user_with_role("gp", practice="P1"))
    return client


def said(client, **question) -> str:
    return " ".join(client.get(reverse("list-evaluation"), question).content.decode().split())


def waiting_jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name=jobs.TASK, status="todo").count()


def test_what_was_never_asked_is_worked_out_by_the_worker(night, gp):
    night.person()
    question = {"night": night.run.pk, "days": 60}
    assert "This has not been worked out yet" in said(gp, **question)
    for _ in range(2):
        gp.post(reverse("list-evaluation-ask"), question)
        assert waiting_jobs() == 1
    assert "starts as soon as a worker is free" in said(gp, **question)
    kept = ListEvaluation.objects.get()
    part = reverse("list-evaluation-progress", args=[kept.reference])
    assert part in said(gp, **question)
    assert "data-over" not in gp.get(part).content.decode()
    jobs.evaluate(str(kept.reference))
    assert "data-over" in gp.get(part).content.decode()
    answer = said(gp, **question)
    assert "<strong>1</strong> people of your places" in answer
    assert f"from records up to {TODAY:%-d %B %Y}" in answer


def test_the_old_answer_stays_until_the_new_one_is_there(night, gp):
    night.person()
    question = {"night": night.run.pk, "days": 60}
    asked(gp, **question)
    night.person()
    asked(gp, **question)
    assert "<strong>1</strong> people" in said(gp, **question)  # showing it does not work it out anew
    gp.post(reverse("list-evaluation-ask"), question | {"again": 1})
    under_way = said(gp, **question)
    assert "being worked out anew" in under_way and "<strong>1</strong> people" in under_way
    carry_out(str(ListEvaluation.objects.get().reference))
    assert "<strong>2</strong> people" in said(gp, **question)


def test_a_fault_is_kept_in_words_and_the_old_answer_stays(night, gp):
    night.person()
    question = {"night": night.run.pk, "days": 60}
    asked(gp, **question)
    kept = ListEvaluation.objects.get()
    ListEvaluation.objects.update(status="waiting", who="cohort:gone")
    with pytest.raises(KeyError):
        carry_out(str(kept.reference))
    ListEvaluation.objects.update(who="")
    answer = said(gp, **question)
    assert "It could not be worked out" in answer and "Below is the answer of before" in answer
    asked(gp, **question, again=1)
    assert "could not" not in said(gp, **question)


def test_what_was_killed_is_begun_again(night):
    night.person()
    kept = ask(Question(night.run, 60), definitions(), by=BY)
    assert begin(kept)
    done = carry_out(str(kept.reference))
    assert (done.status, done.attempts, done.share) == ("done", 2, 100)
    assert carry_out(str(kept.reference)).attempts == 2


def test_it_can_be_stopped_and_the_answer_of_before_stays(night, gp):
    night.person()
    question = {"night": night.run.pk, "days": 60}
    for answered in (False, True):
        gp.post(reverse("list-evaluation-ask"), question | {"again": 1})
        kept = ListEvaluation.objects.get()
        assert begin(kept)
        stop = reverse("list-evaluation-stop", args=[kept.reference])
        assert stop in said(gp, **question)
        assert "stops at its next step" in gp.post(stop, follow=True).content.decode()
        with CarryingOut(kept) as carrying:
            carrying.tell(1, 4, "Counting")
        found = said(gp, **question)
        assert "Stopped by" in found and ("<strong>1</strong> people" in found) == answered
        asked(gp, **question, again=1)
        assert "Stopped by" not in said(gp, **question)


def test_each_step_is_told(night):
    night.person()
    kept, told = ask(Question(night.run, 60), definitions(), by=BY), []
    carry_out(str(kept.reference), progress=lambda done, total, what: told.append((done, total)))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_after_a_nights_run_the_question_that_the_page_opens_with_is_asked(night):
    ask_for_suggested(by=BY)
    assert [(kept.run, kept.days) for kept in ListEvaluation.objects.all()] == [(night.run, 182)]


def test_with_no_list_nothing_is_asked():
    ask_for_suggested(by=BY)
    assert not ListEvaluation.objects.exists()


def test_so_many_at_a_time_and_only_by_who_may(night):
    for number in range(MOST_UNDER_WAY):
        ListEvaluation.objects.create(
            run=night.run, days=number, threshold=200, asked_at=night.run.started_at
        )
    with pytest.raises(TooManyAsked, match="Ask again in a few minutes"):
        ask(Question(night.run, 60), definitions(), by=BY)
    ask_for_suggested(by=BY)
    with pytest.raises(NotAllowed):
        ask(Question(night.run, 60), definitions(), by=Reader(user=None, name="nobody", scopes={}))


def test_a_question_that_waits_already_is_not_one_too_many(night):
    waits = ask(Question(night.run, 60), definitions(), by=BY)
    for number in range(MOST_UNDER_WAY):
        ListEvaluation.objects.create(
            run=night.run, days=number, threshold=200, asked_at=night.run.started_at
        )
    assert ask(Question(night.run, 60), definitions(), by=BY) == waits


def test_what_is_asked_again_begins_at_nothing(night):
    kept = ask(Question(night.run, 60), definitions(), by=BY)
    assert carry_out(str(kept.reference)).share == 100
    again = ask(Question(night.run, 60), definitions(), by=BY)
    assert (again.status, again.share, again.stage) == ("waiting", 0, "")
    assert again.answer, "the former answer stays to be read"


def test_who_may_not_read_may_not_ask_or_look(night, client):
    kept = ask(Question(night.run, 60), definitions(), by=BY)
    client.force_login(user_with_role("administrator"))
    assert client.post(reverse("list-evaluation-ask"), {"days": 60}).status_code == 403
    assert client.post(reverse("list-evaluation-stop", args=[kept.reference])).status_code == 403
    assert client.get(reverse("list-evaluation-progress", args=[kept.reference])).status_code == 403


def test_what_is_kept_is_what_was_found(night):
    """With an effect at the threshold, a part of the list, and what falls by itself: to JSON and back."""
    random = np.random.default_rng(3)
    for number in range(240):
        risk = 110 + number * 180 // 240
        person = night.person(risk=risk, listed=risk >= 200, segment="organ-failure" if number % 2 else "")
        night.decision(person, number % 40)
        for _ in range(random.poisson(0.4 if risk < 200 else 1.2)):
            night.stay(person, int(random.integers(-20, 60)), nights=1)
        if risk >= 200:
            night.journey(person, 5)
    question = Question(night.run, 60, "segment:organ-failure")
    found = evaluated(question, definitions(), until=TODAY, tell=lambda *_: None)
    assert found.at_threshold["emergency"].effect.estimate and found.whole and found.itself
    assert isinstance(found.at_threshold["deaths"], str)
    assert from_json(question, json.loads(json.dumps(as_json(found)))) == found
