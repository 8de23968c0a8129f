"""The writes of a reviewer: decide about people, and keep views of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.models import Decision, ListEntry, PersonScore, SavedView
from localcare.care.stratification.publishing import LIST_LOCK
from localcare.care.stratification.queries import latest_decisions
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import PersonNotVisible, visible_people
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access


@dataclass(frozen=True)
class Choice:
    """What a reviewer decided."""

    kind: str
    reason: str = ""
    team: str = ""
    note: str = ""
    look_again_on: date | None = None


class DecidedMeanwhile(Exception):
    """Somebody else decided after the reviewer opened the page; nothing was written."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self.decisions = decisions
        super().__init__(f"{len(decisions)} decided meanwhile")


def decide(*, choice: Choice, seen: Mapping[int, int], by: Reader) -> list[Decision]:
    """Keep one decision for each person, all or none.

    `seen` gives, by person, the latest decision the reviewer saw (0 for none). Raises DecidedMeanwhile when a later
    one exists, PersonNotVisible when any person is outside the scope of list.decide.
    """
    if by.user is None:
        raise PermissionError("A decision is a person's: a job cannot decide.")
    with transaction.atomic():
        _wait_for_a_run_that_is_publishing()
        people = _locked(seen, by)
        latest = latest_decisions(seen)
        later = [found for key, found in latest.items() if found.pk != seen[key]]
        if later:
            raise DecidedMeanwhile(later)
        decisions = _written(people, choice, by.user)
        record_access(
            reader=by,
            action="list.decide",
            subjects=[str(person.reference) for person in people],
            basis="review of the patient tracking list",
            detail={"decision": choice.kind, "look_again_on": str(choice.look_again_on or "")},
        )
    return decisions


def _wait_for_a_run_that_is_publishing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LIST_LOCK])


def _locked(seen: Mapping[int, int], by: Reader) -> list[Person]:
    """The people, each locked so that of two reviewers one goes first."""
    visible = set(visible_people(by, "list.decide").filter(pk__in=seen).values_list("pk", flat=True))
    if visible != set(seen):
        raise PersonNotVisible("There is a person among these whom you may not decide about.")
    return list(Person.objects.select_for_update(no_key=True).filter(pk__in=seen).order_by("pk"))


def _written(people: Sequence[Person], choice: Choice, by: User) -> list[Decision]:
    rules = definitions()
    scores = {score.person_id: score for score in PersonScore.objects.filter(person__in=people, to_run=None)}
    written = []
    for person in people:
        score = scores.get(person.pk)
        columns = (*rules.material_rises, "cohorts") if score else ()
        decision = Decision.objects.create(
            person=person,
            kind=choice.kind,
            reason=choice.reason,
            team=choice.team,
            note=choice.note,
            look_again_on=choice.look_again_on,
            decided_by=by,
            decided_at=timezone.now(),
            decided_on=timezone.localdate(),
            practice_code=score.practice_code if score else "",
            seen={name: getattr(score, name) for name in columns},
        )
        ListEntry.objects.filter(pk=person.pk).update(
            decision=decision,
            decision_kind=decision.kind,
            hidden_until=decision.look_again_on,
            came_back_because="",
        )
        written.append(decision)
    return written


def keep_view(*, name: str, query: str, is_default: bool, by: User) -> SavedView:
    """Keep the filters under a name; the same name is written over."""
    with transaction.atomic():
        if is_default:
            SavedView.objects.filter(user=by, is_default=True).update(is_default=False)
        view, _ = SavedView.objects.update_or_create(
            user=by, name=name, defaults={"query": query, "is_default": is_default}
        )
    return view


def forget_view(*, view_id: int, by: User) -> None:
    """Delete one of the user's own views."""
    SavedView.objects.filter(user=by, pk=view_id).delete()
