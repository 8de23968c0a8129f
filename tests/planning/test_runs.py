"""Runs: asked for in one transaction, done by the worker, stopped, the same again from the same seed and from a shell."""

from __future__ import annotations

import csv
import io
import math
import shutil
from itertools import pairwise

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from typer.testing import CliRunner

from localcare.analysis.measures.definitions import indicators
from localcare.analysis.simulation.run import simulate
from localcare.analysis.simulation.scenario.files import shipped_pathways
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.config.command_line.application import application
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.access.readers import reader_for
from localcare.kernel.audit.models import AuditEntry
from localcare.system.planning.actions import (
    MOST_WAITING,
    TooManyRuns,
    ask_for_run,
    keep_text,
    stop_run,
)
from localcare.system.planning.found import DIGITS, KEYS
from localcare.system.planning.journals import folder_of, has_journal, offers
from localcare.system.planning.models import Run
from localcare.system.planning.running import carry_out
from localcare.system.planning.texts import kept_content, text_of
from tests.factories import user_with_role
from tests.planning.small import content

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(by):
    return carry_out(str(ask_for_run(content=content(), by=by).reference))


def more_beds():
    said = content()
    said["services"]["ward"]["capacity"][1]["places"] = 20
    return said


def jobs():
    return ProcrastinateJob.objects.filter(task_name="planning.run")


def test_a_run_waits_for_the_worker_in_the_transaction_that_asked_for_it(by):
    with pytest.raises(RuntimeError), transaction.atomic():
        ask_for_run(content=content(), by=by)
        assert jobs().count() == 1
        raise RuntimeError("the page failed after all")

    assert not jobs().exists() and not Run.objects.exists()


def test_a_run_finds_figures_with_intervals_and_says_what_made_them(done):
    assert (done.status, done.attempts, done.replications, done.seed) == ("done", 1, 6, 7)
    occupied = next(line for line in done.lines if (line["measure"], line["service"]) == ("occupied", "ward"))
    assert len(occupied["values"]) == 6
    assert occupied["lower"] < occupied["mean"] < occupied["upper"]
    assert 5 < occupied["mean"] < 14
    assert len(done.days["ward"]["days"]) == 60
    assert done.days["ward"]["places"][0] == 12 and done.days["ward"]["places"][-1] == 14
    assert done.engine and done.why_engine and done.program["numpy"] and done.seconds > 0
    assert "Everybody is alike." in done.report


def test_the_same_seed_finds_the_same_and_another_does_not(by, done):
    Run.objects.update(status="failed")  # so that the answer is not simply given again
    same = carry_out(str(ask_for_run(content=content(), by=by).reference))
    other = carry_out(str(ask_for_run(content=content(), by=by, seed=8).reference))

    assert same.pk != done.pk
    assert same.result_digest == done.result_digest
    assert other.result_digest != done.result_digest


def test_what_was_run_already_is_given_again(by, done):
    assert ask_for_run(content=content(), by=by) == done
    assert jobs().count() == 1


def test_two_scenarios_run_beside_each_other_with_the_same_random_numbers(by):
    run = ask_for_run(content=more_beds(), by=by, beside=content())

    assert run.beside is not None
    assert (run.beside.seed, run.beside.replications) == (run.seed, run.replications)
    assert jobs().count() == 2


def test_a_run_that_waits_is_stopped_at_once_and_never_done(by):
    run = ask_for_run(content=content(), by=by)
    stop_run(run=run, by=by)

    assert carry_out(str(run.reference)).status == "cancelled"
    assert not Run.objects.get().lines


def test_a_run_that_works_stops_when_asked_and_keeps_nothing(by):
    said = content()
    said["days"], said["replications"] = 3000, 400
    run = ask_for_run(content=said, by=by)

    def stopped_meanwhile(done, total, what):
        if done == 1:
            stop_run(run=run, by=by)

    ended = carry_out(str(run.reference), progress=stopped_meanwhile)

    assert (ended.status, ended.lines, ended.report) == ("cancelled", [], "")
    assert AuditEntry.objects.filter(action="planning.stop").exists()


def test_only_who_asked_stops_a_run(by):
    run = ask_for_run(content=content(), by=by)
    colleague = reader_for(user_with_role("analyst", everywhere=True))
    with pytest.raises(NotAllowed, match="Only the person who asked"):
        stop_run(run=run, by=colleague)


def test_who_may_not_run_is_refused():
    gp = reader_for(user_with_role("gp", practice="SYN-DEAL-A"))
    with pytest.raises(NotAllowed, match=r"does not hold planning\.run"):
        ask_for_run(content=content(), by=gp)


def test_one_person_does_not_fill_the_queue(by):
    for seed in range(MOST_WAITING):
        ask_for_run(content=content(), by=by, seed=seed)
    with pytest.raises(TooManyRuns, match="Stop one, or wait"):
        ask_for_run(content=content(), by=by, seed=99)


def test_a_failure_is_kept_in_words(by):
    run = ask_for_run(content=content(), by=by)
    run.content.text = text_of(content() | {"own_pathways": {}})  # as if a pathway were gone since
    run.content.save()
    with pytest.raises(KeyError):
        carry_out(str(run.reference))
    run.refresh_from_db()
    assert run.status == "failed" and run.message
    assert AuditEntry.objects.get(action="planning.run-ended").outcome == "failure"


def test_every_run_is_in_the_audit_trail_without_a_person(done):
    asked = AuditEntry.objects.get(action="planning.run")
    assert asked.actor == "ana.lyst"
    assert asked.detail["scenario"] == done.content_id
    assert not asked.subjects.exists()


def test_the_kept_words_read_as_the_scenario_they_were():
    kept = keep_text(content())
    assert read_scenario(kept_content(kept.text)) == read_scenario(content())
    assert keep_text(content()) == kept
    assert text_of(kept_content(kept.text)) == kept.text
    assert shipped_pathways()


def test_the_page_of_a_run_shows_intervals_assumptions_and_how_it_was_run(client, done):
    page = client.get(f"/planning/runs/{done.reference}/").content.decode()

    for words in ("95% interval", "Everybody is alike.", "not a promise", "Seed", done.result_digest[:16]):
        assert words in page
    assert client.get(f"/planning/runs/{done.reference}/days/ward/").status_code == 200
    chart = client.get(f"/planning/runs/{done.reference}/days/ward/chart/")
    assert (chart.status_code, chart["Content-Type"]) == (200, "image/svg+xml")
    assert client.get(f"/planning/runs/{done.reference}/report/").status_code == 200


def test_the_numbers_of_every_replication_can_be_taken_away(client, done):
    answer = client.get(f"/planning/runs/{done.reference}/results.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))

    row = next(row for row in rows if (row["measure"], row["service"]) == ("occupied", "ward"))
    assert len([name for name in row if name.startswith("replication")]) == 6
    assert AuditEntry.objects.filter(action="planning.results").exists()


def test_two_runs_stand_side_by_side_with_the_difference(client, by):
    run = ask_for_run(content=more_beds(), by=by, beside=content())
    carry_out(str(run.beside.reference))
    carry_out(str(run.reference))

    page = client.get(f"/planning/runs/{run.reference}/").content.decode()
    assert "Both used the same random numbers" in page
    assert "Difference (95% interval)" in page


def test_people_are_neither_made_nor_lost_on_any_day():
    """Who is there at the end of a day: who was there before, and who came, less who left; to the last day."""
    result = simulate(read_scenario(content()), pathways=shipped_pathways(), replications=2)
    rows = [row for row in result.daily().to_pylist() if (row["service"], row["step"]) == ("ward", "")]
    for before, now in pairwise(rows):
        if before["replication"] == now["replication"]:
            assert now["occupied"] == before["occupied"] + now["started"] - now["finished"]


def test_the_simulated_journal_is_measured_and_offered_to_be_laid_over_the_lived_one(client, by, done):
    assert has_journal(done)
    assert [offer.folder for offer in offers(by)] == [folder_of(done)]
    assert client.get(f"/planning/runs/{done.reference}/lived/").status_code == 200
    page = client.get(f"/planning/runs/{done.reference}/lived/", {"indicator": next(iter(indicators()))})
    assert page.status_code == 200
    shutil.rmtree(folder_of(done))
    page = client.get(f"/planning/runs/{done.reference}/lived/").content.decode()
    assert "is not kept any more" in page
    assert ask_for_run(content=content(), by=by) != done  # which writes it again


def test_journals_of_the_latest_runs_are_kept(by, done, monkeypatch):
    monkeypatch.setattr("localcare.system.planning.journals.KEPT", 1)
    later = carry_out(str(ask_for_run(content=content(), by=by, seed=8).reference))

    assert has_journal(later) and not has_journal(done)


def test_the_shell_gives_the_same_numbers_as_the_page(client, by, done, tmp_path):
    """The scenario file of the run's page, simulated by the command, against what the page keeps."""
    file = tmp_path / "small-ward.yaml"
    file.write_bytes(client.get(f"/planning/runs/{done.reference}/scenario.yaml").content)
    command = ["simulate", str(file), "--out", str(tmp_path / "out"), "--seed", str(done.seed)]
    told = CliRunner().invoke(application, [*command, "--replications", str(done.replications)])

    assert told.exit_code == 0, told.output
    with (tmp_path / "out" / "summary.csv").open(encoding="utf-8") as opened:
        shell = {tuple(row[key] for key in KEYS): row for row in csv.DictReader(opened)}
    assert len(shell) == len(done.lines)
    for line in done.lines:
        row = shell[tuple(line[key] for key in KEYS)]
        for name in ("mean", "lower", "upper"):
            assert line[name] == (number(row[name]) if row[name] else None)


def number(text):
    value = float(text)
    return None if math.isnan(value) else float(f"{value:.{DIGITS}g}")


def test_a_page_asks_and_the_page_of_the_run_tells_how_far_it_is(client):
    answer = client.post("/planning/ready/single-queue/run/", {"places.nurses.0": "6", "beside": "before"})
    run = Run.objects.get(beside__isnull=False)

    assert answer.url == f"/planning/runs/{run.reference}/"
    page = client.get(answer.url).content.decode()
    assert "Waits for a worker" in page and "Stop this run" in page
    assert client.get(f"{answer.url}progress/").status_code == 200
    client.post(f"{answer.url}stop/")
    assert "Stopped by" in client.get(answer.url).content.decode()
