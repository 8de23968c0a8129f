"""Background work of this room: the nightly measuring, and one that somebody asked for."""

from __future__ import annotations

from datetime import date

from procrastinate.contrib.django import app

from localcare.kernel.database.one_at_a_time import InProgress
from localcare.kernel.work.queue import day_when_it_is, put_once

NIGHTLY_HOUR = 4  # after the nightly list
TASK = "insight.refresh"


@app.periodic(cron="0 3,4 * * *")  # 03:00 and 04:00 UTC: one of them is 04:00 in London, whatever the season
@app.task(name="insight.nightly", pass_context=False)
def nightly(timestamp: int) -> None:
    """Ask for the night's measuring when it is four o'clock in London."""
    if day := day_when_it_is(NIGHTLY_HOUR, timestamp):
        ask_for_refresh(day, asked_by="nightly measuring")


@app.task(name=TASK, lock="insight", retry=3)
def refresh(until: str, asked_by: str) -> None:
    """Measure every indicator up to a day, under the name of whoever asked for it."""
    from localcare.kernel.access.readers import system_reader
    from localcare.system.insight.actions import refresh_indicators

    try:
        refresh_indicators(until=date.fromisoformat(until), by=system_reader(asked_by))
    except InProgress:
        return  # the run in progress does the work


def ask_for_refresh(until: date, *, asked_by: str) -> None:
    """Put a measuring in the queue, unless one waits there."""
    put_once(TASK, "insight-refresh", until=until.isoformat(), asked_by=asked_by)
