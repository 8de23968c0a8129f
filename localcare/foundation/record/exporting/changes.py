"""What changed since an earlier export: rows written or deleted since, and people who now stand elsewhere or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from localcare.analysis.dataset.schema import Table
from localcare.foundation.record.dataset_queries import Selection, table_query
from localcare.foundation.record.exporting.people import PEOPLE
from localcare.foundation.record.exporting.shaping import CLOSED_UP, quoted
from localcare.foundation.record.exporting.states import NoBase, State

GONE = "people_gone"  # keys, in the earlier export, of people whose rows are all taken out there
MOST_PEOPLE = 50_000


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
        if described.name == "persons" and selection.goes_beyond_care:
            return "ages are coarsened anew on each day"
        if described.name == "persons" and not selection.without_identifiers:
            return "identifiers are kept in another table"
        if described.name in CLOSED_UP and selection.goes_beyond_care:
            return "positions are closed up within each stay"
        if described.name == "registrations" and self.practices != self.state.practices:
            return "a practice has another code"
        return ""

    def query(self, described: Table, selection: Selection) -> str:
        """The rows that the database has written since, and all rows of the people who stand elsewhere."""
        who = ["row.id" if described.name == "persons" else "row.person_id"]
        if described.name == "relationships":
            who.append("row.related_person_id")
        conditions = [self._since("row.xmin")]
        if self.people:
            keys = ",".join(map(str, self.people))
            conditions += [f"{column} = ANY('{{{keys}}}'::bigint[])" for column in who]
        return f"{table_query(described, selection)} AND ({' OR '.join(conditions)})"

    def deleted(self, held_in: str) -> Iterator[int]:
        """The keys of rows deleted since from a table of the database."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT row_id FROM record_deletedrow WHERE table_name = %s AND {self._since('xmin')}",
                [held_in],
            )
            yield from (key for (key,) in cursor.fetchall())

    def _since(self, transaction: str) -> str:
        """PostgreSQL's own comparison of two transaction numbers, which go round after four thousand million."""
        return f"age({transaction}) <= age('{self.state.horizon % 2**32}'::xid)"


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
