"""Whom to see next, and how the numbers are counted: pure functions, with the clock passed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from localcare.analysis.pathways.model import Span, Step
from localcare.analysis.pathways.working_time import WorkingHours, due_after
from localcare.foundation.pathways.presenters import length

STRETCH = timedelta(minutes=30)  # within one such stretch of time left, need decides
ORDER_IN_WORDS = (
    "Overdue first, the longest overdue at the top. Then by time left, in stretches of half an hour. "
    "Within one stretch by need: the higher NEWS2, then the more warnings, then the less time left. "
    "Requests without a clock come last."
)
STAGES = {
    "requested": "Asked",
    "accepted": "Accepted",
    "paused": "Paused",
    "started": "Under way",
}


@dataclass(frozen=True)
class Case:
    """What the order looks at. `news2` is the latest total; `warnings` are words such as `Lives alone`."""

    due_at: datetime | None
    news2: int | None = None
    warnings: Sequence[str] = ()
    asked_at: datetime | None = None


def order_key(case: Case, now: datetime) -> tuple[float, float, int, float, float]:
    """Smaller is sooner: overdue by how long, then stretch of time left, NEWS2, warnings, exact time left."""
    asked = case.asked_at.timestamp() if case.asked_at else 0.0
    if case.due_at is None:
        return (2, -float(case.news2 or 0), -len(case.warnings), 0.0, asked)
    left = (case.due_at - now).total_seconds()
    if left < 0:
        return (0, left, 0, 0.0, asked)
    stretch = left // STRETCH.total_seconds()
    return (1, stretch, -100 * (case.news2 or 0) - len(case.warnings), left, asked)


def why_here(case: Case, now: datetime) -> str:
    """Why somebody stands where they stand: `25 minutes left, NEWS2 7, lives alone`."""
    if case.due_at is None:
        said = ["no clock runs"]
    elif case.due_at < now:
        said = [f"overdue by {length(now - case.due_at)}"]
    else:
        said = [f"{length(case.due_at - now)} left"]
    if case.news2 is not None:
        said.append(f"NEWS2 {case.news2}")
    said += [warning[:1].lower() + warning[1:] for warning in case.warnings]
    return ", ".join(said)


def stage(state: str, milestone: str, step: Step) -> str:
    """How far the response is, in words: asked, accepted, set off, arrived, seen."""
    if state == "started" and milestone in step.milestones:
        return step.milestones[milestone]
    return STAGES.get(state, state)


def points_ahead(state: str, milestone: str, step: Step) -> list[tuple[str, str]]:
    """What can be pressed next, nearest first: `accept`, or the points after the last one passed."""
    if state == "requested":
        return [("accept", "Accept")]
    if state not in ("accepted", "started"):
        return []
    codes = list(step.milestones)
    passed = codes.index(milestone) + 1 if milestone in codes else 0
    return [(code, step.milestones[code]) for code in codes[passed:]]


@dataclass(frozen=True)
class OutOfHours:
    """When the team opens again, and what the pathway says holds until then."""

    opens_at: datetime
    lines: tuple[str, ...]


def out_of_hours(step: Step, hours: WorkingHours | None, asked: str, now: datetime) -> OutOfHours | None:
    """What holds while the team is closed; None while it is open. `asked`: who hears of an unanswered request."""
    if hours is None or hours.is_open(now):
        return None
    running = [clock.title.lower() for clock in step.clocks if not clock.hours]
    lines = [f"The clock “{title}” runs on day and night." for title in running]
    if step.acceptance is not None:
        counts = (
            "begins to count when the team opens" if step.acceptance.hours == hours.code else "runs on too"
        )
        lines.append(f"The time to answer a request {counts}; {asked} hears when nobody answers.")
    lines.append(
        "You can still accept now. Decline what cannot be reached in time, so that somebody else is asked at once."
    )
    return OutOfHours(hours.opens_at(now), tuple(lines))


@dataclass(frozen=True)
class Referral:
    """One request as its journal tells it. Times are UTC; None: it did not happen.

    The clock runs from `opened_at`; `asked_at` is when it came to the team.
    """

    opened_at: datetime
    asked_at: datetime
    priority_when_seen: str
    arrived_at: datetime | None
    seen_at: datetime | None
    due_at: datetime | None
    reference: str = ""
    person: str = ""
    name: str = ""
    reason: str = ""
    moved_out_late: bool = False  # moved out of two hours after the two hours had passed
    moved_out: bool = False

    @property
    def late_by(self) -> str:
        """By how much it was missed, in words; empty when it was not."""
        if self.seen_at is None or self.due_at is None or self.seen_at <= self.due_at:
            return ""
        return length(self.seen_at - self.due_at)

    @property
    def is_counted(self) -> bool:
        """In the denominator: a two-hour referral whose clock stopped."""
        return self.seen_at is not None and self.priority_when_seen == "two-hour"

    @property
    def is_met(self) -> bool:
        """In the numerator: seen by the time it was due."""
        return (
            self.is_counted
            and self.due_at is not None
            and self.seen_at is not None
            and self.seen_at <= self.due_at
        )


@dataclass(frozen=True)
class Numbers:
    """What a team did in a time. `share` is None when nobody is counted."""

    asked: int
    seen: int
    counted: int
    met: int
    minutes_to_door: float | None
    moved_out: int
    moved_out_late: int
    breaches: tuple[Referral, ...]

    @property
    def share(self) -> float | None:
        """Met of counted, 0 to 100."""
        return 100 * self.met / self.counted if self.counted else None


def numbers_of(referrals: Iterable[Referral], since: datetime, until: datetime) -> Numbers:
    """Count what was asked, and what was seen, from `since` on and before `until`."""
    found = list(referrals)
    asked = [one for one in found if since <= one.asked_at < until]
    seen = [one for one in found if one.seen_at is not None and since <= one.seen_at < until]
    counted = [one for one in seen if one.is_counted]
    doors = [one for one in found if one.arrived_at is not None and since <= one.arrived_at < until]
    return Numbers(
        asked=len(asked),
        seen=len(seen),
        counted=len(counted),
        met=sum(one.is_met for one in counted),
        minutes_to_door=minutes_to_door(doors),
        moved_out=sum(one.moved_out for one in asked),
        moved_out_late=sum(one.moved_out_late for one in asked),
        breaches=tuple(one for one in counted if not one.is_met),
    )


def minutes_to_door(referrals: Iterable[Referral]) -> float | None:
    """The median of the minutes from the request to the arrival; None when nobody arrived."""
    waits = [
        (one.arrived_at - one.opened_at).total_seconds() / 60
        for one in referrals
        if one.arrived_at is not None
    ]
    return median(waits) if waits else None


def package_ends(days: int | None, starts: datetime, ends: datetime) -> datetime | None:
    """When a package agreed for some days ends, if that is not when the pathway ends it anyway."""
    if not days:
        return None
    wanted = due_after(starts, Span(days, "d"))
    return wanted if wanted != ends else None


def package_end(days: int | None, starts: datetime, longest: Span) -> datetime:
    """When a package ends: after the days agreed, otherwise after the longest the pathway allows."""
    return due_after(starts, Span(days, "d") if days else longest)


OUTCOME_OF_FORM: Mapping[str, str] = {
    "package": "package",
    "refer": "refer_on",
    "convey": "conveyed",
    "nothing-more": "settled",
}


# A visit of a package is a review: it leads nowhere by itself, so whoever wrote one of these is told what is left to do.
AFTER_A_DAILY_VISIT: Mapping[str, str] = {
    "refer": "The record says that another service is needed. Nobody is asked yet: end the package with that outcome.",
    "convey": "The record says hospital. The package still runs: end it with that outcome, so that everybody is told.",
}


def ends_without_visit(step: Step) -> bool:
    """Whether a step can end although nobody was seen."""
    return not step.form or any(outcome.without_form for outcome in step.outcomes.values())


def visit_trend(totals: Sequence[int]) -> str:
    """How NEWS2 went from the visit before to the last, in words; empty for one value or none."""
    if len(totals) < 2:
        return ""
    before, last = totals[-2], totals[-1]
    if last == before:
        return f"unchanged at {last}"
    return f"{'up' if last > before else 'down'} from {before} to {last}"
