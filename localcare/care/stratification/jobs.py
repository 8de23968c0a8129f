"""Background work of this desk: the nightly run, and a run that somebody asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

LONDON = ZoneInfo("Europe/London")
NIGHTLY_HOUR = 2
TASK = "stratification.run"


@app.periodic(cron="0 1,2 * * *")  # 01:00 and 02:00 UTC: one of them is 02:00 in London, whatever the season
@app.task(name="stratification.nightly", pass_context=False)
def nightly(timestamp: int) -> None:
    """Ask for the night's run when it is two o'clock in London."""
    now = datetime.fromtimestamp(timestamp, tz=UTC).astimezone(LONDON)
    if is_time_for_nightly(now):
        ask_for_run(now.date(), asked_by="nightly stratification")


@app.task(name=TASK, lock="stratification", retry=3)
def run(as_of: str, asked_by: str) -> None:
    """Run the stratification as of a day, under the name of whoever asked for it."""
    from localcare.care.stratification.actions import (
        OlderThanTheList,
        RunInProgress,
        run_stratification,
    )
    from localcare.foundation.data_quality.actions import DataRefused
    from localcare.kernel.access.readers import system_reader

    try:
        run_stratification(as_of=date.fromisoformat(as_of), by=system_reader(asked_by))
    except (RunInProgress, OlderThanTheList, DataRefused):
        return  # the run in progress does the work, a newer list is in force, or trying again would find the same


def is_time_for_nightly(now: datetime) -> bool:
    """Whether it is the hour of the nightly run, in London."""
    return now.hour == NIGHTLY_HOUR


def ask_for_run(as_of: date, *, asked_by: str) -> None:
    """Put a run in the queue, unless one for the day already waits there."""
    from procrastinate.exceptions import AlreadyEnqueued

    lock = f"stratification-{as_of.isoformat()}"
    try:
        with transaction.atomic():  # a refusal leaves the transaction of whoever asks as it was
            app.configure_task(TASK, queueing_lock=lock).defer(as_of=as_of.isoformat(), asked_by=asked_by)
    except AlreadyEnqueued:
        return


def is_waiting() -> bool:
    """Whether a run waits for a worker."""
    return ProcrastinateJob.objects.filter(task_name=TASK, status="todo").exists()
