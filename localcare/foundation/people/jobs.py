"""What the people room does at night, and the search by likeness that somebody asked for."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from localcare.foundation.people.duplicates import find_duplicates
from localcare.foundation.people.linking import SearchRefused
from localcare.foundation.people.linking import search_by_likeness as do
from localcare.foundation.people.models import LikenessSearch
from localcare.kernel.access.readers import system_reader
from localcare.kernel.database.one_at_a_time import InProgress
from localcare.kernel.work.carrying_out import GOES_ON_WITHIN

SEARCH = "people.search_by_likeness"
AGAIN_SECONDS = 60


@app.periodic(cron="30 3 * * *")
@app.task(name="people.find_duplicates", queueing_lock="people-duplicates", pass_context=False)
def find_duplicates_nightly(timestamp: int) -> int:
    """Propose pairs of people who may be one; running twice proposes nothing twice. Returns how many are new."""
    return find_duplicates(by=system_reader("nightly search for duplicates")).new


@app.periodic(cron="45 3 * * *")
@app.task(
    name="people.search_by_likeness_nightly", queueing_lock="people-likeness-nightly", pass_context=False
)
def search_by_likeness_nightly(timestamp: int) -> None:
    """Ask for the night's search by likeness, unless one waits already."""
    ask_for_search(asked_by="nightly search by likeness")


@app.task(name=SEARCH, lock="people-likeness", pass_context=False)
def search_by_likeness(reference: str) -> None:
    """Do one search that was asked for; what is wrong with it stands on its page. While another runs, it waits."""
    asked = LikenessSearch.objects.get(reference=reference)
    try:
        do(by=system_reader(asked.asked_by), search=asked)
    except SearchRefused:
        return
    except InProgress:
        _put_in_queue(asked, seconds=AGAIN_SECONDS)


def ask_for_search(*, asked_by: str) -> LikenessSearch:
    """The search that waits or runs, or a new one in the queue."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('people: ask for likeness'))")
        standing = LikenessSearch.objects.filter(
            status__in=(LikenessSearch.WAITING, LikenessSearch.WORKING),
            stop_asked_at=None,
            asked_at__gte=timezone.now() - GOES_ON_WITHIN,
        ).first()
        if standing:
            return standing
        asked = LikenessSearch.objects.create(asked_by=asked_by, asked_at=timezone.now())
        _put_in_queue(asked)
    return asked


def _put_in_queue(search: LikenessSearch, *, seconds: int = 0) -> None:
    later = {"schedule_in": {"seconds": seconds}} if seconds else {}
    app.configure_task(SEARCH, **later).defer(reference=str(search.reference))
