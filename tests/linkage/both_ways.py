"""A register with records of a poorer source among it, as rows of the database, with the truth."""

from __future__ import annotations

from datetime import date

from django.db import connection

from localcare.foundation.people.models import Person, PossibleDuplicate
from localcare.synthetic.second_source import draw_two_sources

AS_OF = date(2026, 10, 1)
TEXTS = ("family_name", "given_name", "address_line", "postcode", "telephone")
Pair = tuple[int, int]


def register_with_strays(*, people: int, strays: int, seed: int) -> dict[Pair, str]:
    """Put the register and `strays` records of the feed that came without a number into the database.

    Returns the true pairs by primary key, each with what was wrong with the stray.
    """
    sources = draw_two_sources(people=people, seed=seed, as_of=AS_OF)
    rows = sources.register.to_pylist()
    rows += [row for row in sources.feed.to_pylist() if row["nhs_number"] is None][:strays]
    made = Person.objects.bulk_create(map(_person, rows), batch_size=5000)
    first: dict[int, int] = {}
    true: dict[Pair, str] = {}
    for row, person in zip(rows, made, strict=True):
        key = row["truth_key"]
        if key in first:
            true[first[key], person.pk] = row["damage"]
        else:
            first[key] = person.pk
    return true


def _person(row: dict[str, object]) -> Person:
    texts = {name: row[name] or "" for name in TEXTS}
    return Person(
        **texts, nhs_number=row["nhs_number"], birth_date=row["birth_date"], sex=row["sex"] or "unknown"
    )


def proposed(**how: object) -> set[Pair]:
    """The pairs on the review list, of those that the filter names."""
    return set(PossibleDuplicate.objects.filter(**how).values_list("first_id", "second_id"))


def shares(listed: set[Pair], true: dict[Pair, str]) -> tuple[float, float]:
    """Recall and precision of the pairs listed."""
    right = len(listed & set(true))
    return right / len(true), right / max(len(listed), 1)


def address() -> dict[str, object]:
    """Where the test database is, for a connection of somebody else."""
    given = connection.get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
