"""Housekeeping of the job queue: a killed worker's jobs run again, old ones go."""

from __future__ import annotations

import logging

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status

logger = logging.getLogger("localcare.jobs")
SILENT_SECONDS = 60  # a living worker gives a sign of life every ten seconds
KEEP_FINISHED_HOURS = 14 * 24


async def give_back(job: Job) -> None:
    """Have a job that was broken off run again; jobs are written so that twice does no harm."""
    try:
        await app.job_manager.retry_job(job, retry_at=timezone.now())
    except UniqueViolation:  # the same waits already, and will do it
        await app.job_manager.finish_job(job, status=Status.ABORTED, delete_job=False)
    logger.warning("A job that was broken off runs again", extra={"job": job.task_name})


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled_jobs", pass_context=False)
async def retry_stalled_jobs(timestamp: int) -> None:
    """Give back every job whose worker has fallen silent."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        await give_back(job)


@app.periodic(cron="15 3 * * *")
@app.task(queueing_lock="remove_old_jobs", pass_context=False)
async def remove_finished_jobs(timestamp: int) -> None:
    """Forget jobs that succeeded a fortnight ago; failed ones stay to be looked at."""
    await app.job_manager.delete_old_jobs(nb_hours=KEEP_FINISHED_HOURS)
