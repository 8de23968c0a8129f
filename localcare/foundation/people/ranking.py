"""Putting found people in order, and saying why each was found."""

from __future__ import annotations

from dataclasses import dataclass

from localcare.foundation.people.models import Person
from localcare.foundation.people.search_terms import Terms

SAME, BEGINS, SOUNDS, NEARLY = range(4)
WHY = {BEGINS: "begins with", SOUNDS: "sounds like", NEARLY: "spelt nearly like"}
EXCHANGED = "day and month exchanged"
EXCHANGED_COSTS = 3


@dataclass(frozen=True)
class Match:
    """A person found; `distance` 0 is word for word; `reasons` say in what they differ."""

    person: Person
    distance: int
    reasons: tuple[str, ...]


def rank(people: list[Person], terms: Terms, nearby: list[dict[str, int]]) -> list[Match]:
    """The likeliest first: nearest in spelling, the family name before others, the living before the dead."""
    matches = [_match(person, terms, nearby) for person in people]

    def order(match: Match) -> tuple[int, bool, bool, str, str, int]:
        person = match.person
        other_family = bool(terms.names) and person.family_name.lower() not in terms.names
        return (
            match.distance, other_family, person.death_date is not None,
            person.family_name.lower(), person.given_name.lower(), person.pk,
        )  # fmt: skip

    return sorted(matches, key=order)


def _match(person: Person, terms: Terms, nearby: list[dict[str, int]]) -> Match:
    distance, reasons = 0, []
    for typed, words in zip(terms.names, nearby, strict=True):
        near, word = min((words[word], word) for word in person.name_words if word in words)
        distance += near
        if near != SAME:
            reasons.append(f"{word.title()} {WHY[near]} {typed.title()}")
    if terms.born and person.birth_date != terms.born[0]:
        distance += EXCHANGED_COSTS
        reasons.append(EXCHANGED)
    return Match(person, distance, tuple(reasons))
