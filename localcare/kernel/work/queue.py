"""Asking the worker: once for the same thing, and at an hour of the London night."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from localcare.kernel.nhs_design.formatting import LONDON


def put_once(task: str, waiting_as: str, **arguments: Any) -> None:
    """Put a task in the queue, in the caller's transaction, unless one that waits as the same is there already."""
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import AlreadyEnqueued

    try:
        with transaction.atomic():  # the refusal leaves the transaction of whoever asks as it was
            app.configure_task(task, queueing_lock=waiting_as).defer(**arguments)
    except AlreadyEnqueued:
        return


def is_waiting(task: str) -> bool:
    """Whether such a task waits for a worker."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(task_name=task, status="todo").exists()


def day_when_it_is(hour: int, timestamp: int) -> date | None:
    """The day in London when it is this hour there, and None at every other: asked twice a night, it answers once."""
    now = datetime.fromtimestamp(timestamp, tz=UTC).astimezone(LONDON)
    return now.date() if now.hour == hour else None
