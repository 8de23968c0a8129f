"""What is asked of a list: which night, whom of it, how long after, and the risk from which a team agreed to act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.models import RiskScoring, Run
from localcare.care.stratification.queries import run_in_force
from localcare.care.stratification.risk.rules import BANDS, LISTED_OUTCOME

WINDOWS = {30: "30 days", 60: "60 days", 90: "90 days", 182: "6 months", 365: "12 months"}
SHORTEST = min(WINDOWS)
THRESHOLDS = {str(value): f"{value // 10} in 100 or more" for value in sorted(BANDS.values())}
USUAL_THRESHOLD = BANDS["200"]
EVERYBODY = ""


class CannotAsk(ValueError):
    """The question cannot be answered, now or at all; the message says why and when it can."""


@dataclass(frozen=True)
class Question:
    """A published list, followed for some days after its night and looked at for as many days before."""

    run: Run
    days: int
    who: str = EVERYBODY  # or "cohort:code", "segment:code"
    threshold: int = USUAL_THRESHOLD  # risk per mille from which a team acts

    @property
    def night(self) -> date:
        """The day of the list: what happened on it was known to the list."""
        return self.run.as_of

    @property
    def window(self) -> timedelta:
        """How long it is followed."""
        return timedelta(days=self.days)

    @property
    def until(self) -> date:
        """The last day that counts; the records must be there up to it."""
        return self.night + self.window


def nights() -> list[Run]:
    """The published lists, the last of each day, earliest first."""
    found = Run.objects.filter(status=Run.Status.PUBLISHED).order_by("id")
    return sorted({run.as_of: run for run in found}.values(), key=lambda run: run.as_of)


def runs_with_risks() -> set[int]:
    """The runs in which a published model gave everybody a risk of an emergency admission."""
    found = RiskScoring.objects.filter(
        fault="", model__outcome=LISTED_OUTCOME, run__status=Run.Status.PUBLISHED
    )
    return set(found.values_list("run_id", flat=True))


def known_until() -> date | None:
    """The day up to which records have been read: that of the list in force."""
    run = run_in_force()
    return run.as_of if run else None


def windows_of(run: Run, until: date) -> list[int]:
    """The lengths of time that have passed since a night."""
    return [days for days in WINDOWS if run.as_of + timedelta(days=days) <= until]


def first_answer(found: Sequence[Run]) -> date | None:
    """The day from which the earliest list can be followed for the shortest time."""
    return found[0].as_of + timedelta(days=SHORTEST) if found else None


def suggested(found: Sequence[Run], until: date) -> tuple[Run, int] | None:
    """The longest time that has passed since any list, and the latest list that it has passed for."""
    answerable = [(days, run) for run in found for days in windows_of(run, until)]
    if not answerable:
        return None
    days, run = max(answerable, key=lambda pair: (pair[0], pair[1].as_of))
    return run, days


def check(question: Question, until: date | None, definitions: Definitions) -> None:
    """Raise CannotAsk where the time has not passed, or the cohort of then is not the cohort of now."""
    if until is None or question.until > until:
        raise CannotAsk(
            f"Not enough time has passed: the list of {question.night:%-d %B %Y} can be followed for"
            f" {WINDOWS[question.days]} from {question.until:%-d %B %Y}, when a night's records up to that day have been read."
        )
    if question.who.startswith("cohort:") and question.run.definitions_version != definitions.version:
        raise CannotAsk(
            "The cohorts have been defined anew since that night. Choose everybody on the list or a segment, or a later night."
        )
