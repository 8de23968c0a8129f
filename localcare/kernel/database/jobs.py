"""Housekeeping of the job queue: a killed worker's jobs run again, old ones go."""

from __future__ import annotations

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

logger = logging.getLogger("localcare.jobs")
SILENT_SECONDS = 60  # a living worker gives a sign of life every ten seconds
KEEP_FINISHED_HOURS = 14 * 24


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled_jobs", pass_context=False)
async def retry_stalled_jobs(timestamp: int) -> None:
    """Give back every job whose worker has fallen silent; jobs are written so that twice does no harm."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        logger.warning("A job whose worker was killed runs again", extra={"job": job.task_name})
        await app.job_manager.retry_job(job, retry_at=timezone.now())


@app.periodic(cron="15 3 * * *")
@app.task(queueing_lock="remove_old_jobs", pass_context=False)
async def remove_finished_jobs(timestamp: int) -> None:
    """Forget jobs that succeeded a fortnight ago; failed ones stay to be looked at."""
    await app.job_manager.delete_old_jobs(nb_hours=KEEP_FINISHED_HOURS)
