"""Contacts registered, triaged and dispatched over HTTP by eight people at once.

    python bench/contacts.py                     8 users for 60 seconds
    python bench/contacts.py --seconds 15        a small run

Fills a scratch database with people and services, serves it with gunicorn (2 workers, 4 threads), and lets eight signed-in
clinicians each take a call, triage it and ask a service, as a browser would: every page is opened before it is posted.
Afterwards the journal is counted: each contact that a user finished stands there once, whole. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings.test")

import person_search  # noqa: E402
import served_site  # noqa: E402

os.environ["LOCALCARE_TEST_DATABASE"] = "bench_contacts"

PEOPLE = 20_000
USERS = 8
CALL = {
    "caller-type": "gp", "caller-name": "Dr Ann Example", "callback-number": "01632 960001", "channel": "phone",
    "address": "1 Harbour Street", "reason": "Fell this morning", "needs": "fall", "alone": "yes", "red-flags": "none",
    "safeguarding": "no", "urgency": "two-hours", "consent": "agrees", "end-outcome": "taken", "action": "finish",
}  # fmt: skip
TRIAGE = {
    "spoke-to": "carer", "presenting": "Fell in the bathroom", "red-flags-ruled-out": "yes", "response-class": "two-hours",
    "response-reason": "Cannot be left alone", "urgent-condition": "fall", "may-otherwise-be-admitted": "yes",
    "safety-net": "Ring again if drowsy", "action": "complete",
}  # fmt: skip
HIDDEN = re.compile(r'name="(reference|revision|after|call|key)" value="([^"]*)"')


def fill() -> list[str]:
    """Services, and the sessions of eight people who take calls and triage them."""
    from django.conf import settings
    from django.test import Client

    from localcare.foundation.services.models import Membership, Service
    from localcare.kernel.access.models import RoleGrant, User

    person_search.fill(PEOPLE)
    access = Service.objects.create(code="bench-access", title="Access", kind="single-point-of-access")
    Service.objects.create(code="bench-rapid", title="Rapid", kind="rapid-response", needs=["fall"])
    since = date.today() - timedelta(days=30)
    sessions = []
    for number in range(USERS):
        user = User.objects.create(username=f"bench-{number}", first_name="Bench", last_name=str(number))
        RoleGrant.objects.create(
            user=user, role="clinical-triager", scope_kind="everywhere", scope_code="", starts_on=since
        )
        Membership.objects.create(user=user, service=access, starts_on=since)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        sessions.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    return sessions


def one_contact(browser: served_site.Browser, person: str) -> None:
    """A call about somebody, from the empty page to a service that has been asked."""
    _, page, _ = browser.ask("/access/new/")
    hidden = dict(HIDDEN.findall(page)) | {"call": uuid4().hex}
    status, page, onward = browser.ask("/access/new/", {**CALL, **hidden, "person": person})
    expect(status, 302, "the call", page)
    base = onward
    _, page, _ = browser.ask(f"{base}triage/")
    status, page, _ = browser.ask(f"{base}triage/", {**TRIAGE, **dict(HIDDEN.findall(page))})
    expect(status, 302, "the triage", page)
    _, page, _ = browser.ask(f"{base}arrange/")
    asked = {"action": "ask", "service": "bench-rapid", "text": "Please see", "key": uuid4().hex}
    status, page, _ = browser.ask(f"{base}arrange/", asked)
    if status == 400:  # the page warns, for example outside the hours of the service; the reason is given
        status, page, _ = browser.ask(f"{base}arrange/", asked | {"anyway": "They said that they come"})
    expect(status, 302, "the request", page)


def expect(status: int, wanted: int, what: str, page: str) -> None:
    """Stop where the site did not take what was sent."""
    if status != wanted:
        errors = re.findall(r"error-message[^>]*>(?:<span[^>]*>.*?</span>)?\s*([^<]+)", page)
        raise RuntimeError(f"{what} answered {status}: {errors[:5] or page[:300]}")


def work(port: int, session: str, people: list[str], until: float) -> list[float]:
    """Contacts one after another until the time is over; the seconds each took."""
    browser = served_site.Browser(port, session)
    taken = []
    for person in people:
        if time.monotonic() > until:
            break
        started = time.monotonic()
        one_contact(browser, person)
        taken.append(time.monotonic() - started)
    return taken


def eight_at_once(port: int, sessions: list[str], people: list[str], seconds: int) -> list[float]:
    """Each user with people of their own; the seconds that each contact took."""
    share = len(people) // USERS
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(USERS) as pool:
        jobs = [
            pool.submit(work, port, session, people[number * share : (number + 1) * share], until)
            for number, session in enumerate(sessions)
        ]
        return [second for job in jobs for second in job.result()]


def whole_contacts() -> tuple[int, int]:
    """Contacts whose triage is done and that asked one service, and how many asked twice."""
    from django.db.models import Count

    from localcare.foundation.pathways.models import Journey

    contacts = Journey.objects.filter(version__pathway="single-point-of-access-contact")
    asked = contacts.annotate(asked=Count("tasks__opened_journeys"))
    return asked.filter(asked=1).count(), asked.filter(asked__gt=1).count()


def main() -> int:
    """Fill, serve, work, count, print, drop."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()

    with served_site.scratch_database():
        from localcare.foundation.pathways.rebuild import differences
        from localcare.foundation.people.models import Person

        sessions = fill()
        people = [str(reference) for reference in Person.objects.values_list("reference", flat=True)]
        with served_site.served() as (port, _):
            one_contact(served_site.Browser(port, sessions[0]), people.pop())  # caches are warm
            taken = eight_at_once(port, sessions, people, arguments.seconds)
        once, twice = whole_contacts()
        wrong = differences()
    result = {
        "benchmark": "contacts", "users": USERS, "seconds": arguments.seconds, "contacts": len(taken),
        "contacts_per_second": round(len(taken) / arguments.seconds, 2),
        "requests_per_second": round(len(taken) * 6 / arguments.seconds, 1),
        "milliseconds_of_one_contact": person_search.summary([second * 1000 for second in taken]),
        "lost": len(taken) + 1 - once, "asked_twice": twice, "derived_rows_that_differ": len(wrong),
        "load_average": os.getloadavg()[0],
    }  # fmt: skip
    print(json.dumps(result))
    return 0 if not result["lost"] and not twice and not wrong else 1


if __name__ == "__main__":
    raise SystemExit(main())
