"""Taking one person's record into another's, and taking that back exactly."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

from localcare.foundation.people.actions import plain
from localcare.foundation.people.models import Merge, Person, PossibleDuplicate
from localcare.foundation.people.ownership import PersonOwned, owned_by_key, person_owned
from localcare.foundation.people.queries import find_person
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

MERGE = "person.merge"
FILLED_IN = (
    "nhs_number", "nhs_number_status", "title", "preferred_name", "death_date", "ethnic_category", "address_line",
    "town", "postcode", "lsoa_code", "imd_decile", "telephone", "email", "household", "national_data_opt_out",
)  # fmt: skip


class MergeRefused(ValueError):
    """The two cannot be merged, or a merge cannot be taken back; the message says what to do."""


def merge_people(*, kept: Person, removed: Person, reason: str, by: Reader) -> Merge:
    """Move every row of the removed person to the one kept and fill what the kept one lacks."""
    kept, removed = find_person(by, kept.reference, MERGE), find_person(by, removed.reference, MERGE)
    if kept.pk == removed.pk:
        raise MergeRefused("These are one person already.")
    _must_say_why(reason)
    with transaction.atomic():
        list(Person.objects.select_for_update().filter(pk__in=(kept.pk, removed.pk)).order_by("pk"))
        moved = {owned.key: keys for owned in person_owned() if (keys := _move(owned, removed, kept))}
        kept_before, removed_before = _fill_in(kept, removed)
        Person.objects.filter(pk=removed.pk).update(merged_into=kept)
        merge = Merge.objects.create(
            kept=kept, removed=removed, reason=reason.strip(), merged_by=by.name, moved=moved,
            kept_before=kept_before, removed_before=removed_before,
        )  # fmt: skip
        _decide(kept, removed, PossibleDuplicate.Decision.MERGED, reason, by)
        _audit(by, "person.merge", kept, removed, reason)
    return merge


def unmerge(*, merge: Merge, reason: str, by: Reader) -> None:
    """Take a merge back: each moved row returns, each filled-in detail is as it was, what came since stays."""
    find_person(by, merge.kept.reference, MERGE)
    _must_say_why(reason)
    with transaction.atomic():
        merge = Merge.objects.select_for_update().get(pk=merge.pk)
        _must_be_latest(merge)
        for key, keys in merge.moved.items():
            owned = owned_by_key(key)
            owned.model._default_manager.filter(pk__in=keys).update(**{owned.field: merge.removed_id})
        _restore(merge.kept_id, merge.kept_before)
        _restore(merge.removed_id, merge.removed_before)
        Person.objects.filter(pk=merge.removed_id).update(merged_into=None)
        Merge.objects.filter(pk=merge.pk).update(
            undone_at=timezone.now(), undone_by=by.name, undone_reason=reason.strip()
        )
        _decide(merge.kept, merge.removed, PossibleDuplicate.Decision.OPEN, reason, by)
        _audit(by, "person.unmerge", merge.kept, merge.removed, reason)


def decide_not_same(*, duplicate: PossibleDuplicate, reason: str, by: Reader) -> None:
    """The two are different people: kept, so that they are not proposed again."""
    find_person(by, duplicate.first.reference, MERGE)
    find_person(by, duplicate.second.reference, MERGE)
    _must_say_why(reason)
    with transaction.atomic():
        _decide(duplicate.first, duplicate.second, PossibleDuplicate.Decision.NOT_SAME, reason, by)
        _audit(by, "person.not-same", duplicate.first, duplicate.second, reason)


def _move(owned: PersonOwned, removed: Person, kept: Person) -> list[Any]:
    """Point rows to the person kept; a row that would say what the kept one says already stays behind."""
    rows = owned.model._default_manager.filter(**{owned.field: removed.pk})
    keys = list(rows.values_list("pk", flat=True))
    if not keys:
        return []
    try:
        with transaction.atomic():
            rows.update(**{owned.field: kept.pk})
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


def _fill_in(kept: Person, removed: Person) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fill what the kept person lacks; returns what both had before. A number stands for one person only."""
    filled = {
        name: getattr(removed, name)
        for name in FILLED_IN
        if getattr(kept, name) in (None, "", False) and getattr(removed, name) not in (None, "", False)
    }
    removed_before: dict[str, Any] = {}
    if "nhs_number" in filled:
        removed_before["nhs_number"] = removed.nhs_number
        Person.objects.filter(pk=removed.pk).update(nhs_number=None)
    kept_before = {name: plain(getattr(kept, name)) for name in filled}
    if filled:
        Person.objects.filter(pk=kept.pk).update(**filled)
    return kept_before, removed_before


def _restore(key: int, before: dict[str, Any]) -> None:
    values = {
        name: parse_date(value) if name == "death_date" and value else value for name, value in before.items()
    }
    if values:
        Person.objects.filter(pk=key).update(**values)


def _must_be_latest(merge: Merge) -> None:
    """A merge is taken back only when no later one stands on it."""
    if merge.undone_at:
        raise MergeRefused("This merge was taken back already.")
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
    PossibleDuplicate.objects.update_or_create(
        first=first, second=second,
        defaults={
            "decision": decision, "decision_reason": reason.strip(), "decided_by": by.name,
            "decided_at": None if is_open else timezone.now(),
        },
        create_defaults={
            "decision": decision, "decision_reason": reason.strip(), "decided_by": by.name, "score": 0,
            "reasons": ["proposed by a person"], "decided_at": None if is_open else timezone.now(),
        },
    )  # fmt: skip


def _audit(by: Reader, action: str, one: Person, other: Person, reason: str) -> None:
    subjects = [str(one.reference), str(other.reference)]
    record_access(reader=by, action=action, subjects=subjects, basis=reason.strip())
