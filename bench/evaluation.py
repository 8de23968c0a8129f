"""Whether a list helped, asked of one that lies half a year back, with 1.8 million people registered and scored.

    python bench/evaluation.py                      1.8 million people (about 9 GB of disk for the time)
    python bench/evaluation.py --people 60000       a small run

Everybody has a risk and a hospital record of five years; a twentieth is listed. Times the answer worked out anew and the memory
that it takes, then the page that shows it, for readers of a practice and of everywhere. Prints one JSON line and drops the
database. Bars: the answer in 60 seconds and 300 MB; p95 of the page under 150 ms.
"""

# ruff: noqa: E501 - tables of SQL read better in one piece
from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import memory  # noqa: E402
import pages  # noqa: E402
import person_search  # noqa: E402
import served_site  # noqa: E402

os.environ["LOCALCARE_TEST_DATABASE"] = "bench_evaluation"

BAR_SECONDS, BAR_MB, BAR_P95_MS = 60, 300, 150
SERVERS = 2  # each settles for itself which small numbers it hides
DAYS = 182
NIGHT = pages.TODAY - timedelta(days=200)
RISKS = """
    INSERT INTO stratification_personrisk (person_id, outcome, model_id, from_run_id, to_run_id, per_mille, factors, not_known)
    SELECT id, 'emergency-admission-12m', %(model)s, run, CASE WHEN run = %(night)s THEN %(run)s END,
        (power(random(), 6) * 600)::int, jsonb_build_array(repeat('what moved it ', 20)), '[]'
    FROM people_person, unnest(ARRAY[%(night)s, %(run)s]) AS run
"""
EARLIER_SCORES = """
    INSERT INTO stratification_personscore (person_id, from_run_id, to_run_id, {columns})
    SELECT person_id, %(night)s, %(run)s, {columns} FROM stratification_personscore
"""
RECORDS = [
    """INSERT INTO record_stay (person_id, source_id, source_key, provider_code, site_code, admission_type, bed_type, specialty_code,
            admitted_on, discharged_on, discharge_destination, reason)
        SELECT person_id, %(source)s, 's' || person_id || '-' || n, '', '', CASE WHEN n < 8 THEN 'emergency' ELSE 'elective' END,
            'acute', '300', day, day + (power(random(), 3) * 20)::int, '', ''
        FROM (SELECT person_id, n, %(today)s - (random() * 1825)::int AS day
            FROM stratification_personrisk, generate_series(1, 9) n
            WHERE to_run_id IS NULL AND random() < per_mille / 1000.0 * 0.8) drawn""",
    """INSERT INTO record_attendance (person_id, source_id, source_key, provider_code, site_code, department_type, arrived_on,
            arrival_mode, outcome, diagnosis_code, reason)
        SELECT person_id, %(source)s, 'a' || person_id || '-' || n, '', '', '1', %(today)s - (random() * 1825)::int, 'other',
            'discharged', '', ''
        FROM stratification_personrisk, generate_series(1, 8) n
        WHERE to_run_id IS NULL AND random() < 0.1 + per_mille / 1000.0""",
    """INSERT INTO stratification_decision (person_id, kind, reason, team, note, look_again_on, decided_by_id, decided_at, decided_on,
            practice_code, seen)
        SELECT person_id, (ARRAY['mdt', 'not-now', 'known'])[1 + person_id %% 3], '', '', '', day + 60, %(user)s, day, day, practice_code,
            '{}'
        FROM (SELECT *, %(today)s - 240 + (random() * 230)::int AS day FROM stratification_personscore
            WHERE on_list AND to_run_id IS NULL AND person_id %% 10 < 6) drawn""",
    """UPDATE people_person SET death_date = %(today)s - (random() * 220)::int WHERE id %% 150 = 0""",
    """UPDATE people_registration SET ended_on = %(today)s - (random() * 220)::int WHERE person_id %% 90 = 0""",
]  # fmt: skip


def fill(people: int) -> dict[str, Any]:
    """Everybody's scores and risks on two nights, the records of five years, and what was decided and begun."""
    from django.db import connection
    from django.utils import timezone

    from localcare.care.stratification.columns import STORED
    from localcare.care.stratification.definitions import definitions
    from localcare.care.stratification.models import RiskModel, RiskScoring, Run
    from localcare.foundation.record.models import Source
    from localcare.kernel.access.models import User

    began = time.perf_counter()
    person_search.fill(people)
    pages.fill_places()
    night = Run.objects.create(
        as_of=NIGHT, definitions_version=definitions().version, status="published", requested_by="bench",
        started_at=datetime.now(tz=UTC), people=people,
    )  # fmt: skip
    scored = pages.fill_scores(people, 0)
    pages.journal.fill_journeys(people // 20, people // 100, people)
    model = RiskModel.objects.create(
        outcome="emergency-admission-12m", outcome_title="Emergency admission", method="logistic", as_of=NIGHT, seed=1,
        status="published", asked_at=timezone.now(), asked_by_name="bench",
    )  # fmt: skip
    RiskScoring.objects.create(run=night, model=model)
    given = {
        "night": night.pk,
        "run": Run.objects.latest("pk").pk,
        "model": model.pk,
        "today": pages.TODAY,
        "source": Source.objects.get(code="bench").pk,
        "user": User.objects.create(username="bench-reviewer").pk,
    }
    with connection.cursor() as cursor:
        for statement in (EARLIER_SCORES.format(columns=", ".join(STORED)), RISKS, *RECORDS):
            cursor.execute(statement, given)
        cursor.execute(
            "UPDATE pathways_journeystate SET opened_at = now() - (random() * 220)::int * interval '1 day'"
        )
        cursor.execute("VACUUM ANALYZE")
    return {"fill_seconds": round(time.perf_counter() - began, 1), "on_list": scored["on_list"]}


def worked_out() -> dict[str, Any]:
    """Seconds and memory of the answer, worked out by a program of its own as a worker does."""
    from localcare.care.stratification.definitions import definitions
    from localcare.care.stratification.evaluation.asking import ask
    from localcare.care.stratification.evaluation.questions import Question, nights
    from localcare.care.stratification.models import ListEvaluation
    from localcare.kernel.access.readers import system_reader

    kept = ask(Question(nights()[0], DAYS), definitions(), by=system_reader("bench"))
    os.environ["DATABASE_URL"] = served_site.database_address()
    command = [sys.executable, __file__, "--carry-out", str(kept.reference)]
    _, peak = memory.printed_and_peak(command)
    kept.refresh_from_db()
    assert kept.status == ListEvaluation.Status.DONE and kept.started_at and kept.answered_at
    found = kept.answer["at_threshold"]["emergency"]["effect"]["counts"]
    return {
        "seconds": round((kept.answered_at - kept.started_at).total_seconds(), 1),
        "peak_mb": round(peak),
        "people_near_the_threshold": found["just above"] + found["just below"],
        "kept_kb": round(len(json.dumps(kept.answer)) / 1024),
    }


def read(port: int, sessions: dict[str, str], times: int) -> dict[str, dict[str, float]]:
    """Milliseconds of the page that shows the answer, for each reader, the first of each not counted."""
    found = {}
    for reader, session in sessions.items():
        taken = []
        for _ in range(times + 2 * SERVERS):
            began = time.perf_counter()
            status, content = pages.fetch(port, "/list/evaluation/", session)
            taken.append((time.perf_counter() - began) * 1000)
            if status != 200 or "1. Did anybody act?" not in content:
                raise RuntimeError(f"The evaluation for {reader} answered {status}")
        found[reader] = person_search.summary(taken[2 * SERVERS :])
        found[reader]["first"] = round(max(taken[: 2 * SERVERS]), 1)
    return found


def main() -> int:
    """Fill, work out, read, print, drop."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=1_800_000)
    parser.add_argument("--reads", type=int, default=60, help="of the page, by each reader")
    parser.add_argument("--carry-out", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.carry_out:
        _carry_out(options.carry_out)
        return 0
    with served_site.scratch_database():
        result = {"benchmark": "evaluation", "people": options.people} | fill(options.people) | worked_out()
        sessions = pages.readers() | {
            "commissioner": pages.session_of("commissioner", "commissioner", "everywhere")
        }
        with served_site.served() as (port, _):
            result["page_ms"] = read(port, sessions, options.reads)
    passes = result["seconds"] < BAR_SECONDS and result["peak_mb"] < BAR_MB
    passes = passes and all(one["p95"] < BAR_P95_MS for one in result["page_ms"].values())
    print(json.dumps(result | {
        "bar_seconds": BAR_SECONDS, "bar_mb": BAR_MB, "bar_p95_ms": BAR_P95_MS, "passes": passes,
        "load_average": [round(load, 1) for load in os.getloadavg()],
    }))  # fmt: skip
    return 0 if passes else 1


def _carry_out(reference: str) -> None:
    import django

    django.setup()
    from localcare.care.stratification.evaluation.asking import carry_out

    carry_out(reference)


if __name__ == "__main__":
    raise SystemExit(main())
