"""When something may be said to have happened. Pure: no database, no clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from localcare.foundation.pathways.errors import NotPossible

CLOCK_TOLERANCE = timedelta(minutes=1)  # between the clocks of two machines
NEEDS_REASON_AFTER = timedelta(minutes=15)


def check_time(
    at: datetime, *, now: datetime, not_before: datetime | None, limit: timedelta, reason: str
) -> None:
    """Refuse an effective time in the future, before what it follows, too long ago, or back-dated without a reason."""
    if at > now + CLOCK_TOLERANCE:
        raise NotPossible("The time lies in the future. Enter when it happened, or leave the time empty.")
    if not_before is not None and at < not_before:
        raise NotPossible("That is before the step it follows. Enter a later time.")
    if now - at > limit:
        days = limit.total_seconds() / 86400
        raise NotPossible(
            f"That is longer ago than the {days:g} days for which a time may be entered afterwards. "
            "Record it as of now and say in a note when it happened."
        )
    if now - at > NEEDS_REASON_AFTER and not reason.strip():
        raise NotPossible("Say why this is recorded afterwards: a time in the past needs a reason.")
