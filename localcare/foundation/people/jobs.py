"""What the people room does at night."""

from __future__ import annotations

from procrastinate.contrib.django import app

from localcare.foundation.people.duplicates import find_duplicates
from localcare.kernel.access.readers import system_reader


@app.periodic(cron="30 3 * * *")
@app.task(name="people.find_duplicates", queueing_lock="people-duplicates", pass_context=False)
def find_duplicates_nightly(timestamp: int) -> int:
    """Propose pairs of people who may be one; running twice proposes nothing twice. Returns how many are new."""
    return find_duplicates(by=system_reader("nightly search for duplicates")).new
