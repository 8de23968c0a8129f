"""The register of a truth with records of a feed among it, as rows of the database, to compare two ways of searching."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from localcare.foundation.people.models import Person
from localcare.synthetic.second_source import draw_two_sources

AS_OF = date(2026, 10, 1)
TEXTS = ("family_name", "given_name", "address_line", "postcode", "telephone")
Pair = tuple[int, int]


def register_with_strays(*, people: int, strays: int, seed: int) -> tuple[set[Pair], dict[Pair, str]]:
    """Put the register and `strays` records of the feed that came without a number into the database.

    Returns the true pairs by primary key, and what was wrong with the stray of each.
    """
    sources = draw_two_sources(people=people, seed=seed, as_of=AS_OF)
    rows = sources.register.to_pylist()
    rows += [row for row in sources.feed.to_pylist() if row["nhs_number"] is None][:strays]
    made = Person.objects.bulk_create(map(_person, rows), batch_size=5000)
    first: dict[int, int] = {}
    true: dict[Pair, str] = {}
    for row, person in zip(rows, made, strict=True):
        if row["truth_key"] in first:
            true[first[row["truth_key"]], person.pk] = row["damage"]
        else:
            first[row["truth_key"]] = person.pk
    return set(true), true


def _person(row: dict[str, object]) -> Person:
    texts = {name: row[name] or "" for name in TEXTS}
    return Person(
        **texts, nhs_number=row["nhs_number"], birth_date=row["birth_date"], sex=row["sex"] or "unknown"
    )


def shares(listed: set[Pair], true: set[Pair]) -> tuple[float, float]:
    """Recall and precision of the pairs listed."""
    return len(listed & true) / len(true), len(listed & true) / max(len(listed), 1)


__all__ = ["AS_OF", "pa", "register_with_strays", "shares"]
