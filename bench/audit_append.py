"""How many audit entries a second go in durably: `python -m bench.audit_append [connections] [entries each]`.

Writes to the database named by LOCALCARE_TEST_DATABASE (made by the tests), never to the site's own.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

os.environ["DJANGO_SETTINGS_MODULE"] = "localcare.config.settings.test"


def prepare() -> None:
    """Point this program at the tests' database, with durable commits."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = settings.DATABASES["default"]["TEST"]["NAME"]
    settings.DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=on"
    django.setup()


def append(entries: int, subjects: int) -> list[float]:
    """Append entries about so many people each on a connection of its own; the seconds that each took."""
    from django.db import connection

    from localcare.kernel.access.readers import system_reader
    from localcare.kernel.audit.actions import record_access

    reader, people = system_reader("benchmark"), [f"person-{number}" for number in range(subjects)]
    taken = []
    for _ in range(entries):
        started = time.perf_counter()
        record_access(reader=reader, action="person.read", subjects=people)
        taken.append(time.perf_counter() - started)
    connection.close()
    return taken


def main(connections: int, entries: int) -> None:
    """Print entries a second and the 95th percentile of one append, for one person and for a list of 50."""
    prepare()
    for subjects in (1, 50):
        with ThreadPoolExecutor(connections) as pool:
            started = time.perf_counter()
            taken = sorted(
                second
                for seconds in pool.map(append, repeat(entries, connections), repeat(subjects))
                for second in seconds
            )
            elapsed = time.perf_counter() - started
        p95 = taken[int(len(taken) * 0.95)] * 1000
        rate = len(taken) / elapsed
        print(f"{connections} connections, {subjects} subjects: {rate:.0f} a second, p95 {p95:.1f} ms")


if __name__ == "__main__":
    main(*(int(number) for number in (sys.argv[1:] or ["8", "250"])))
