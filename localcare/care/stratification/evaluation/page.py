"""What the page of an evaluation shows to one reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.core.cache import cache

from localcare.care.stratification import queries
from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.evaluation import hiding, presenters
from localcare.care.stratification.evaluation.asking import kept_for
from localcare.care.stratification.evaluation.evaluating import Evaluation
from localcare.care.stratification.evaluation.forms import QuestionForm
from localcare.care.stratification.evaluation.keeping import from_json
from localcare.care.stratification.evaluation.questions import (
    SHORTEST,
    CannotAsk,
    Question,
    check,
    known_until,
    nights,
    runs_with_risks,
    suggested,
)
from localcare.care.stratification.evaluation.readings import readings
from localcare.care.stratification.overview import SETTLED_FOR, Practices
from localcare.care.stratification.queries import PlaceChoice
from localcare.kernel.access.readers import Reader


@dataclass(frozen=True)
class NotYet:
    """Why there is nothing to see, and the day from which there is."""

    heading: str
    why: str
    ready_on: date | None = None


def asked_of(chosen: Any, *, definitions: Definitions) -> dict[str, Any]:
    """The form with what is asked by it; or why it cannot be answered yet, and the day from which."""
    found, until = nights(), known_until()
    if not found or until is None:
        return {"not_yet": NotYet("There is no list yet", "The list is made every night at 2am.")}
    run, days = suggested(found, until) or (found[0], SHORTEST)
    form = QuestionForm(chosen, nights=found, suggested=Question(run, days), definitions=definitions)
    question = form.question
    context: dict[str, Any] = {"form": form, "question": question, "known_until": until}
    try:
        check(question, until, definitions)
    except CannotAsk as fault:
        ready = question.until if question.until > until else None
        heading = "Not enough time has passed" if ready else "Choose otherwise"
        return context | {"not_yet": NotYet(heading, str(fault), ready)}
    return context


def page_of(reader: Reader, chosen: Any, *, today: date, definitions: Definitions) -> dict[str, Any]:
    """What is asked, how far its answer came, and the answer that is kept."""
    context = asked_of(chosen, definitions=definitions)
    if "not_yet" in context:
        return context
    kept = kept_for(context["question"])
    context["kept"] = kept
    if kept is None or not kept.answer:
        return context
    return context | answer_for(reader, from_json(context["question"], kept.answer), today=today)


def answer_for(
    reader: Reader, evaluation: Evaluation, *, today: date, hides_small: bool = False
) -> dict[str, Any]:
    """The tables and readings of an answer, with small numbers hidden from a reader who sees no people.

    `hides_small`: from whoever reads it.
    """
    question = evaluation.question
    scope = reader.scope("list.read") | reader.scope("dataset.read")
    choices = queries.place_choices(scope, today)
    counted = (code for code in evaluation.counts.numbers if scope.includes(code))
    everywhere = frozenset(counted).union(*(choice.practice_codes for choice in choices))
    seen = frozenset[str]() if hides_small else reader.scope("person.read").practice_codes
    shown = _shown(seen, evaluation, choices, everywhere)
    found, itself = readings(evaluation), presenters.fall_by_itself(evaluation.itself, question.days)
    return {
        "evaluation": evaluation,
        "in_short": presenters.in_short(
            shown, everywhere, evaluation.itself if itself else None, found[0], question.threshold
        ),
        "done": presenters.done_by_place(shown, choices, everywhere, question.days),
        "happened": presenters.happened_by_place(shown, choices, everywhere, question.days),
        "groups": presenters.happened_by_group(shown, everywhere, question.days),
        "itself": itself,
        "readings": found,
        "listed": shown.people(everywhere, ("listed",)),
        "hides": bool(shown.hidden),
        "risk_from": _risk_from(question),
    }


def _shown(
    seen: Practices | None, evaluation: Evaluation, choices: list[PlaceChoice], everywhere: Practices
) -> hiding.Shown:
    shown_places = frozenset(choice.practice_codes for choice in choices)
    places = hiding.Places(
        shown_places,
        everywhere,
        frozenset(place for place in {*shown_places, everywhere} if seen is None or place <= seen),
    )
    counts, whole = evaluation.counts, evaluation.whole
    said = repr((counts.numbers, whole and whole.numbers, *map(sorted, _codes(places))))
    hidden = cache.get_or_set(
        f"list-evaluation-hidden-{sha256(said.encode()).hexdigest()}",
        lambda: hiding.shown(counts, places, whole=whole).hidden,
        SETTLED_FOR,
    )
    return hiding.Shown(counts, frozenset(hidden or ()))


def _codes(places: hiding.Places) -> Iterator[list[list[str]]]:
    """The practices of the places that are shown, and of those that are seen."""
    for several in (places.shown, places.seen, {places.everywhere}):
        yield [sorted(practices) for practices in several]


def _risk_from(question: Question) -> date | None:
    """The day from which the comparison at the threshold can be made, where this night had no risk."""
    with_risks = runs_with_risks()
    if question.run.pk in with_risks:
        return None
    found = [run.as_of for run in nights() if run.pk in with_risks]
    return found[0] + timedelta(days=question.days) if found else None
