"""One evaluation: counts of what was done and what happened, what falls by itself, and the people at the threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from django.core.cache import cache

from localcare.analysis.effect import (
    AtThreshold,
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
    AFTER,
    ATTENDANCE,
    BED_DAYS,
    BEFORE,
    DAYS_OF_A_MONTH,
    DEATHS,
    EMERGENCY,
    Followed,
    everybody_before,
    read,
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
Everybody = Mapping[str, Mapping[int, tuple[int, float]]]  # see reading.everybody_before
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
        found = evaluated(question, read(question, definitions), everybody_before(question))
        cache.set(key, found, KEPT_FOR)
    return found


def evaluated(question: Question, people: Followed, everybody: Everybody) -> Evaluation:
    """The answer from what became of people."""
    return Evaluation(
        question,
        counted(people),
        _by_itself(people, everybody, question.days),
        {what: _at_threshold(what, title, people, question) for what, title in OUTCOMES.items()},
    )


def _by_itself(people: Followed, everybody: Everybody, days: int) -> ByItself | None:
    """Emergency admissions of those listed who were seen to the end: the dead and the moved would count as fallen."""
    seen = people.listed & (people.months >= (days - 0.5) / DAYS_OF_A_MONTH)
    before = people.events[EMERGENCY, BEFORE][seen].astype(int).tolist()
    try:
        return by_itself(
            everybody,
            before=list(zip(people.kind[seen].tolist(), before, strict=True)),
            after=people.events[EMERGENCY, AFTER][seen].tolist(),
        )
    except CannotCompare:
        return None


def _at_threshold(what: str, title: str, people: Followed, question: Question) -> Discontinuity | str:
    """Everybody with a risk near the threshold, on the list or not: the effect of standing just above it."""
    known = ~np.isnan(people.per_mille)
    if not known.any():
        return NO_RISK
    events = people.died.astype(float) if what == DEATHS else people.events[what, AFTER]
    try:
        return discontinuity(
            AtThreshold(
                scores=people.per_mille[known],
                events=events[known],
                time=people.months[known],
                before=None if what == DEATHS else people.events[what, BEFORE][known],
                acted=people.acted[known],
            ),
            threshold=question.threshold,
            bandwidth=usual_bandwidth(question.threshold),
            what=title[0].lower() + title[1:] if what != ATTENDANCE else title,
            multiplier=PER,
            unit=UNIT,
        )
    except CannotCompare as fault:
        return str(fault)
