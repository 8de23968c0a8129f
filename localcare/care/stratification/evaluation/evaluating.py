"""One evaluation: counts of what was done and what happened, what falls by itself, and the people at the threshold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from localcare.analysis.effect import (
    ByItself,
    CannotCompare,
    Discontinuity,
    by_itself,
    discontinuity,
    usual_bandwidth,
)
from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.evaluation.counting import Counted, counted
from localcare.care.stratification.evaluation.questions import EVERYBODY, Question
from localcare.care.stratification.evaluation.reading import (
    ATTENDANCE,
    BED_DAYS,
    DEATHS,
    EMERGENCY,
    Cursor,
    everybody_before,
    followed,
    listed_before,
    near_threshold,
)

PER = 1000  # person-months
UNIT = "per 1,000 person-months"
OUTCOMES = {
    EMERGENCY: "Emergency admissions",
    ATTENDANCE: "A&E attendances",
    BED_DAYS: "Days in a hospital bed",
    DEATHS: "Deaths",
}
NO_RISK = "On that night nobody had a risk: no model was in force that gave everybody one."
STEPS = 4
Tell = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Evaluation:
    """The answer to a question; where a comparison cannot be made, its reason stands in its place."""

    question: Question
    until: date  # the day up to which records had been read
    counts: Counted
    whole: Counted | None  # those of the whole list, where a part was asked about
    itself: ByItself | None  # emergency admissions of the listed
    at_threshold: Mapping[str, Discontinuity | str]  # by outcome


def evaluated(question: Question, definitions: Definitions, *, until: date, tell: Tell) -> Evaluation:
    """The answer, for all readers: who may see which number of it is the page's business. `tell` hears each step.

    Takes a minute and 130 MB with 1.8 million people registered (bench/evaluation.py).
    """
    tell(0, STEPS, "Following the people of the list")
    with followed(question, definitions) as cursor:
        tell(1, STEPS, "Counting what was done and what happened")
        counts = counted(cursor)
        whole = counted(cursor, "on_list") if question.who != EVERYBODY else None
        tell(2, STEPS, "Counting everybody before there was this list")
        itself = _by_itself(cursor, question)
        tell(3, STEPS, "Comparing the people at the threshold")
        at_threshold = {what: _at_threshold(cursor, what, question) for what in OUTCOMES}
    return Evaluation(question, until, counts, whole, itself, at_threshold)


def _by_itself(cursor: Cursor, question: Question) -> ByItself | None:
    """Emergency admissions of the listed, beside those of everybody before there was this list."""
    try:
        return by_itself(everybody_before(cursor, question), listed_before(cursor, question))
    except CannotCompare:
        return None


def _at_threshold(cursor: Cursor, what: str, question: Question) -> Discontinuity | str:
    """Everybody with a risk near the threshold, on the list or not: the effect of standing just above it."""
    people = near_threshold(cursor, what)
    if not len(people.scores):
        return NO_RISK
    title = OUTCOMES[what]
    try:
        return discontinuity(
            people,
            threshold=question.threshold,
            bandwidth=usual_bandwidth(question.threshold),
            what=title[0].lower() + title[1:] if what != ATTENDANCE else title,
            multiplier=PER,
            unit=UNIT,
        )
    except CannotCompare as fault:
        return str(fault)
