"""One evaluation: counts of what was done and what happened, what falls by itself, and the people at the threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from django.core.cache import cache

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
from localcare.care.stratification.evaluation.questions import Question, known_until
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
KEPT_FOR = 24 * 60 * 60  # seconds: the records of a night long past hardly change


@dataclass(frozen=True)
class Evaluation:
    """The answer to a question; where a comparison cannot be made, its reason stands in its place."""

    question: Question
    counts: Counted
    itself: ByItself | None  # emergency admissions of the listed
    at_threshold: Mapping[str, Discontinuity | str]  # by outcome


def evaluate(question: Question, definitions: Definitions) -> Evaluation:
    """The answer, worked out once for all readers: who may see which number of it is the page's business."""
    said = repr(
        (question.run.pk, question.days, question.who, question.threshold, known_until(), definitions.version)
    )
    key = f"list-evaluation-{sha256(said.encode()).hexdigest()}"
    found: Evaluation | None = cache.get(key)
    if found is None:
        found = _evaluated(question, definitions)
        cache.set(key, found, KEPT_FOR)
    return found


def _evaluated(question: Question, definitions: Definitions) -> Evaluation:
    with followed(question, definitions) as cursor:
        return Evaluation(
            question,
            counted(cursor),
            _by_itself(cursor, question),
            {what: _at_threshold(cursor, what, question) for what in OUTCOMES},
        )


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
