"""What the people room does at night, and the search by likeness that somebody asked for."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from localcare.foundation.people.duplicates import find_duplicates
from localcare.foundation.people.linking import SearchRefused, settle_stopped
from localcare.foundation.people.linking import search_by_likeness as do
from localcare.foundation.people.models import LikenessSearch
from localcare.kernel.access.readers import system_reader

SEARCH = "people.search_by_likeness"
GIVEN_UP_AFTER = timedelta(hours=6)  # a search that no worker took in so long is asked for again


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


@app.task(name=SEARCH, lock="people-likeness")
def search_by_likeness(search: int) -> None:
    """Do one search that was asked for; what is wrong with it stands on its page."""
    asked = LikenessSearch.objects.get(pk=search)
    try:
        do(by=system_reader(asked.asked_by), search=asked)
    except SearchRefused:
        return


def ask_for_search(*, asked_by: str) -> LikenessSearch:
    """The search that waits or runs, or a new one in the queue."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('people: ask for likeness'))")
        settle_stopped()
        standing = LikenessSearch.objects.filter(
            state__in=(LikenessSearch.State.WAITING, LikenessSearch.State.RUNNING),
            asked_at__gte=timezone.now() - GIVEN_UP_AFTER,
        ).first()
        if standing:
            return standing
        asked = LikenessSearch.objects.create(asked_by=asked_by)
        app.configure_task(SEARCH).defer(search=asked.pk)
    return asked
