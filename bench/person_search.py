"""Person search over a register of 1.8 million, in a scratch database that is dropped afterwards.

    python bench/person_search.py                      1.8 million people (about 2 GB of disk for the time)
    python bench/person_search.py --people 50000       a small run

Times what the search page times (reading the text, finding, ranking; not drawing) for three readers: of everywhere,
of a cluster and of one practice. Prints one JSON line. Bar: p95 under 100 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from datetime import date
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings.test")

import served_site  # noqa: E402

os.environ["LOCALCARE_TEST_DATABASE"] = "bench_person_search"

BAR_P95_MS = 100
PRACTICES = 130
CLUSTER = 4  # practices
SEED = 20261122
TODAY = date(2026, 11, 22)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# NHS numbers of the range that is never issued, so only the first million of people can have one.
FILL_PEOPLE = """
    INSERT INTO people_person (reference, nhs_number, nhs_number_status, family_name, given_name, title,
        preferred_name, birth_date, sex, ethnic_category, address_line, town, postcode, lsoa_code, telephone, email,
        household, national_data_opt_out)
    SELECT gen_random_uuid(), CASE WHEN n < 1000000 AND check_digit < 10 THEN nine::text || check_digit END, '',
        (%(families)s::text[])[ceil(power(random(), 1.3) * %(family_count)s)::int],
        (%(given)s::text[])[ceil(power(random(), 1.5) * %(given_count)s)::int], '', '',
        date '2026-11-01' - (power(random(), 0.9) * 36000)::int, 'female', '', n %% 90 || ' Harbour Street', 'Deal',
        (%(districts)s::text[])[ceil(random() * %(district_count)s)::int] || ' ' || n %% 10
            || chr(65 + (n / 10 %% 26)::int) || chr(65 + (n / 260 %% 26)::int),
        '', '', '', '', false
    FROM (SELECT n, 999000000 + n AS nine, (11 - (90 + 81 + 72 + (n / 100000 %% 10) * 7 + (n / 10000 %% 10) * 6
            + (n / 1000 %% 10) * 5 + (n / 100 %% 10) * 4 + (n / 10 %% 10) * 3 + n %% 10 * 2) %% 11) %% 11 AS check_digit
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n) AS numbered
"""
FILL_REGISTRATIONS = """
    INSERT INTO people_registration (person_id, practice_id, started_on, ended_on)
    SELECT person.id, practice.id, date '2015-01-01', NULL
    FROM people_person AS person JOIN places_organisation AS practice
        ON practice.code = 'BENCH-' || (person.id %% %(practices)s)
"""


def names() -> tuple[list[str], list[str]]:
    """Family and given names of the synthetic population in a drawn order: the first are drawn most often."""
    from localcare.synthetic.identities import name_words

    families, given = list(name_words().family), list(name_words().given)
    random.Random(SEED).shuffle(families)
    random.Random(SEED).shuffle(given)
    return families, given


def fill(people: int) -> None:
    """People and one registration each, with the indexes of the search built afterwards, as a first load would."""
    from django.db import connection

    from localcare.foundation.places.models import Organisation

    Organisation.objects.bulk_create(
        Organisation(
            code=f"BENCH-{n}", name=f"Practice {n}", organisation_type="practice", valid_from=date(2000, 1, 1)
        )
        for n in range(PRACTICES)
    )
    (families, given), districts = (
        names(),
        [f"CT{n}" for n in range(1, 22)] + [f"ME{n}" for n in range(1, 21)],
    )
    words = {
        "families": families, "family_count": len(families), "given": given, "given_count": len(given),
        "districts": districts, "district_count": len(districts),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'people_by_%'")
        definitions = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP INDEX people_by_name_and_practice, people_by_postcode, people_by_birth_date")
        for first in range(0, people, 100_000):
            cursor.execute(FILL_PEOPLE, words | {"first": first, "last": min(first + 100_000, people) - 1})
        cursor.execute(FILL_REGISTRATIONS, {"practices": PRACTICES})
        for definition in definitions:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE people_person, people_registration, people_nameword")


def misspelt(name: str, draw: random.Random) -> str:
    """A name with one letter doubled, left out, exchanged or wrong."""
    at = draw.randrange(1, max(2, len(name) - 1))
    return draw.choice([
        name[:at] + name[at - 1] + name[at:], name[:at] + name[at + 1 :],
        name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :], name[:at] + draw.choice(LETTERS) + name[at + 1 :],
    ])  # fmt: skip


def queries(count: int) -> list[tuple[str, str]]:
    """What people type, drawn from people who are there: (kind, text)."""
    from localcare.foundation.people.models import Person

    draw = random.Random(SEED)
    highest = Person.objects.order_by("-id").values_list("id", flat=True)[0]
    picked = Person.objects.filter(id__in=[draw.randrange(1, highest) for _ in range(count * 3)])
    drawn = []
    for person in picked[:count]:
        family, given, born = person.family_name, person.given_name, person.birth_date
        drawn += [
            ("family name", family), ("family and given name", f"{given} {family}"),
            ("misspelt family name", misspelt(family, draw)), ("misspelt name and year", f"{misspelt(family, draw)} {born.year}"),
            ("given name and date of birth", f"{given} {born:%d/%m/%Y}"), ("NHS number", person.nhs_number or ""),
            ("date of birth", f"{born:%d/%m/%Y}"), ("outward postcode", person.postcode.split()[0]),
            ("postcode", person.postcode), ("name and outward postcode", f"{family} {person.postcode.split()[0]}"),
            ("given name", given), ("nobody", f"xq{draw.choice(LETTERS)}zt{draw.choice(LETTERS)}v"), ("year", str(born.year)),
            ("beginning of a name", family[:3]),
        ]  # fmt: skip
    draw.shuffle(drawn)
    return [(kind, text) for kind, text in drawn if text]


def measure(drawn: list[tuple[str, str]]) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of each search, by reader and kind."""
    from localcare.foundation.people.search import search_people
    from localcare.kernel.access.readers import EVERYWHERE, Reader, Scope

    scopes = {
        "everywhere": EVERYWHERE,
        "cluster": Scope(frozenset(f"BENCH-{n}" for n in range(CLUSTER))),
        "practice": Scope(frozenset({"BENCH-1"})),
    }
    times: dict[str, dict[str, list[float]]] = {}
    for name, scope in scopes.items():
        reader = Reader(user=None, name="bench", scopes={"person.search": scope})
        for _, text in drawn[:40]:
            search_people(reader, text, on=TODAY)  # a running site's caches are warm
        for kind, text in drawn:
            started = time.perf_counter()
            search_people(reader, text, on=TODAY)
            taken = (time.perf_counter() - started) * 1000
            times.setdefault(name, {}).setdefault(kind, []).append(taken)
    return times


def percentile(values: list[float], share: float) -> float:
    """The value below which the share of values lies."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def summary(values: list[float]) -> dict[str, float]:
    """Median, 95th percentile and slowest, in milliseconds."""
    return {
        "p50": round(statistics.median(values), 1),
        "p95": percentile(values, 0.95),
        "slowest": round(max(values), 1),
    }


def main() -> int:
    """Fill, measure, print, drop."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=1_800_000)
    parser.add_argument(
        "--queries", type=int, default=40, help="people from whom queries of each kind are drawn"
    )
    arguments = parser.parse_args()

    with served_site.scratch_database():
        started = time.perf_counter()
        fill(arguments.people)
        filled = time.perf_counter() - started
        times = measure(queries(arguments.queries))
    everything = [value for kinds in times.values() for values in kinds.values() for value in values]
    result = {
        "benchmark": "person search", "people": arguments.people, "searches": len(everything),
        "fill_seconds": round(filled, 1),
        "load_average": [round(load, 1) for load in os.getloadavg()], "overall_ms": summary(everything), "bar_p95_ms": BAR_P95_MS,
        "passes": percentile(everything, 0.95) < BAR_P95_MS,
        "by_reader_ms": {reader: summary([v for values in kinds.values() for v in values]) for reader, kinds in times.items()},
        "by_kind_ms": {
            reader: {kind: summary(values) for kind, values in sorted(kinds.items())} for reader, kinds in times.items()
        },
    }  # fmt: skip
    print(json.dumps(result))
    return 0 if result["passes"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
