"""Background work of this room: the nightly measuring, and one that somebody asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

LONDON = ZoneInfo("Europe/London")
NIGHTLY_HOUR = 4  # after the nightly list
TASK = "insight.refresh"


@app.periodic(cron="0 3,4 * * *")  # 03:00 and 04:00 UTC: one of them is 04:00 in London, whatever the season
@app.task(name="insight.nightly", pass_context=False)
def nightly(timestamp: int) -> None:
    """Ask for the night's measuring when it is four o'clock in London."""
    now = datetime.fromtimestamp(timestamp, tz=UTC).astimezone(LONDON)
    if now.hour == NIGHTLY_HOUR:
        ask_for_refresh(now.date(), asked_by="nightly measuring")


@app.task(name=TASK, lock="insight", retry=3)
def refresh(until: str, asked_by: str) -> None:
    """Measure every indicator up to a day, under the name of whoever asked for it."""
    from localcare.kernel.access.readers import system_reader
    from localcare.system.insight.actions import RunInProgress, refresh_indicators

    try:
        refresh_indicators(until=date.fromisoformat(until), by=system_reader(asked_by))
    except RunInProgress:
        return  # the run in progress does the work


def ask_for_refresh(until: date, *, asked_by: str) -> None:
    """Put a measuring in the queue, unless one waits there."""
    from procrastinate.exceptions import AlreadyEnqueued

    try:
        app.configure_task(TASK, queueing_lock="insight-refresh").defer(
            until=until.isoformat(), asked_by=asked_by
        )
    except AlreadyEnqueued:
        return


def is_waiting() -> bool:
    """Whether a measuring waits for a worker."""
    return ProcrastinateJob.objects.filter(task_name=TASK, status="todo").exists()
