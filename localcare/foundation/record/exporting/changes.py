"""What changed since an earlier export: rows written or deleted since, and people who now stand elsewhere or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from localcare.analysis.dataset.schema import Table
from localcare.foundation.record.dataset_queries import MODELS, Selection, table_query
from localcare.foundation.record.exporting.giving_way import Pace
from localcare.foundation.record.exporting.people import PEOPLE
from localcare.foundation.record.exporting.shaping import CLOSED_UP, quoted
from localcare.foundation.record.exporting.states import NoBase, State

GONE = "people_gone"  # keys, in the earlier export, of people whose rows are all taken out there
MOST_PEOPLE = 50_000
PIECE = 4096  # blocks of a table, 32 MB: some hundredths of a second


@dataclass(frozen=True)
class Changes:
    """An earlier export in the folder `base`, and what is to be read anew to go on from it."""

    base: Path
    state: State
    people: tuple[int, ...]
    practices: str
    takes_people_out: bool

    def reason_for_all(self, described: Table, selection: Selection) -> str:
        """Why a table comes whole all the same; empty where what changed is enough."""
        if described.name == "persons" and not selection.without_identifiers:
            return "identifiers are kept in another table"
        if described.name == "registrations" and self.practices != self.state.practices:
            return "a practice has another code"
        return ""

    def queries(self, described: Table, selection: Selection, pace: Pace) -> Iterator[str]:
        """The rows written since and all rows of the people who stand elsewhere, a piece of the table at a time."""
        changed = self._changed(described, selection)
        if described.name in CLOSED_UP and selection.goes_beyond_care:
            stays = self._stays(described, changed, pace)
            yield f"{table_query(described, selection)} AND row.stay_id = {_any(stays)}"
            return
        for piece in pieces(described):
            yield f"{table_query(described, selection)} AND {piece} AND ({changed})"

    def deleted(self, described: Table) -> list[int]:
        """The keys of rows deleted since from a table of the database."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT row_id FROM record_deletedrow WHERE table_name = %s AND {self._since('xmin')}",
                [MODELS[described.name]],
            )
            return [key for (key,) in cursor.fetchall()]

    def _changed(self, described: Table, selection: Selection) -> str:
        who = ["row.id" if described.name == "persons" else "row.person_id"]
        if described.name == "relationships":
            who.append("row.related_person_id")
        conditions = [self._since("row.xmin")]
        if self.people:
            conditions += [f"{column} = {_any(self.people)}" for column in who]
        if described.name == "persons" and selection.rules:
            # Who was or is shown as of the oldest age may be shown as born in another month now.
            day, years = (
                max(self.state.as_of, selection.as_of.isoformat()),
                selection.rules.coarsening.oldest_age,
            )
            conditions.append(f"row.birth_date < date '{day}' - interval '{years} years'")
        return " OR ".join(conditions)

    def _stays(self, described: Table, changed: str, pace: Pace) -> set[int]:
        """Stays of which a row changed: positions are closed up within them, so all their rows are needed."""
        found: set[int] = set()
        for piece in pieces(described):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT row.stay_id FROM {MODELS[described.name]} AS row WHERE {piece} AND ({changed})"
                )
                found.update(key for (key,) in cursor.fetchall())
            pace.rest()
        return found

    def _since(self, transaction: str) -> str:
        """PostgreSQL's own comparison of two transaction numbers, which go round after four thousand million."""
        return f"age({transaction}) <= age('{self.state.horizon % 2**32}'::xid)"


def pieces(described: Table) -> Iterator[str]:
    """Conditions that together hold for each row of a table once: a stretch of its file each, read in one go."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::bigint",
            [MODELS[described.name]],
        )
        (blocks,) = cursor.fetchone()
    for first in range(0, blocks, PIECE):
        yield f"row.ctid >= '({first},0)'::tid AND row.ctid < '({first + PIECE},0)'::tid"


def _any(keys: Collection[int]) -> str:
    return f"ANY('{{{','.join(map(str, keys))}}}'::bigint[])"


def changes_since(engine: Any, state: State, people_before: Path, base: Path, *, practices: str) -> Changes:
    """Compare who is in the export with who was; NoBase when so many changed that all may as well be read."""
    engine.execute(f"CREATE TABLE people_before AS SELECT * FROM read_parquet('{quoted(people_before)}')")
    engine.execute(
        "CREATE TABLE people_elsewhere AS SELECT id, before.person_id AS was, shown.person_id AS is_now"
        f" FROM people_before AS before FULL JOIN {PEOPLE} AS shown USING (id)"
        " WHERE before.person_id IS DISTINCT FROM shown.person_id"
    )
    engine.execute(
        f"CREATE TABLE {GONE} AS SELECT DISTINCT was AS person_id FROM people_elsewhere WHERE was IS NOT NULL"
    )
    found = engine.execute(
        f"SELECT id FROM people_elsewhere WHERE is_now IS NOT NULL UNION"
        f" SELECT before.id FROM people_before AS before JOIN {GONE} USING (person_id) JOIN {PEOPLE} USING (id)"
    ).fetchall()
    engine.execute("DROP TABLE people_before")
    if len(found) > MOST_PEOPLE:
        raise NoBase(f"{len(found)} people came, went or were merged since")
    (gone,) = engine.execute(f"SELECT count(*) FROM {GONE}").fetchone()
    return Changes(base, state, tuple(sorted(key for (key,) in found)), practices, gone > 0)
