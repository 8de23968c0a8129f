"""Background work of the pathways: timers, and changes of people that arrived by feed."""

from __future__ import annotations

from procrastinate.contrib.django import app

from localcare.foundation.pathways.timers import TASK


@app.task(name=TASK, retry=5, pass_context=False)
def fire_timers() -> None:
    """Fire what is due."""
    from localcare.foundation.pathways.timers import fire_due

    fire_due()


@app.periodic(cron="* * * * *")
@app.task(name="pathways.every_minute", queueing_lock="pathways.every_minute", pass_context=False)
def every_minute(timestamp: int) -> None:
    """Fire what a lost wake-up left behind, wake somebody for what comes next, and tell the teams whose people changed."""
    from localcare.foundation.pathways.changes import look_for_changes
    from localcare.foundation.pathways.timers import fire_due, wake_for_next

    fire_due()
    wake_for_next()
    look_for_changes()
