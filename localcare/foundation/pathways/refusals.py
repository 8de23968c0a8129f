"""Who may do what to a task as it stands: each refusal says who was first, or whom to ask."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone

from localcare.analysis.journal.states import MOVES, STATE_WORDS, may_happen
from localcare.analysis.journal.timeline import TaskStanding, standing_entries
from localcare.analysis.pathways.model import ANY_SERVICE
from localcare.foundation.pathways.errors import AlreadyDone, NotPossible, NotYours
from localcare.foundation.pathways.ledger import Directory, Ledger
from localcare.foundation.pathways.models import JournalEntry, Task
from localcare.foundation.services.models import Membership, Service
from localcare.foundation.services.queries import in_force_on, valid_on
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader

LONDON = ZoneInfo("Europe/London")
_finishers: dict[tuple[str, str], str] = {}  # (pathway, step) -> the permission to finish it


def register_finisher(pathway: str, step: str, permission: str) -> None:
    """Say that a step is finished only with a permission of its own, such as clinical triage (called at start-up)."""
    _finishers[(pathway, step)] = permission


def check_move(ledger: Ledger, task: Task, event: str) -> None:
    """Refuse what is not possible in this state, saying who brought it there and when."""
    state = ledger.of(task).state
    if may_happen(event, state):
        return
    last = _last_transition(ledger, task)
    words = STATE_WORDS.get(state, state)
    if last is None:
        raise NotPossible(f"You cannot {MOVES[event].verb} this: it is {words}.")
    service = ledger.service(last.service_id)
    at = last.effective_at.astimezone(LONDON)
    who = f"{last.actor_name}{f' ({service.title})' if service else ''}"
    raise AlreadyDone(
        f"You cannot {MOVES[event].verb} this: it is {words}, by {who} at {at:%H:%M} on {at.day} {at:%B %Y}."
    )


def _last_transition(ledger: Ledger, task: Task) -> JournalEntry | None:
    held = [entry for entry in standing_entries(ledger.entries) if entry.task_id == task.pk]
    return next((entry for entry in reversed(held) if entry.to_state != entry.from_state), None)


def by_whom(ledger: Ledger, task: Task, milestone: str) -> str:
    """`, by Asha Tester at 14:05 on 3 March 2026`: who recorded a point, for whoever comes second."""
    held = (entry for entry in reversed(standing_entries(ledger.entries)) if entry.task_id == task.pk)
    first = next((entry for entry in held if entry.event == "milestone" and entry.code == milestone), None)
    if first is None:
        return ""
    at = first.effective_at.astimezone(LONDON)
    return f", by {first.actor_name} at {at:%H:%M} on {at.day} {at:%B %Y}"


def check_not_asked_anew(ledger: Ledger, task: Task) -> None:
    """Refuse to take up a request again for which another service has been asked in its place."""
    mine = ledger.of(task)
    if mine.is_taken_back:
        raise NotPossible(
            "What led to this request was undone, so it is not taken up again. Ask for it anew."
        )
    in_place = ledger.standing.in_the_place_of(mine)
    instead = next(
        (one for one in in_place if one.is_open or (one.state == "done" and one.task_id > task.pk)), None
    )
    if instead is not None:
        raise AlreadyDone(f"{_title(ledger, instead.service_id)} has been asked instead.")


def check_permission(by: Reader, permission: str) -> None:
    """Refuse who does not hold the permission."""
    if not by.may(permission):
        raise NotYours("You do not have the role for this. Ask an administrator if you should have it.")


def check_acts_for(by: Reader, service: Service | None, directory: Directory) -> None:
    """Refuse who acts for a service that is not theirs."""
    if service is not None and not directory.works_in(by, service.pk):
        raise NotYours(f"You do not work in {service.title}, so you cannot ask in its name.")


def check_finisher(by: Reader, ledger: Ledger, task: Task) -> None:
    """Refuse who may work on a step but not decide it."""
    permission = _finishers.get((ledger.pathway.code, task.step))
    if permission is not None and not by.may(permission):
        title = ledger.pathway.steps[task.step].title
        raise NotYours(f"“{title}” is finished by somebody whose role allows it. Ask them to decide.")


def check_owner(by: Reader, ledger: Ledger, standing: TaskStanding) -> None:
    """Refuse who does not work in the service that has the task."""
    check_permission(by, "task.work")
    if not _works_in(by, ledger, standing.service_id):
        raise NotYours(
            f"This is in the queue of {_title(ledger, standing.service_id)}, which is not your team."
        )


def check_asker(by: Reader, ledger: Ledger, standing: TaskStanding) -> None:
    """Refuse who does not work in the service that asked."""
    check_permission(by, "task.work")
    asker = standing.asked_by_id or ledger.journey.opened_by_service_id
    if not _works_in(by, ledger, asker):
        raise NotYours(f"Only {_title(ledger, asker)}, which asked for this, can do that.")


def check_owner_or_asker(
    by: Reader, ledger: Ledger, standing: TaskStanding, *, of_entry: JournalEntry | None = None
) -> None:
    """Refuse who works neither in the service that has the task nor in the one that asked."""
    check_permission(by, "task.work")
    parties = [standing.service_id, standing.asked_by_id]
    if of_entry is not None:
        parties += [of_entry.service_id, of_entry.detail.get("from")]
    if not any(_works_in(by, ledger, party) for party in parties):
        raise NotYours(f"This is the work of {_title(ledger, standing.service_id)}, which is not your team.")


def check_colleague(user: User, ledger: Ledger, standing: TaskStanding) -> None:
    """Refuse to give work to somebody who does not work in the service that has it."""
    members = Membership.objects.filter(in_force_on(timezone.localdate()), service=standing.service_id)
    if not members.filter(user=user).exists():
        raise NotPossible(f"{user.get_full_name() or user} is not in the team that has this work.")


def check_kind(ledger: Ledger, step: str, to: Service) -> None:
    """Refuse to hand work on to a service that does not do such work."""
    kind, title = ledger.pathway.steps[step].by, ledger.pathway.steps[step].title
    if kind not in (to.kind, ANY_SERVICE):
        wanted = words_of_kind(kind)
        raise NotPossible(f"{to.title} does not do “{title}”. Choose a service of the kind {wanted}.")


def check_takes_people(ledger: Ledger, to: Service) -> None:
    """Refuse to ask a service that is no more, or takes nobody now."""
    if not Service.objects.filter(valid_on(timezone.localdate(ledger.now)), pk=to.pk).exists():
        raise NotPossible(f"{to.title} is no longer in the directory. Choose another service.")
    shut = to.closures.filter(starts_at__lte=ledger.now, withdrawn_at=None).exclude(ends_at__lte=ledger.now)
    closure = shut.order_by("starts_at").first()
    if closure is not None:
        raise NotPossible(f"{to.title} takes nobody now ({closure.reason}). Choose another service.")


def words_of_kind(kind: str) -> str:
    """A kind of service in words."""
    return f"“{kind.replace('-', ' ')}”"


def check_may_stop(by: Reader, ledger: Ledger, outcome: str) -> None:
    """Refuse an end that the pathway does not know, and who neither opened the journey nor had work on it."""
    check_permission(by, "task.work")
    if outcome not in ledger.pathway.ends:
        known = ", ".join(ledger.pathway.ends.values())
        raise NotPossible(f"{ledger.pathway.title} cannot end with {outcome!r}. Choose one of: {known}.")
    tasks = ledger.standing.tasks.values()
    at_work = {task.service_id for task in tasks if task.state != "declined"}
    if not any(_works_in(by, ledger, party) for party in at_work | {ledger.journey.opened_by_service_id}):
        raise NotYours("Your teams have no work on this pathway, so you cannot stop it.")


def check_party(by: Reader, ledger: Ledger) -> None:
    """Refuse who has no part in the journey."""
    check_permission(by, "task.work")
    parties = {ledger.journey.opened_by_service_id}
    for task in ledger.standing.tasks.values():
        parties |= {task.service_id, task.asked_by_id}
    if not any(_works_in(by, ledger, party) for party in parties):
        raise NotYours("Your teams have no part in this pathway.")


def _works_in(by: Reader, ledger: Ledger, service: int | None) -> bool:
    return ledger.directory.works_in(by, service)


def _title(ledger: Ledger, service: int | None) -> str:
    found = ledger.service(service)
    return found.title if found else "no service yet"
