"""What the record room does at night."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

logger = logging.getLogger("localcare.jobs")


@app.periodic(cron="20 5 * * *")
@app.task(name="record.forget_deletions", queueing_lock="record-forget-deletions", pass_context=False)
def forget_deletions(timestamp: int) -> int:
    """Forget exports past their time and the deleted rows that no export needs any more; how many rows those were."""
    from localcare.foundation.record.exporting.deletions import ExportUnderWay, prune_deletions
    from localcare.foundation.record.exporting.states import forget_expired

    try:
        pruned = prune_deletions()
    except ExportUnderWay:
        logger.info("An export is being made, so deleted rows are looked through another time")
        return 0
    forget_expired()
    return pruned
