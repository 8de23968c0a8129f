"""The list page, the person page, all journeys of a person, and person search with 1.8 million people registered and scored.

    python bench/pages.py                                       1.8 million people, full records for 100,000 (about 7 GB of disk)
    python bench/pages.py --people 60000 --records 5000 --seconds 20     a small run

Fills a scratch database, serves it with gunicorn (2 workers, 4 threads) and asks for pages over loopback at 10 requests
a second, timed from the moment each was due. Readers: a practice, a cluster, everywhere. Prints one JSON line and drops
the database. Bar: p95 under 150 ms for each kind of page.
"""

# ruff: noqa: E501 - tables of SQL read better in one piece
from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings.test")

import journal  # noqa: E402
import person_search  # noqa: E402
import psutil  # noqa: E402
import served_site  # noqa: E402

os.environ["LOCALCARE_TEST_DATABASE"] = "bench_pages"

BAR_P95_MS = 150
TODAY = date.today()
RATE = 10
FACTS, CONTACTS, STAYS, DIAGNOSES, ATTENDANCES, PACKAGES = 24, 10, 2, 3, 2, 1
JOURNEYS, FORMS = 4, 3  # of each person with a full record; every tenth person has an open journey
KINDS = ("list", "person", "journeys", "search")

SCORES = """
    INSERT INTO stratification_personscore (person_id, from_run_id, {columns})
    SELECT p.id, %(run)s, {values}
    FROM (SELECT id, 'BENCH-' || (id %% {practices}) AS practice, date_part('year', age(%(today)s, birth_date))::int AS years,
            random() AS need, random() AS other FROM people_person) AS p
"""
VALUES = {
    "practice_code": "practice", "age": "years", "imd_decile": "1 + (other * 9)::int",
    "hfrs_tenths": "(power(need, 12) * 300)::int", "hfrs_band": "CASE WHEN need < 0.86 THEN 'low' WHEN need < 0.95 THEN 'intermediate' ELSE 'high' END",
    "hfrs_mask_low": "(need * 1000)::bigint", "hfrs_mask_high": "0", "charlson_1987": "(need * 6)::int", "charlson_quan_2011": "(need * 5)::int",
    "charlson_mask": "(need * 131071)::bigint", "efi_deficits": "(power(need, 4) * 20)::int",
    "efi_category": "CASE WHEN need < 0.7 THEN 'fit' WHEN need < 0.9 THEN 'mild' WHEN need < 0.97 THEN 'moderate' ELSE 'severe' END",
    "efi_mask": "(need * 1000000000)::bigint", "cambridge_hundredths": "(need * 500)::int", "cambridge_mask": "(other * 1048575)::bigint",
    "acsc_admissions_12m": "(power(other, 20) * 3)::int", "emergency_admissions_12m": "(power(need, 14) * 6)::int",
    "attendances_12m": "(power(other, 6) * 8)::int", "in_hospital": "need > 0.999", "in_acute_bed": "need > 0.999", "in_specialist_bed": "false",
    "in_care_home": "need > 0.99", "has_home_care": "other > 0.97", "last_contact_on": "%(today)s - (other * 400)::int",
    "frailty_coded": "NULL", "plan_recorded_on": "CASE WHEN other > 0.9 THEN %(today)s - 100 END",
    "last_emergency_discharge_on": "CASE WHEN need > 0.97 THEN %(today)s - (other * 300)::int END", "registered_on": "date '2015-01-01'",
    "last_general_practice_on": "%(today)s - (other * 400)::int", "segment": "CASE WHEN need > 0.9 THEN 'frailty-and-dementia' WHEN need > 0.5 THEN 'long-term-conditions' ELSE 'generally-well' END",
    "segment_flags": "4", "tier": "CASE WHEN need > 0.999 THEN 3 WHEN need > 0.98 THEN 2 ELSE 1 END",
    "cohorts": "CASE WHEN need > 0.95 THEN 1 + (other * 127)::bigint ELSE 0 END", "priority": "(power(need, 8) * 60)::int", "on_list": "need > 0.95",
}  # fmt: skip
DATES_WITHOUT_VALUE = ("last_community_on", "last_mental_health_on", "last_social_care_on", "last_voluntary_on", "last_out_patient_on")  # fmt: skip
ENTRIES = """
    INSERT INTO stratification_listentry (person_id, practice_code, rank, priority, tier, segment, cohorts, efi_category, age,
        emergency_admissions_12m, last_contact_on, plan_recorded_on, joined_on, is_new, changes, decision_kind, came_back_because)
    SELECT person_id, practice_code, row_number() OVER (PARTITION BY practice_code ORDER BY priority DESC, person_id), priority, tier,
        segment, cohorts, efi_category, age, emergency_admissions_12m, last_contact_on, plan_recorded_on, %(today)s, false,
        CASE WHEN person_id %% 10 = 0 THEN '{"emergency_admissions_12m": [0, 1]}'::jsonb ELSE '{}'::jsonb END, '', ''
    FROM stratification_personscore WHERE on_list
"""
COUNTS = """
    INSERT INTO stratification_runcount (run_id, practice_code, dimension, value, people)
    SELECT %(run)s, practice_code, 'tier', tier::text, count(*) FROM stratification_personscore GROUP BY 2, 4
"""
RECORDS = [
    f"""INSERT INTO record_fact (person_id, source_id, source_key, kind, system, code, text, value_text, unit, occurred_on, recorded_by)
        SELECT p, %(source)s, 'f' || p || '-' || n, (ARRAY['condition', 'medicine', 'observation'])[1 + n %% 3], 'LOCAL',
            'EFI-FALLS-' || n, 'Something recorded ' || n, '', '', %(today)s - ((p * 7 + n * 53) %% 2000)::int, ''
        FROM generate_series(1, %(records)s) p, generate_series(1, {FACTS}) n""",
    f"""INSERT INTO record_contact (person_id, source_id, source_key, setting, provider_code, occurred_on, mode, professional_role, reason)
        SELECT p, %(source)s, 'c' || p || '-' || n, (ARRAY['general-practice', 'community', 'social-care'])[1 + n %% 3], '',
            %(today)s - ((p * 3 + n * 37) %% 700)::int, 'telephone', '', ''
        FROM generate_series(1, %(records)s) p, generate_series(1, {CONTACTS}) n""",
    f"""INSERT INTO record_stay (person_id, source_id, source_key, provider_code, site_code, admission_type, bed_type, specialty_code,
            admitted_on, discharged_on, discharge_destination, reason)
        SELECT p, %(source)s, 's' || p || '-' || n, '', '', 'emergency', 'acute', '300', %(today)s - (p + n * 200) %% 900,
            %(today)s - (p + n * 200) %% 900 + 3, '', ''
        FROM generate_series(1, %(records)s::int) p, generate_series(1, {STAYS}) n""",
    f"""INSERT INTO record_diagnosis (person_id, source_id, source_key, stay_id, position, code, text, occurred_on)
        SELECT person_id, source_id, 'd' || id || '-' || n, id, n, (ARRAY['F00.1', 'J44.9', 'N39.0'])[n], '', admitted_on
        FROM record_stay, generate_series(1, {DIAGNOSES}) n""",
    f"""INSERT INTO record_attendance (person_id, source_id, source_key, provider_code, site_code, department_type, arrived_on, arrival_mode,
            outcome, diagnosis_code, reason)
        SELECT p, %(source)s, 'a' || p || '-' || n, '', '', '1', %(today)s - (p + n * 90) %% 600, 'other', 'discharged', '', ''
        FROM generate_series(1, %(records)s::int) p, generate_series(1, {ATTENDANCES}) n""",
    """INSERT INTO record_package (person_id, source_id, source_key, package_type, provider_code, started_on)
        SELECT p, %(source)s, 'k' || p, 'domiciliary-care', '', %(today)s - 100
        FROM generate_series(1, %(records)s) p WHERE p %% 5 = 0""",
    f"""INSERT INTO forms_formresponse (reference, person_id, version_id, context, state, revision, answers, scores, started_at, saved_at,
            completed_at, author_name, reason)
        SELECT gen_random_uuid(), p, %(form)s, '', 'completed', 1, '{{}}', '{{}}', now(), now(), now() - n * interval '9 days', 'Bench', ''
        FROM generate_series(1, %(records)s) p, generate_series(1, {FORMS}) n""",
]  # fmt: skip


def fill_places() -> None:
    """A health economy of places, clusters of four practices each, so that filters are as long as in life."""
    from localcare.foundation.places.models import Area, AreaMembership, Organisation, PracticeMembership

    since = date(2000, 1, 1)

    def area(code: str, kind: str, within: Area | None) -> Area:
        made = Area.objects.create(code=code, kind=kind, name=code.title(), valid_from=since)
        if within:
            AreaMembership.objects.create(child=made, parent=within, valid_from=since)
        return made

    economy = area("bench-economy", Area.Kind.HEALTH_ECONOMY, None)
    places = [area(f"bench-place-{n}", Area.Kind.PLACE, economy) for n in range(4)]
    clusters = [area(f"bench-cluster-{n}", Area.Kind.CLUSTER, places[n % 4]) for n in range(33)]
    PracticeMembership.objects.bulk_create(
        PracticeMembership(
            practice=practice, area=clusters[int(practice.code.split("-")[1]) // 4], valid_from=since
        )
        for practice in Organisation.objects.filter(code__startswith="BENCH-")
    )


def fill_scores(people: int, records: int) -> dict[str, float]:
    """Scores for everyone, the list, and records for the first people; seconds of each."""
    from django.db import connection

    from localcare.care.stratification.columns import STORED
    from localcare.care.stratification.definitions import definitions
    from localcare.care.stratification.models import Run
    from localcare.foundation.forms.definitions import current_version
    from localcare.foundation.record.models import Source

    now = datetime.now(tz=UTC)
    run = Run.objects.create(
        as_of=TODAY, definitions_version=definitions().version, status="published", requested_by="bench",
        started_at=now, finished_at=now, people=people,
    )  # fmt: skip
    source = Source.objects.create(code="bench", name="Benchmark")
    given = {
        "run": run.pk,
        "today": TODAY,
        "records": records,
        "source": source.pk,
        "form": current_version("clinical-triage").pk,
    }
    values = dict.fromkeys(STORED, "0") | dict.fromkeys(DATES_WITHOUT_VALUE, "NULL::date") | VALUES
    scores = SCORES.format(
        columns=", ".join(STORED),
        values=", ".join(values[name] for name in STORED),
        practices=person_search.PRACTICES,
    )
    taken = {}
    with connection.cursor() as cursor:
        for name, statements in (("scores", [scores, ENTRIES, COUNTS]), ("records", RECORDS)):
            started = time.perf_counter()
            for statement in statements:
                cursor.execute(statement, given)
            taken[f"{name}_seconds"] = round(time.perf_counter() - started, 1)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*) FROM stratification_listentry")
        taken["on_list"] = cursor.fetchone()[0]
    return taken


def readers() -> dict[str, str]:
    """A session for a reader of a practice, of a cluster, and of everywhere."""
    return {
        "practice": session_of("practice", "gp", "practice", "BENCH-1"),
        "cluster": session_of("cluster", "gp", "place", "bench-cluster-0"),
        "everywhere": session_of("everywhere", "gp", "everywhere"),
    }


def session_of(name: str, role: str, kind: str, code: str = "") -> str:
    """A session of somebody who holds a role in a scope."""
    from django.conf import settings
    from django.test import Client

    from localcare.kernel.access.models import RoleGrant, User

    user = User.objects.create(username=f"bench-{name}")
    RoleGrant.objects.create(
        user=user, role=role, scope_kind=kind, scope_code=code, starts_on=TODAY - timedelta(days=1)
    )
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def requests(count: int, records: int) -> list[tuple[str, str, str]]:
    """(kind, reader, address) of what is asked, in random order; after a space, what is typed into the search box."""
    from localcare.care.stratification.models import ListEntry
    from localcare.foundation.people.models import Person
    from localcare.foundation.places.models import Organisation

    draw = random.Random(person_search.SEED)
    codes = {"practice": ["BENCH-1"], "cluster": [f"BENCH-{n}" for n in range(4)],
             "everywhere": list(Organisation.objects.values_list("code", flat=True))}  # fmt: skip
    filters = [{}, {"page": "2"}, {"tier": "2"}, {"cohort": "moderate-or-severe-frailty"}, {"no_plan": "on"}, {"order": "age"},
               {"frailty": "severe", "age": "85-"}, {"state": "all", "page": "4"}, {"order": "contact"}]  # fmt: skip
    people = {
        name: list(
            Person.objects.filter(
                pk__in=ListEntry.objects.filter(practice_code__in=some, person_id__lte=records).values(
                    "person_id"
                )
            ).values_list("reference", flat=True)[:400]
        )
        for name, some in codes.items()
    }
    texts = [text for _, text in person_search.queries(40)]
    asked = []
    for number in range(count):
        reader = list(codes)[number % 3]
        kind = KINDS[number // 3 % len(KINDS)]
        address = {
            "list": f"/list/?{urlencode(draw.choice(filters) or {'state': 'review'})}",
            "person": f"/people/{draw.choice(people[reader])}/",
            "journeys": f"/people/{draw.choice(people[reader])}/journeys/",
            "search": f"/people/ {draw.choice(texts)}",
        }[kind]
        asked.append((kind, reader, address))
    draw.shuffle(asked)
    return asked


def fetch(port: int, address: str, session: str, typed: str = "") -> tuple[int, str]:
    """One page, its redirect followed: status and content. What is typed is posted, as the search box does."""
    browser = served_site.Browser(port, session)
    try:
        status, content, onward = browser.ask(address, {"text": typed} if typed else None)
        if status in (302, 303) and onward:
            status, content, _ = browser.ask(onward)
        return status, content
    finally:
        browser.close()


def measure(port: int, asked: list[tuple[str, str, str]], sessions: dict[str, str]) -> dict[str, list[float]]:
    """Milliseconds from the moment a request was due to its last byte, at 10 requests a second."""
    times: dict[str, list[float]] = defaultdict(list)
    slow: list[tuple[float, str, str]] = []
    start = time.perf_counter() + 0.5

    def ask(number: int, kind: str, reader: str, address: str) -> None:
        due = start + number / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        place, _, typed = address.partition(" ")
        status, content = fetch(port, place, sessions[reader], typed)
        taken = (time.perf_counter() - due) * 1000
        if status != 200 or "<h1" not in content:
            raise RuntimeError(f"{address} for {reader} answered {status}")
        times[kind].append(taken)
        times[f"{kind} {reader}"].append(taken)
        slow.append((round(taken, 1), reader, address))

    with ThreadPoolExecutor(max_workers=16) as pool:
        for done in [pool.submit(ask, number, *one) for number, one in enumerate(asked)]:
            done.result()
    for one in sorted(slow, reverse=True)[:8]:
        print("slow:", *one, file=sys.stderr)
    return times


def one_at_a_time(
    port: int, server: subprocess.Popen[bytes], asked: list[tuple[str, str, str]], sessions: dict[str, str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Without a queue, so that a busy machine can be told from a slow page: median milliseconds of each kind and
    reader, and milliseconds of a processor (without the database) of each kind.
    """
    times: dict[str, list[float]] = defaultdict(list)
    processor = {}
    for kind in KINDS:
        of_kind = [one for one in asked if one[0] == kind]
        used = processor_seconds(server)
        for _, reader, address in of_kind:
            place, _, typed = address.partition(" ")
            started = time.perf_counter()
            fetch(port, place, sessions[reader], typed)
            times[f"{kind} {reader}"].append((time.perf_counter() - started) * 1000)
        processor[kind] = round((processor_seconds(server) - used) * 1000 / len(of_kind), 1)
    return {kind: person_search.summary(values)["p50"] for kind, values in sorted(times.items())}, processor


def processor_seconds(server: subprocess.Popen[bytes]) -> float:
    """Seconds of a processor that the site (without the database) has used."""
    workers = psutil.Process(server.pid).children(recursive=True)
    return sum(sum(worker.cpu_times()[:2]) for worker in workers)


def main() -> int:
    """Fill, serve, measure, print, drop."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=1_800_000)
    parser.add_argument("--records", type=int, default=100_000, help="people with full records")
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()

    with served_site.scratch_database():
        started = time.perf_counter()
        person_search.fill(arguments.people)
        taken = {"people_seconds": round(time.perf_counter() - started, 1)}
        fill_places()
        taken |= journal.fill_journeys(
            JOURNEYS * arguments.records, arguments.records // 10, arguments.records
        )
        taken |= fill_scores(arguments.people, arguments.records)
        sessions, asked = readers(), requests(arguments.seconds * RATE, arguments.records)
        with served_site.served() as (port, server):
            measure(port, requests(40, arguments.records), sessions)  # a running site's caches are warm
            alone, processor = one_at_a_time(port, server, requests(180, arguments.records), sessions)
            used = processor_seconds(server)
            times = measure(port, asked, sessions)
            per_request = (processor_seconds(server) - used) * 1000 / len(asked)
        taken["processor_ms_per_request"] = round(per_request, 1)
    kinds = {kind: person_search.summary(values) for kind, values in sorted(times.items())}
    passes = all(kinds[kind]["p95"] < BAR_P95_MS for kind in KINDS)
    result = {
        "benchmark": "pages", "people": arguments.people, "records": arguments.records, "requests": len(asked),
        "requests_per_second": RATE, **taken, "load_average": os.getloadavg()[0],
        "one_at_a_time_p50_ms": alone, "processor_ms": processor, "milliseconds": kinds, "bar_p95_ms": BAR_P95_MS, "passes": passes,
    }  # fmt: skip
    print(json.dumps(result))
    return 0 if passes else 1


if __name__ == "__main__":
    raise SystemExit(main())
