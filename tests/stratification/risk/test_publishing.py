"""Publishing and withdrawing: by whom, with why, refused by the server, and what happens beside a run."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from localcare.care.stratification.models import PersonRisk, RiskModel, RiskModelDecision, RiskModelFile, Run
from localcare.care.stratification.queries import run_in_force
from localcare.care.stratification.risk import actions, queries
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.access.readers import reader_for
from localcare.kernel.audit.models import AuditEntry
from tests.factories import reader_with_role
from tests.stratification.risk.county import OUTCOME, TOO_FEW

pytestmark = pytest.mark.django_db
BEFORE_COPYING = (2, 4, "Copying the scores")
WHY = "Read the card with the safety officer; the lists carry decisions"


def published(model: RiskModel, by) -> RiskModel:
    return actions.publish(model=model, why=WHY, by=by)


def status_of(model: RiskModel) -> str:
    return RiskModel.objects.get(pk=model.pk).status


@pytest.mark.trace("T052")
def test_publishing_keeps_who_and_why_and_asks_for_a_run(county, by):
    model = published(county.kept(), by)

    assert status_of(model) == "published"
    decision = RiskModelDecision.objects.get(model=model)
    assert (decision.kind, decision.decided_by, decision.why) == ("published", by.user, WHY)
    assert ProcrastinateJob.objects.filter(task_name="stratification.run", status="todo").count() == 1
    entry = AuditEntry.objects.filter(action="risk.publish").latest("sequence")
    assert (entry.detail["why"], entry.detail["version"], entry.detail["files"]) == (
        WHY,
        model.version,
        model.files_digest,
    )


def test_a_model_that_its_evaluation_refuses_is_refused_by_the_server_with_the_reason(county, by, client):
    model = county.kept(TOO_FEW)

    with pytest.raises(actions.NotPublishable) as refused:
        published(model, by)
    answer = client.post(reverse("risk-publish", args=[model.reference]), {"why": WHY, "has_read": "on"})

    assert model.reasons[0] in str(refused.value)
    assert answer.status_code == 409 and "This model cannot be published" in answer.content.decode()
    assert status_of(model) == "refused" and not RiskModelDecision.objects.exists()


def test_changing_the_verdict_in_the_database_opens_nothing(county, by):
    model = county.kept(TOO_FEW)
    RiskModel.objects.filter(pk=model.pk).update(may_be_published=True, reasons=[], status="evaluated")

    with pytest.raises(actions.NotPublishable):
        published(model, by)


@pytest.mark.parametrize("why", ["", "yes", "  ok      "])
def test_publishing_needs_a_sentence_and_that_the_card_was_read(county, by, client, why):
    model = county.kept()

    with pytest.raises(actions.NotPublishable, match="in a sentence"):
        actions.publish(model=model, why=why, by=by)
    for sent in ({"why": why, "has_read": "on"}, {"why": WHY}):
        client.post(reverse("risk-publish", args=[model.reference]), sent)

    assert status_of(model) == "evaluated"


def test_only_those_who_may_publish_do(county):
    with pytest.raises(NotAllowed):
        published(county.kept(), reader_with_role("gp", practice="P1"))


def test_a_newer_model_replaces_the_earlier_and_it_can_be_put_back(county, by):
    first, second = county.kept(), county.kept(seed=2)
    published(first, by)

    published(second, by)
    assert (status_of(first), status_of(second)) == ("replaced", "published")
    published(first, by)

    assert (status_of(first), status_of(second)) == ("published", "replaced")
    kinds = list(RiskModelDecision.objects.filter(model=first).values_list("kind", flat=True))
    assert kinds == ["published", "replaced", "published"]


def test_withdrawing_takes_every_number_away_at_once_and_can_be_undone(county, by, made):
    model = published(county.kept(), by)
    made()
    assert queries.models_shown(run_in_force()) == {OUTCOME: model}

    actions.withdraw(model=model, why="A clinician found numbers that are wrong", by=by)
    assert queries.models_shown(run_in_force()) == {}
    published(model, by)

    assert queries.models_shown(run_in_force()) == {OUTCOME: model}
    with pytest.raises(actions.NotPublishable, match="published already"):
        published(model, by)


def tampered(model: RiskModel) -> None:
    file = RiskModelFile.objects.get(model=model, name="model.json")
    file.text = file.text.replace('"format": 1', '"format":  1')
    file.save()


def test_a_model_whose_file_was_changed_is_not_published(county, by):
    model = county.kept()
    tampered(model)

    with pytest.raises(actions.NotPublishable, match=r"model\.json was changed"):
        published(model, by)


def test_a_changed_file_stops_the_numbers_but_not_the_list_and_the_analyst_is_told(county, by, made, client):
    model = published(county.kept(), by)
    made()
    assert PersonRisk.objects.filter(to_run=None).count() > 500
    tampered(model)
    Run.objects.update(risk_version="another")  # so that the run is not the same again

    run = made()

    assert run.status == "published" and run.listed > 0
    assert not PersonRisk.objects.filter(to_run=None).exists()
    assert "model.json was changed" in run.risk_scorings.get().fault
    assert "A published model gives no numbers" in client.get(reverse("home")).content.decode()
    page = client.get(reverse("risk-models")).content.decode()
    assert "model.json was changed after the training" in page


def test_checksums_of_a_changed_file_made_to_fit_are_found_by_the_whole(county, by):
    from localcare.care.stratification.risk.files import digest_of

    model = county.kept()
    file = RiskModelFile.objects.get(model=model, name="model.json")
    file.text += " "
    file.digest = digest_of(file.text)
    file.save()

    with pytest.raises(actions.NotPublishable, match="lost, added or exchanged"):
        published(model, by)


def test_a_model_of_other_definitions_is_not_published_and_gives_no_numbers(county, by, made):
    model = county.kept()
    published(model, by)
    RiskModel.objects.filter(pk=model.pk).update(definitions_version="of last year")

    run = made()
    actions.withdraw(model=model, why="Definitions have changed since", by=by)

    assert run.listed > 0 and not PersonRisk.objects.exists()
    assert "other definitions than those in force" in run.risk_scorings.get().fault
    with pytest.raises(actions.NotPublishable, match="definitions have changed"):
        published(model, by)


def test_a_model_published_while_a_run_is_going_on_comes_with_the_next_run(county, by, made):
    first, second = published(county.kept(), by), county.kept(seed=2)

    def meanwhile(done: int, total: int, what: str) -> None:
        if (done, total, what) == BEFORE_COPYING:
            published(second, by)

    made(progress=meanwhile)
    assert queries.models_shown(run_in_force()) == {OUTCOME: first}, "under its own name until the next run"
    made()

    assert queries.models_shown(run_in_force()) == {OUTCOME: second}


def test_a_model_withdrawn_while_a_run_is_going_on_shows_no_number(county, by, made):
    model = published(county.kept(), by)

    def meanwhile(done: int, total: int, what: str) -> None:
        if (done, total, what) == BEFORE_COPYING:
            actions.withdraw(model=model, why="A clinician found numbers that are wrong", by=by)

    made(progress=meanwhile)

    assert queries.models_shown(run_in_force()) == {}


@pytest.mark.django_db(transaction=True)
def test_two_people_who_publish_at_once_leave_one_model_in_force(county, analyst):
    models = [county.kept(), county.kept(seed=2)]
    barrier = threading.Barrier(2)

    def publish(model: RiskModel) -> None:
        try:
            barrier.wait(timeout=30)
            published(model, reader_for(analyst))
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=[model]) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(status_of(model) for model in models) == ["published", "replaced"]
