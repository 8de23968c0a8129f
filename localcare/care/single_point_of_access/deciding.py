"""What follows the answer: clinical triage, ringing back, telling the caller, closing."""

from __future__ import annotations

from localcare.care.single_point_of_access.actions import hold
from localcare.care.single_point_of_access.definitions import definitions
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import actions as journeys
from localcare.foundation.pathways.errors import NotPossible, NotYours
from localcare.foundation.pathways.models import JournalEntry, Task, TaskState
from localcare.kernel.access.readers import Reader

TRIAGE = "contact.triage"


def triage(
    *,
    task: Task,
    by: Reader,
    response: FormResponse | None,
    also_screening: bool = False,
    more_needed: bool = False,
    reason: str = "",
) -> JournalEntry:
    """A clinician decides: the class gives the outcome and the urgency; the reason is kept with both."""
    if not by.may(TRIAGE):
        raise NotYours("Clinical triage is done by a clinician. Hand the contact to one.")
    why = reason or (str(response.answers.get("response-reason", "")) if response else "")
    with journeys.together():
        hold(task=task, by=by)
        if more_needed or response is None:
            if not why.strip():
                raise NotPossible("Say what has to be asked first: whoever rings back needs to know.")
            return journeys.done(
                task=task, by=by, outcome="more_needed", reason=why, key=f"triaged:{task.reference}"
            )
        decided = definitions().response_classes[str(response.answers["response-class"])]
        outcome = "both" if also_screening and decided.outcome == "arrange" else decided.outcome
        if decided.priority and decided.priority != TaskState.objects.get(pk=task.pk).priority:
            journeys.prioritise(task=task, by=by, priority=decided.priority, reason=why)
        return journeys.done(
            task=task,
            by=by,
            outcome=outcome,
            response=response,
            reason=why,
            key=f"triaged:{task.reference}",
        )


def change_urgency(*, task: Task, by: Reader, priority: str, reason: str) -> JournalEntry:
    """Change how urgent a contact is; the reason is kept."""
    if not by.may(TRIAGE):
        raise NotYours("The urgency is changed by a clinician. Ask one to look at the contact.")
    return journeys.prioritise(task=task, by=by, priority=priority, reason=reason)


def tried_to_ring(*, task: Task, by: Reader, text: str, key: str) -> JournalEntry:
    """An attempt to reach the caller, written beside the step."""
    return journeys.note(task=task, by=by, text=f"Rang back: {text}" if text.strip() else "", key=key)


def rung_back(*, task: Task, by: Reader, reached: bool, reason: str) -> JournalEntry:
    """End the ringing back: reached, and the call is answered anew; or given up, with the reason."""
    with journeys.together():
        hold(task=task, by=by)
        outcome = "reached" if reached else "not_reached"
        return journeys.done(task=task, by=by, outcome=outcome, reason=reason, key=f"rung:{task.reference}")


def tell_caller(*, task: Task, by: Reader, words: str, advice: str, reached: bool) -> JournalEntry:
    """The caller is told what happens by when, and what to do if it gets worse; both are kept as they were said."""
    if not words.strip():
        raise NotPossible("Write down what the caller was told: what will happen, by when.")
    if not advice.strip():
        raise NotPossible("Write down the safety-net advice that was given.")
    with journeys.together():
        hold(task=task, by=by)
        journeys.note(
            task=task, by=by, text=f"Safety-net advice: {advice.strip()}", key=f"advice:{task.reference}"
        )
        outcome = "told" if reached else "not_reached"
        return journeys.done(task=task, by=by, outcome=outcome, reason=words, key=f"told:{task.reference}")


def close(*, task: Task, by: Reader, helped: bool, reason: str = "") -> JournalEntry:
    """Close the contact: helped or, with the reason, not."""
    with journeys.together():
        hold(task=task, by=by)
        outcome = "helped" if helped else "not_helped"
        return journeys.done(task=task, by=by, outcome=outcome, reason=reason, key=f"closed:{task.reference}")
