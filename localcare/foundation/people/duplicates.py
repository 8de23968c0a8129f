"""Finding people who may be one: pairs that share enough to compare, then reasons for and against."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction
from django.db.models import QuerySet

from localcare.foundation.people.models import Person, PossibleDuplicate
from localcare.foundation.people.queries import visible_people
from localcare.foundation.people.rules import Details, likeness
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

BATCH = 2000
MOST_SHARING = 20  # a birth date and sound, or an address, that more people share says nothing

# Pairs worth comparing share one of these keys; each key is rare enough that the pairs stay few.
BLOCKS = f"""
    WITH person AS (
        SELECT id, birth_date, family_name, given_name, postcode_key, lower(address_line) AS line,
            extract(day FROM birth_date) AS day, extract(month FROM birth_date) AS month,
            extract(year FROM birth_date) AS year
        FROM people_person WHERE merged_into_id IS NULL
    ), keyed AS (
        SELECT id, 'b' || birth_date || dmetaphone(family_name) AS block FROM person
        UNION ALL SELECT id, 'g' || birth_date || dmetaphone(given_name) FROM person
        UNION ALL SELECT id, 'x' || lower(family_name) || lower(given_name) || year
            || least(day, month) || '/' || greatest(day, month) FROM person WHERE day <= 12
        UNION ALL SELECT id, 'a' || postcode_key || line || dmetaphone(given_name) FROM person
            WHERE postcode_key <> '' AND line <> ''
    ), shared AS (
        SELECT block FROM keyed GROUP BY block HAVING count(*) BETWEEN 2 AND {MOST_SHARING}
    )
    SELECT DISTINCT one.id, other.id
    FROM shared JOIN keyed AS one USING (block) JOIN keyed AS other USING (block)
    WHERE one.id < other.id
        AND NOT EXISTS (SELECT FROM people_possibleduplicate AS known
            WHERE known.first_id = one.id AND known.second_id = other.id)
"""


def find_possible_duplicates(*, by: Reader) -> int:
    """Compare everybody who shares enough; new pairs are kept to be decided. Returns how many are new.

    Pairs that are known, decided or not, are left as they are: running twice finds nothing twice.
    """
    found = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(BLOCKS)
            pairs = cursor.fetchall()
        for start in range(0, len(pairs), BATCH):
            made = list(_alike(pairs[start : start + BATCH]))
            found += len(PossibleDuplicate.objects.bulk_create(made, ignore_conflicts=True))
        record_access(
            reader=by, action="person.find-duplicates", detail={"compared": len(pairs), "found": found}
        )
    return found


def _alike(pairs: list[tuple[int, int]]) -> Iterator[PossibleDuplicate]:
    people = Person.objects.in_bulk({key for pair in pairs for key in pair})
    for first, second in pairs:
        found = likeness(details_of(people[first]), details_of(people[second]))
        if found.is_enough:
            yield PossibleDuplicate(
                first_id=first, second_id=second, score=found.score, reasons=list(found.reasons)
            )


def details_of(person: Person) -> Details:
    """What is compared of a person."""
    return Details(
        nhs_number=person.nhs_number or "",
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=person.birth_date,
        sex=person.sex,
        address_line=person.address_line,
        postcode=person.postcode_key,
        death_date=person.death_date,
    )


def duplicates_to_decide(reader: Reader) -> QuerySet[PossibleDuplicate]:
    """Pairs that are open and of whom the reader may see both, the likeliest first."""
    visible = visible_people(reader, "person.merge").values("pk")
    open_ones = PossibleDuplicate.objects.filter(decision="", first__in=visible, second__in=visible)
    return open_ones.select_related("first", "second").order_by("-score", "pk")
