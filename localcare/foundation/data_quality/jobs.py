"""What this room does at night."""

from __future__ import annotations

from procrastinate.contrib.django import app

from localcare.foundation.data_quality.retention import prune
from localcare.kernel.access.readers import system_reader


@app.periodic(cron="20 3 * * *")
@app.task(name="data_quality.prune", queueing_lock="data-quality-prune", pass_context=False)
def remove_old_reports(timestamp: int) -> int:
    """Remove the reports that the rules do not keep any longer; returns how many."""
    return prune(by=system_reader("nightly housekeeping of data quality"))
