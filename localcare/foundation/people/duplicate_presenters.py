"""What the pages of possible duplicates show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from localcare.foundation.people.details_of_merge import also_stand, to_fill_in
from localcare.foundation.people.likeness import (
    measured_in_words,
    reasons_against,
    reasons_for,
    strength_in_words,
)
from localcare.foundation.people.linking_presenters import Likeness, likeness_of
from localcare.foundation.people.models import Merge, Person, PossibleDuplicate, Registration
from localcare.foundation.people.ownership import owned_by_key, person_owned
from localcare.foundation.people.presenters import address_of, full_name
from localcare.kernel.nhs_design.formatting import format_date, format_moment, format_nhs_number, plural

NOT_RECORDED = "Not recorded"
COLOURS = {"Very strong": "red", "Strong": "orange", "Worth a look": "grey"}


@dataclass(frozen=True)
class DuplicateRow:
    """One pair, as the list shows it; `likeness` is what the search by likeness found, if it did."""

    key: int
    strength: str
    colour: str
    score: int
    measured: str
    people: tuple[str, str]
    lines: tuple[str, str]
    reasons: tuple[str, ...]
    against: tuple[str, ...]
    decision: str
    decided: str
    likeness: Likeness | None


def duplicate_rows(pairs: Sequence[PossibleDuplicate]) -> list[DuplicateRow]:
    """The pairs of a page."""
    return [_duplicate_row(pair) for pair in pairs]


def _duplicate_row(pair: PossibleDuplicate) -> DuplicateRow:
    words = strength_in_words(pair.score)
    decided = ""
    if pair.decision:
        when = f", {format_moment(pair.decided_at)}" if pair.decided_at else ""
        decided = f"{pair.decided_by}{when}: {pair.decision_reason}"
    likeness = likeness_of(pair)
    by_rules = pair.score > 0 or likeness is None
    return DuplicateRow(
        key=pair.pk,
        strength=words if by_rules else "",
        colour=COLOURS[words],
        score=pair.score,
        measured=measured_in_words(pair.score),
        people=(full_name(pair.first), full_name(pair.second)),
        lines=(_line(pair.first), _line(pair.second)),
        reasons=tuple(reasons_for(pair.reasons)) if by_rules or not likeness else likeness.reasons,
        against=tuple(reasons_against(pair.reasons)) if by_rules or not likeness else likeness.against,
        decision=pair.get_decision_display(),
        decided=decided,
        likeness=likeness,
    )


def _line(person: Person) -> str:
    number = f"NHS {format_nhs_number(person.nhs_number)}" if person.nhs_number else "no NHS number"
    return f"born {format_date(person.birth_date)}, {number}"


@dataclass(frozen=True)
class Compared:
    """One detail of two people and, in a word, how they compare."""

    what: str
    first: str
    second: str
    verdict: str
    colour: str


def side_by_side(first: Person, second: Person) -> list[Compared]:
    """Every detail of the two, one under the other."""
    sides = [_details(person) for person in (first, second)]
    return [_compared(what, one, other) for (what, one), (_, other) in zip(*sides, strict=True)]


def _compared(what: str, one: str, other: str) -> Compared:
    missing = sum(value == NOT_RECORDED for value in (one, other))
    if missing == 2:
        return Compared(what, one, other, "Not recorded", "white")
    if missing == 1:
        return Compared(what, one, other, "Only on one", "blue")
    same = one.casefold() == other.casefold()
    return Compared(what, one, other, "Same" if same else "Different", "green" if same else "yellow")


def _details(person: Person) -> list[tuple[str, str]]:
    registrations = person.registrations.select_related("practice").order_by("-started_on", "-pk")
    relatives = person.relationships.select_related("related_person").order_by("kind", "pk")
    shown = [
        ("Family name", person.family_name),
        ("Given name", person.given_name),
        ("Preferred name", person.preferred_name),
        ("NHS number", format_nhs_number(person.nhs_number, missing="")),
        ("Born", format_date(person.birth_date)),
        ("Died", format_date(person.death_date, missing="")),
        ("Sex", person.get_sex_display() if person.sex != Person.Sex.UNKNOWN else ""),
        ("Address", address_of(person)),
        ("Telephone", person.telephone),
        ("Email", person.email),
        ("Practices", "; ".join(map(_registration, registrations))),
        ("Communication needs", "; ".join(person.communication_needs.order_by("pk").values_list("need", flat=True))),
        ("Relationships", "; ".join(
            f"{row.kind.replace('-', ' ')}: {full_name(row.related_person) if row.related_person else row.name}"
            for row in relatives)),
    ]  # fmt: skip
    return [(what, value or NOT_RECORDED) for what, value in shown]


def _registration(row: Registration) -> str:
    until = f" until {format_date(row.ended_on)}" if row.ended_on else ""
    return f"{row.practice.name} from {format_date(row.started_on)}{until}"


def rows_of(person: Person) -> dict[str, int]:
    """How many rows of each kind follow the person in a merge."""
    counts = {
        owned.words: owned.model._default_manager.filter(**{owned.field: person.pk}).count()
        for owned in person_owned()
    }
    return {words: count for words, count in counts.items() if count}


def held_by_each(first: Person, second: Person) -> list[tuple[str, int, int]]:
    """How much of each kind the two hold."""
    one, other = rows_of(first), rows_of(second)
    return [(words.capitalize(), one.get(words, 0), other.get(words, 0)) for words in sorted(one | other)]


@dataclass(frozen=True)
class MergePlan:
    """What a merge would do."""

    kept: str
    kept_line: str
    removed: str
    removed_line: str
    moves: list[tuple[str, int]]
    fills: list[tuple[str, str]]
    warnings: list[str]


def merge_plan(kept: Person, removed: Person) -> MergePlan:
    """What would move and be filled in, and what to be careful about."""
    fills = to_fill_in(kept, removed, kept.nhs_number or removed.nhs_number)
    return MergePlan(
        kept=full_name(kept),
        kept_line=_line(kept),
        removed=full_name(removed),
        removed_line=_line(removed),
        moves=[(words.capitalize(), count) for words, count in sorted(rows_of(removed).items())],
        fills=[(_field_words(name), _value_words(name, value)) for name, value in fills.items()],
        warnings=list(_warnings(kept, removed)),
    )


def _warnings(kept: Person, removed: Person) -> list[str]:
    found = []
    if kept.nhs_number and removed.nhs_number:
        found.append(
            "They have different NHS numbers. An NHS number stands for one person, so these may be two people."
        )
    if kept.birth_date != removed.birth_date:
        found.append(f"The date of birth of the record that is kept holds: {format_date(kept.birth_date)}.")
    if kept.death_date and removed.death_date and kept.death_date != removed.death_date:
        found.append(f"The date of death of the record that is kept holds: {format_date(kept.death_date)}.")
    elif bool(kept.death_date) != bool(removed.death_date):
        found.append("One of them is recorded as having died.")
    if (practices := also_stand(kept, removed)) > 1:
        found.append(f"They are registered with {practices} practices. Both registrations stay open.")
    return found


@dataclass(frozen=True)
class MergeMade:
    """A merge, as its page shows it."""

    kept: str
    removed: str
    summary: list[tuple[str, str]]
    moves: list[tuple[str, int]]
    fills: list[tuple[str, str, str]]


def merge_made(merge: Merge) -> MergeMade:
    """What a merge did."""
    fills = [
        (_field_words(name), _value_words(name, before), _value_words(name, merge.removed_before.get(name)))
        for name, before in merge.kept_before.items()
    ]
    return MergeMade(
        kept=full_name(merge.kept),
        removed=full_name(merge.removed),
        summary=[
            ("Kept", f"{full_name(merge.kept)}, born {format_date(merge.kept.birth_date)}"),
            ("Merged into it", f"{full_name(merge.removed)}, born {format_date(merge.removed.birth_date)}"),
            ("Reason", merge.reason),
            ("By", merge.merged_by),
            ("When", format_moment(merge.merged_at)),
        ],
        moves=[
            (owned_by_key(key).words.capitalize(), len(keys)) for key, keys in sorted(merge.moved.items())
        ],
        fills=fills,
    )


@dataclass(frozen=True)
class MergeRow:
    """A merge in the list of merges."""

    key: int
    kept: str
    removed: str
    when: str
    by: str
    state: str


def merge_rows(merges: Sequence[Merge]) -> list[MergeRow]:
    """The merges of a page."""
    return [
        MergeRow(
            key=merge.pk,
            kept=full_name(merge.kept),
            removed=full_name(merge.removed),
            when=format_moment(merge.merged_at),
            by=merge.merged_by,
            state=f"Taken back by {merge.undone_by}" if merge.undone_at else "In force",
        )
        for merge in merges
    ]


def waiting(count: int) -> str | None:
    """How many pairs wait, as the home page says it."""
    return f"{plural(count, 'pair')} to decide" if count else None


def _field_words(name: str) -> str:
    field: Any = Person._meta.get_field(name)
    words = str(field.verbose_name).replace("nhs", "NHS").replace("lsoa", "LSOA").replace("imd", "IMD")
    return words[0].upper() + words[1:]


def _value_words(name: str, value: Any) -> str:
    if name == "nhs_number":
        return format_nhs_number(value, missing=NOT_RECORDED)
    if value in (None, ""):
        return NOT_RECORDED
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return format_date(value) if hasattr(value, "year") else str(value)
