"""Taking one person's record into another's, taking that back exactly, and keeping two people apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from localcare.foundation.people import details_of_merge as details
from localcare.foundation.people.models import Merge, Person, PossibleDuplicate
from localcare.foundation.people.ownership import PersonOwned, owned_by_key, person_owned
from localcare.foundation.people.queries import find_person
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.formatting import format_moment

MERGE = "person.merge"
WAIT_AT_MOST = (
    "SET LOCAL lock_timeout = '5s'"  # a load in progress holds the rows of the people it writes about
)


class MergeRefused(ValueError):
    """The two cannot be merged, or a merge cannot be taken back; the message says what to do."""


def merge_people(
    *, kept: Person, removed: Person, reason: str, by: Reader, nhs_number: str | None = None
) -> Merge:
    """Move every row of the removed person to the one kept and fill what the kept one lacks.

    Where both have an NHS number, `nhs_number` says which of the two the kept person is to have; the other stays with
    the removed entry, so that both lead to the kept person.
    """
    _must_see(by, kept, removed)
    _must_say_why(reason)
    with transaction.atomic(), _waiting_briefly():
        kept, removed = _locked(kept, removed)
        if removed.merged_into_id or kept.merged_into_id:
            raise MergeRefused(_already(kept, removed))
        number = _number_to_keep(kept, removed, nhs_number)
        moved = {owned.key: keys for owned in person_owned() if (keys := _move(owned, removed, kept))}
        changed_rows = details.settle_registrations(kept, removed)
        kept_before, removed_before = details.fill_in(kept, removed, number)
        Person.objects.filter(pk=removed.pk).update(merged_into=kept)
        merge = Merge.objects.create(
            kept=kept, removed=removed, reason=reason.strip(), merged_by=by.name, moved=moved,
            kept_before=kept_before, removed_before=removed_before, changed_rows=changed_rows,
        )  # fmt: skip
        _decide(kept, removed, PossibleDuplicate.Decision.MERGED, reason, by)
        _audit(by, "person.merge", kept, removed, reason, {"merge": merge.pk})
    return merge


def unmerge(*, merge: Merge, reason: str, by: Reader) -> None:
    """Take a merge back: each moved row returns, each filled-in detail is as it was, what came since stays."""
    find_person(by, merge.kept.reference, MERGE)
    _must_say_why(reason)
    with transaction.atomic(), _waiting_briefly():
        kept, removed = _locked(merge.kept, merge.removed)
        merge = Merge.objects.select_for_update().get(pk=merge.pk)
        _must_be_latest(merge)
        details.give_back_rows(merge.changed_rows)
        for key, keys in reversed(
            list(merge.moved.items())
        ):  # the way back, so that each step is one that stood
            owned = owned_by_key(key)
            owned.model._default_manager.filter(pk__in=keys).update(**{owned.field: removed.pk})
        try:
            with transaction.atomic():
                details.give_back(kept, removed, merge)
        except IntegrityError as error:
            raise MergeRefused(
                "The NHS number that would go back belongs to somebody else by now. Search for it and mend that first."
            ) from error
        Merge.objects.filter(pk=merge.pk).update(
            undone_at=timezone.now(), undone_by=by.name, undone_reason=reason.strip()
        )
        _decide(kept, removed, PossibleDuplicate.Decision.OPEN, reason, by)
        _audit(by, "person.unmerge", kept, removed, reason, {"merge": merge.pk})


def decide_not_same(*, duplicate: PossibleDuplicate, reason: str, by: Reader) -> None:
    """The two are different people: kept, so that they are not proposed again."""
    _change_decision(duplicate, PossibleDuplicate.Decision.NOT_SAME, "person.not-same", reason, by)


def decide_not_sure(*, duplicate: PossibleDuplicate, reason: str, by: Reader) -> None:
    """Nobody can say yet: put aside with what is missing, kept up to date, until somebody can."""
    _change_decision(duplicate, PossibleDuplicate.Decision.NOT_SURE, "person.not-sure", reason, by)


def propose_again(*, duplicate: PossibleDuplicate, reason: str, by: Reader) -> None:
    """The two may be one person after all: the pair is to be decided again."""
    _change_decision(duplicate, PossibleDuplicate.Decision.OPEN, "person.not-same-undone", reason, by)


def _change_decision(
    duplicate: PossibleDuplicate, decision: str, action: str, reason: str, by: Reader
) -> None:
    _must_see(by, duplicate.first, duplicate.second)
    _must_say_why(reason)
    with transaction.atomic():
        pair = PossibleDuplicate.objects.select_for_update().get(pk=duplicate.pk)
        if pair.decision != duplicate.decision or pair.decision == decision:
            who = f" by {pair.decided_by} on {format_moment(pair.decided_at)}" if pair.decided_at else ""
            raise MergeRefused(f"This was decided already{who}: {pair.get_decision_display().lower()}.")
        _decide(pair.first, pair.second, decision, reason, by)
        _audit(by, action, pair.first, pair.second, reason, {"pair": pair.pk})


def _must_see(by: Reader, *people: Person) -> None:
    """Both are of the reader's scope, and neither has become part of another entry since they were looked at."""
    found = [find_person(by, person.reference, MERGE) for person in people]
    if len({person.pk for person in people}) < len(people):
        raise MergeRefused("These are one person already. Choose two.")
    if [person.pk for person in found] != [person.pk for person in people]:
        raise MergeRefused(_already(*people))


def _already(*people: Person) -> str:
    """Who merged one of them, when, and what to do."""
    merges = Merge.objects.filter(removed__in=[person.pk for person in people], undone_at=None)
    latest = merges.order_by("-merged_at").first()
    if latest is None:
        return "These are one person already. Open the person to see the record."
    return (
        f"Already merged by {latest.merged_by} on {format_moment(latest.merged_at)}: nothing was done twice."
        " Open the person to see the record, or take that merge back first."
    )


def _locked(*people: Person) -> tuple[Person, ...]:
    """The people as they are now, locked in one order for everybody, so that two who merge wait for each other."""
    keys = [person.pk for person in people]
    found = {
        person.pk: person for person in Person.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    }
    return tuple(found[key] for key in keys)


@contextmanager
def _waiting_briefly() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(WAIT_AT_MOST)
    try:
        yield
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        raise MergeRefused(
            "These records are being written to by a load or by somebody else. Try again in a few minutes."
        ) from error


def _number_to_keep(kept: Person, removed: Person, chosen: str | None) -> str | None:
    numbers = {person.nhs_number for person in (kept, removed)} - {None}
    if len(numbers) == 2 and chosen not in numbers:
        raise MergeRefused(
            "The two have different NHS numbers, so they may be two people. Choose which number is right, after "
            "comparing with a letter or the national register."
        )
    return chosen if chosen in numbers else next(iter(numbers), None)


def _move(owned: PersonOwned, removed: Person, kept: Person) -> list[Any]:
    """Point rows to the person kept; a row that would say what the kept one says already stays behind."""
    rows = owned.model._default_manager.filter(**{owned.field: removed.pk})
    for other in person_owned():  # nobody becomes their own relative
        if other.model is owned.model and other.field != owned.field:
            rows = rows.exclude(**{other.field: kept.pk})
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    if not keys:
        return []
    try:
        with transaction.atomic():
            owned.model._default_manager.filter(pk__in=keys).update(**{owned.field: kept.pk})
        return keys
    except IntegrityError:
        return [key for key in keys if _move_one(owned, key, kept)]


def _move_one(owned: PersonOwned, key: Any, kept: Person) -> bool:
    try:
        with transaction.atomic():
            owned.model._default_manager.filter(pk=key).update(**{owned.field: kept.pk})
    except IntegrityError:
        return False
    return True


def _must_be_latest(merge: Merge) -> None:
    """A merge is taken back only when no later one stands on it."""
    if merge.undone_at:
        raise MergeRefused(
            f"This merge was taken back already by {merge.undone_by} on {format_moment(merge.undone_at)}."
        )
    later = Merge.objects.filter(undone_at=None, pk__gt=merge.pk)
    if later.filter(removed=merge.kept).exists() or later.filter(kept=merge.kept).exists():
        raise MergeRefused("A later merge stands on this one. Take back the later merge first.")


def _must_say_why(reason: str) -> None:
    if not reason.strip():
        raise MergeRefused("Say why: the reason is kept with the decision.")


def _decide(one: Person, other: Person, decision: str, reason: str, by: Reader) -> None:
    """Keep the decision on the pair, whether or not it had been proposed."""
    first, second = sorted((one, other), key=lambda person: person.pk)
    is_open = decision == PossibleDuplicate.Decision.OPEN
    decided = {
        "decision": decision, "decision_reason": reason.strip(), "decided_by": by.name,
        "decided_at": None if is_open else timezone.now(),
    }  # fmt: skip
    PossibleDuplicate.objects.update_or_create(
        first=first, second=second, defaults=decided,
        create_defaults={**decided, "score": 0, "reasons": ["by-hand"]},
    )  # fmt: skip


def _audit(by: Reader, action: str, one: Person, other: Person, reason: str, detail: dict[str, Any]) -> None:
    subjects = [str(one.reference), str(other.reference)]
    record_access(reader=by, action=action, subjects=subjects, basis=reason.strip(), detail=detail)
