"""Background work of this desk: the nightly run, and a run that somebody asked for."""

from __future__ import annotations

from datetime import date

from procrastinate.contrib.django import app

from localcare.kernel.database.one_at_a_time import InProgress
from localcare.kernel.work.queue import day_when_it_is, put_once

NIGHTLY_HOUR = 2
TASK = "stratification.run"


@app.periodic(cron="0 1,2 * * *")  # 01:00 and 02:00 UTC: one of them is 02:00 in London, whatever the season
@app.task(name="stratification.nightly", pass_context=False)
def nightly(timestamp: int) -> None:
    """Ask for the night's run when it is two o'clock in London."""
    if day := day_when_it_is(NIGHTLY_HOUR, timestamp):
        ask_for_run(day, asked_by="nightly stratification")


@app.task(name=TASK, lock="stratification", retry=3)
def run(as_of: str, asked_by: str) -> None:
    """Run the stratification as of a day, under the name of whoever asked for it; then ask whether an earlier list helped."""
    from localcare.care.stratification.actions import OlderThanTheList, run_stratification
    from localcare.care.stratification.evaluation.asking import ask_for_suggested
    from localcare.foundation.data_quality.actions import DataRefused
    from localcare.kernel.access.readers import system_reader

    by = system_reader(asked_by)
    try:
        run_stratification(as_of=date.fromisoformat(as_of), by=by)
    except (InProgress, OlderThanTheList, DataRefused):
        return  # the run in progress does the work, a newer list is in force, or trying again would find the same
    ask_for_suggested(by=by)


def ask_for_run(as_of: date, *, asked_by: str) -> None:
    """Put a run in the queue, unless one for the day already waits there."""
    day = as_of.isoformat()
    put_once(TASK, f"stratification-{day}", as_of=day, asked_by=asked_by)
