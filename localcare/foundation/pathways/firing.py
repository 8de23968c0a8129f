"""What a timer does when it fires: an entry under its key, and the act that the definition asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from localcare.analysis.pathways.model import Escalation
from localcare.foundation.pathways.following import hand_on, service_for
from localcare.foundation.pathways.ledger import Ledger, project_all
from localcare.foundation.pathways.models import JournalEntry, Task, Timer
from localcare.foundation.pathways.notices import key_of, tell
from localcare.kernel.access.readers import Reader, system_reader

WORDS = {
    "review": "A review is due: {step}.",
    "end": "{step} comes to its planned end: close it with its outcome, or extend it with a reason.",
    "resume": "{step} was paused until now and goes on.",
    "acceptance": "Nobody has answered in time: {step}.",
    "clock": "The time promised has passed: {step}.",
}


def fire_timers_of(journeys: Sequence[int], moment: datetime) -> int:
    """Fire the due timers of journeys under their locks; those that lapsed meanwhile do nothing."""
    ledgers = Ledger.several(journeys)
    by = system_reader("timers")
    due: dict[int, list[Timer]] = defaultdict(list)
    timers = Timer.objects.filter(task__journey__in=journeys, fires_at__lte=moment)
    for timer in timers.select_related("task").order_by("fires_at", "pk"):
        due[timer.task.journey_id].append(timer)
    fired = sum(_fire_all(ledger, due[ledger.journey.pk], by) for ledger in ledgers)
    project_all(ledgers)
    return fired


def _fire_all(ledger: Ledger, timers: list[Timer], by: Reader) -> int:
    fired = 0
    for timer in timers:
        task = ledger.tasks[timer.task_id]
        if ledger.standing.is_open and ledger.of(task).is_open:
            _fire(ledger, task, timer, by)
            fired += 1
    return fired


def _fire(ledger: Ledger, task: Task, timer: Timer, by: Reader) -> None:
    detail = {"timer": timer.key, "due": timer.fires_at.isoformat()}
    key = f"timer:{timer.key}"[:200]
    escalation = _escalation(ledger, task, timer)
    if escalation is not None:
        _escalate(ledger, task, timer, escalation, by, detail, key)
        return
    entry = ledger.append("timer", by=by, task=task, code=timer.kind, detail=detail, key=key)
    if timer.kind == "resume":
        ledger.append("resumed", by=by, task=task, detail={"because": entry.pk})
    _tell(ledger, task, timer.kind, entry, [ledger.of(task).service_id])


def _escalation(ledger: Ledger, task: Task, timer: Timer) -> Escalation | None:
    step = ledger.pathway.steps[task.step]
    if timer.kind == "acceptance" and step.acceptance is not None:
        return step.acceptance.escalation
    if timer.kind == "clock":
        return next((clock.on_breach for clock in step.clocks if clock.code == timer.code), None)
    return None


def _escalate(
    ledger: Ledger,
    task: Task,
    timer: Timer,
    escalation: Escalation,
    by: Reader,
    detail: dict[str, str],
    key: str,
) -> None:
    """Transfer, ask for help or inform; each an entry, and a line for everybody concerned."""
    to = service_for(ledger, escalation.to)
    told = {**detail, "to": escalation.to, "why": timer.kind}
    standing = ledger.of(task)
    entry = ledger.append("escalated", by=by, task=task, code=escalation.act, detail=told, key=key)
    _tell(ledger, task, timer.kind, entry, [standing.service_id, standing.asked_by_id, to.pk if to else None])
    if escalation.act == "transfer" and to is not None and to.pk != standing.service_id:
        hand_on(ledger, task, to=to, by=by, reason=WORDS[timer.kind].format(step=_title(ledger, task)))


def _tell(ledger: Ledger, task: Task, why: str, entry: JournalEntry, services: list[int | None]) -> None:
    text = WORDS[why].format(step=_title(ledger, task))
    kind = entry.code if entry.event == "escalated" else why
    tell(services, journey=ledger.journey, task=task, kind=kind, text=text, key=key_of(entry))


def _title(ledger: Ledger, task: Task) -> str:
    return f"{ledger.pathway.title}: {ledger.pathway.steps[task.step].title}"
