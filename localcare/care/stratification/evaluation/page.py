"""What the page of an evaluation shows to one reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.core.cache import cache

from localcare.care.stratification import queries
from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.evaluation import hiding, presenters
from localcare.care.stratification.evaluation.evaluating import KEPT_FOR, Evaluation, evaluate
from localcare.care.stratification.evaluation.forms import QuestionForm
from localcare.care.stratification.evaluation.questions import (
    EVERYBODY,
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
from localcare.care.stratification.overview import Practices
from localcare.care.stratification.queries import PlaceChoice
from localcare.kernel.access.readers import Reader


@dataclass(frozen=True)
class NotYet:
    """Why there is nothing to see, and the day from which there is."""

    heading: str
    why: str
    ready_on: date | None = None


def page_of(
    reader: Reader, chosen: Any, *, today: date, definitions: Definitions, hides_small: bool = False
) -> dict[str, Any]:
    """The form and the answer; or why not yet, and the day from which. `hides_small`: from whoever reads it."""
    found, until = nights(), known_until()
    if not found or until is None:
        return {"not_yet": NotYet("There is no list yet", "The list is made every night at 2am.")}
    run, days = suggested(found, until) or (found[0], SHORTEST)
    form = QuestionForm(chosen, nights=found, suggested=Question(run, days), definitions=definitions)
    question = form.question
    context: dict[str, Any] = {"form": form, "question": question, "until": until}
    try:
        check(question, until, definitions)
    except CannotAsk as fault:
        ready = question.until if question.until > until else None
        return context | {
            "not_yet": NotYet(
                "Not enough time has passed" if ready else "Choose otherwise", str(fault), ready
            )
        }
    return context | answer_for(
        reader, question, today=today, definitions=definitions, hides_small=hides_small
    )


def answer_for(
    reader: Reader, question: Question, *, today: date, definitions: Definitions, hides_small: bool = False
) -> dict[str, Any]:
    """The tables and readings of an answer, with small numbers hidden from a reader who sees no people."""
    evaluation = evaluate(question, definitions)
    scope = reader.scope("list.read") | reader.scope("dataset.read")
    choices = queries.place_choices(scope, today)
    counted = (code for code in evaluation.counts.numbers if scope.includes(code))
    everywhere = frozenset(counted).union(*(choice.practice_codes for choice in choices))
    seen = frozenset[str]() if hides_small else reader.scope("person.read").practice_codes
    shown = _shown(seen, evaluation, choices, everywhere, definitions)
    sees_people = not shown.hidden
    return {
        "evaluation": evaluation,
        "done": presenters.done_by_place(shown, choices, everywhere, question.days),
        "happened": presenters.happened_by_place(shown, choices, everywhere, question.days),
        "groups": presenters.happened_by_group(shown, everywhere, question.days),
        "itself": presenters.fall_by_itself(evaluation.itself, question.days),
        "readings": readings(evaluation),
        "listed": shown.people(everywhere, ("listed",)),
        "hides": not sees_people,
        "risk_from": _risk_from(question),
    }


def _shown(
    seen: Practices | None, evaluation: Evaluation, choices: list[PlaceChoice], everywhere: Practices, definitions: Definitions
) -> hiding.Shown:  # fmt: skip
    shown_places = frozenset(choice.practice_codes for choice in choices)
    places = hiding.Places(
        shown_places,
        everywhere,
        frozenset(place for place in {*shown_places, everywhere} if seen is None or place <= seen),
    )
    question = evaluation.question
    is_part = question.who != EVERYBODY and everywhere not in places.seen
    whole = evaluate(replace(question, who=EVERYBODY), definitions).counts if is_part else None
    asked = (question.run.pk, question.days, question.who, known_until(), definitions.version)
    said = repr((asked, *map(sorted, _codes(places))))
    hidden = cache.get_or_set(
        f"list-evaluation-hidden-{sha256(said.encode()).hexdigest()}",
        lambda: hiding.shown(evaluation.counts, places, whole=whole).hidden,
        KEPT_FOR,
    )
    return hiding.Shown(evaluation.counts, frozenset(hidden or ()))


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
