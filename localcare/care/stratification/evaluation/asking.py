"""Asking whether a list helped: a worker works it out, once however often it is asked, and anew when somebody wants that."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from django.db import transaction
from django.utils import timezone

from localcare.care.stratification.definitions import Definitions, definitions
from localcare.care.stratification.evaluation import jobs
from localcare.care.stratification.evaluation.evaluating import STEPS, evaluated
from localcare.care.stratification.evaluation.keeping import as_json
from localcare.care.stratification.evaluation.questions import (
    Question,
    check,
    known_until,
    nights,
    suggested,
)
from localcare.care.stratification.models import ListEvaluation
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.work import stopping
from localcare.kernel.work.carrying_out import CarryingOut, Progress, begin, end

BASIS = "whether a list helped; no row of the answer is about a person"
MOST_UNDER_WAY = 20  # questions that wait or are worked out at a time
Status = ListEvaluation.Status


class TooManyAsked(ValueError):
    """Questions enough wait already."""


def may_ask(reader: Reader) -> bool:
    """Whether the reader reads the list, or works with numbers about populations."""
    return reader.may("list.read") or reader.may("dataset.read")


def kept_for(question: Question) -> ListEvaluation | None:
    """What is kept for the question: an answer, or how far it came."""
    return ListEvaluation.objects.filter(**_said(question)).first()


@transaction.atomic
def ask(question: Question, definitions: Definitions, *, by: Reader) -> ListEvaluation:
    """Put the question in the worker's queue, unless it is under way. NotAllowed, CannotAsk, TooManyAsked.

    An answer that is kept stays to be read until the new one takes its place.
    """
    if not may_ask(by):
        raise NotAllowed(f"{by.name or 'nobody'} reads neither the list nor numbers about populations")
    check(question, known_until(), definitions)
    asked = {"asked_at": timezone.now(), "asked_by_name": by.name}
    kept, is_new = ListEvaluation.objects.select_for_update().get_or_create(**_said(question), defaults=asked)
    if not is_new and not kept.is_over:
        return kept
    under_way = ListEvaluation.objects.filter(status__in=(Status.WAITING, Status.RUNNING)).exclude(pk=kept.pk)
    if under_way.count() >= MOST_UNDER_WAY:
        raise TooManyAsked(f"{MOST_UNDER_WAY} questions wait already. Ask again in a few minutes.")
    again = asked | {"status": Status.WAITING, "started_at": None, "finished_at": None, "message": ""}
    again |= {"stop_asked_at": None, "stop_asked_by": "", "stage": "", "done": 0, "total": 0}
    ListEvaluation.objects.filter(pk=kept.pk).update(**again)
    kept.refresh_from_db()
    jobs.put_in_queue(kept)
    record_access(reader=by, action="list.evaluate", basis=BASIS, detail={"question": str(kept)})
    return kept


def stop(kept: ListEvaluation, *, by: Reader) -> str:
    """Ask the working out to stop, which leaves the answer of before; what came of that. NotAllowed."""
    return stopping.stop(
        kept,
        by=by,
        permission="list.read" if by.may("list.read") else "dataset.read",
        action="list.evaluate-stop",
        basis=BASIS,
        detail={"question": str(kept)},
    )


def ask_for_suggested(*, by: Reader) -> None:
    """Have the question that the page opens with worked out, where there is one: after a night's run."""
    until = known_until()
    found = suggested(nights(), until) if until else None
    if found:
        with suppress(TooManyAsked):  # it is asked again after the next night
            ask(Question(*found), definitions(), by=by)


def carry_out(reference: str, *, progress: Progress | None = None) -> ListEvaluation:
    """Work out the answer with this reference; a fault is kept as its failure and raised again."""
    kept = ListEvaluation.objects.select_related("run").get(reference=reference)
    if begin(kept):
        with CarryingOut(kept, also=progress) as carrying:
            question = question_of(kept)
            found = evaluated(question, definitions(), until=_read_until(question), tell=carrying.tell)
            kept.answer, kept.answered_at = as_json(found), timezone.now()
            kept.total = STEPS
            end(kept, Status.DONE)
    return kept


def question_of(kept: ListEvaluation) -> Question:
    """The question that an answer belongs to."""
    return Question(kept.run, kept.days, kept.who, kept.threshold)


def _read_until(question: Question) -> date:
    """The day up to which records are there; a list that was taken back since leaves the question's own."""
    return known_until() or question.until


def _said(question: Question) -> dict[str, object]:
    return {
        "run": question.run,
        "days": question.days,
        "who": question.who,
        "threshold": question.threshold,
    }
