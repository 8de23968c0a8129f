"""Finding people in one box: tolerant of spelling, within the reader's scope, the likeliest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import visible_people
from localcare.foundation.people.ranking import Match, rank
from localcare.foundation.people.search_terms import Terms, read
from localcare.kernel.access.readers import Reader

SHOWN_AT_MOST = 50
LIKE_SHOWN = 10
LOOKED_AT = 100  # candidates that are ranked; more than this asks for a narrower search
WORDS_NEARBY = 40
SIMILAR_ENOUGH = 0.4
MISSPELT_FROM = 4  # letters; shorter words are compared by beginning and sound only

# Words near a typed word, with how near: 0 the same, 1 begins so, 2 sounds so, 3 is spelt nearly so.
NEARBY = f"""
    SELECT word, min(distance) FROM (
        SELECT word, 0 AS distance, 0.0 AS apart FROM people_nameword WHERE word = %(word)s
        UNION ALL (
            SELECT word, 1, length(word) FROM people_nameword
            WHERE length(%(word)s) >= 3 AND word LIKE %(prefix)s ORDER BY length(word), word LIMIT {WORDS_NEARBY})
        UNION ALL (
            SELECT word, 2, levenshtein(left(word, 60), left(%(word)s, 60)) FROM people_nameword
            WHERE dmetaphone(%(word)s) <> ''
                AND (sound = dmetaphone(%(word)s) OR other_sound = dmetaphone(%(word)s))
            ORDER BY 3, word LIMIT {WORDS_NEARBY})
        UNION ALL (
            SELECT word, 3, 1 - similarity(word, %(word)s) FROM people_nameword
            WHERE length(%(word)s) >= {MISSPELT_FROM} AND word %% %(word)s
                AND similarity(word, %(word)s) >= {SIMILAR_ENOUGH}
            ORDER BY 3, word LIMIT {WORDS_NEARBY})
    ) AS near GROUP BY word ORDER BY min(distance), min(apart) LIMIT {WORDS_NEARBY}
"""


@dataclass(frozen=True)
class Results:
    """What a search found; `is_cut` when there may be more than was looked at."""

    terms: Terms
    matches: tuple[Match, ...]
    is_cut: bool = False


def search_people(reader: Reader, text: str, *, on: date | None = None) -> Results:
    """People whom the reader may find by the text, the likeliest first, at most SHOWN_AT_MOST."""
    terms = read(text, today=on or timezone.localdate())
    if terms.is_empty:
        return Results(terms, ())
    nearby = [_words_near(name) for name in terms.names]
    people = visible_people(reader, "person.search", on=on)
    found = _candidates(people, terms, nearby)
    matches = rank(list(found.values()), terms, nearby)
    return Results(terms, tuple(matches[:SHOWN_AT_MOST]), is_cut=len(found) > SHOWN_AT_MOST)


def alike(
    reader: Reader, *, family_name: str, given_name: str, birth_date: date, nhs_number: str | None = None
) -> Results:
    """People whom the reader may see and who may be the one described, to be looked at before one is registered.

    Found by the number, by the whole name, and by the day of birth with the family name or the given name.
    """
    day = f"{birth_date:%d/%m/%Y}"
    texts = [f"{family_name} {given_name}", f"{family_name} {day}", f"{given_name} {day}"]
    results = [search_people(reader, text) for text in ([nhs_number] if nhs_number else []) + texts]
    matches = {match.person.pk: match for result in reversed(results) for match in result.matches}
    likeliest = sorted(matches.values(), key=lambda match: match.person.birth_date != birth_date)
    return Results(results[0].terms, tuple(likeliest[:LIKE_SHOWN]), is_cut=len(matches) > LIKE_SHOWN)


def _words_near(word: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(NEARBY, {"word": word, "prefix": f"{word}%"})
        return {found: int(distance) for found, distance in cursor.fetchall()}


def _candidates(people: QuerySet[Person], terms: Terms, nearby: list[dict[str, int]]) -> dict[int, Person]:
    """Those who match word for word, then those who nearly do, until there are enough to rank."""
    found: dict[int, Person] = {}
    exactly = [[word for word, distance in words.items() if distance == 0] for words in nearby]
    passes = [exactly, [list(words) for words in nearby]] if nearby else [[]]
    for words_of_names in passes:
        if len(found) < SHOWN_AT_MOST and all(words_of_names):
            matching = _matching(people, terms, words_of_names)
            found |= {
                person.pk: person for person in matching.exclude(pk__in=found)[: LOOKED_AT - len(found)]
            }
    return found


def _matching(people: QuerySet[Person], terms: Terms, words_of_names: list[list[str]]) -> QuerySet[Person]:
    if terms.nhs_number:
        people = people.filter(pk__in=_holders_of(terms.nhs_number))
    if terms.born:
        people = people.filter(birth_date__in=terms.born)
    if terms.born_in:
        people = people.filter(
            birth_date__gte=date(terms.born_in, 1, 1), birth_date__lte=date(terms.born_in, 12, 31)
        )
    if terms.postcode:
        people = people.filter(_lives_at(terms.postcode))
    for words in words_of_names:
        people = people.filter(name_words__overlap=words)
    return people


def _holders_of(nhs_number: str) -> list[int]:
    """The key of the person with the number, or of the one they were merged into."""
    holders = Person.objects.filter(nhs_number=nhs_number).values_list("pk", "merged_into_id")
    return [kept or holder for holder, kept in holders]


def _lives_at(postcode: str) -> Q:
    """The full postcode, or every postcode that begins with the outward part."""
    if " " in postcode:
        return Q(postcode_key=postcode)
    return Q(postcode_key__gte=f"{postcode} ", postcode_key__lt=f"{postcode}!")
