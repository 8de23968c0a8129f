"""What the rows of a dataset refer to, fetched from the database into DuckDB: people, stays, practices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from localcare.analysis.dataset.schema import Table
from localcare.exchange.extracts.engine import Received
from localcare.foundation.record.copying import stream_out

SURVIVORS = """WITH RECURSIVE survivor (id, person_id) AS (
    SELECT id, merged_into_id FROM people_person WHERE merged_into_id IS NOT NULL
    UNION ALL
    SELECT survivor.id, person.merged_into_id
    FROM survivor JOIN people_person person ON person.id = survivor.person_id
    WHERE person.merged_into_id IS NOT NULL
), last AS (
    SELECT survivor.id, survivor.person_id
    FROM survivor JOIN people_person person ON person.id = survivor.person_id
    WHERE person.merged_into_id IS NULL
)"""

PEOPLE = (
    SURVIVORS
    + """
SELECT known.person_key, person.id, person.birth_date
FROM extracts_datasetperson known
LEFT JOIN last ON last.id = known.person_id
JOIN people_person person ON person.id = coalesce(last.person_id, known.person_id)
WHERE known.source_id = {source} {only}"""
)

STAYS = """SELECT source_key::bigint, id, person_id FROM record_stay
WHERE source_id = {source} AND source_key ~ '^[0-9]+$' {only}"""

EVERYONE = "known_people"
PEOPLE_COLUMNS = "{'person_key': 'BIGINT', 'person': 'BIGINT', 'birth_date': 'DATE'}"
PRACTICES = "SELECT code, id FROM places_organisation WHERE organisation_type LIKE '%practice%'"


def fetch_everyone(engine: Any, source_id: int) -> None:
    """All people that the source's person keys stand for, once for a load."""
    _fetch(engine, EVERYONE, PEOPLE.format(source=int(source_id), only=""), PEOPLE_COLUMNS)


def fetch_people(engine: Any, source_id: int, *, keys: Sequence[int], table: Table) -> str:
    """The people that a few of the source's person keys stand for; the name of the DuckDB table."""
    only = f"AND known.person_key IN ({', '.join(str(int(key)) for key in keys) or 'NULL'})"
    query = PEOPLE.format(source=int(source_id), only=only)
    return _fetch(engine, f"known_people_of_{table.name}", query, PEOPLE_COLUMNS)


def fetch_stays(engine: Any, source_id: int, *, keys: Sequence[int] | None, table: Table) -> str:
    """The stays that the source's stay keys stand for; the name of the DuckDB table."""
    texts = ", ".join(f"'{int(key)}'" for key in keys or ()) or "NULL"
    only = "" if keys is None else f"AND source_key IN ({texts})"
    columns = "{'stay_key': 'BIGINT', 'stay': 'BIGINT', 'person': 'BIGINT'}"
    return _fetch(
        engine, f"known_stays_of_{table.name}", STAYS.format(source=int(source_id), only=only), columns
    )


def fetch_practices(engine: Any) -> str:
    """Every practice by its code; the name of the DuckDB table."""
    return _fetch(engine, "known_practices", PRACTICES, "{'code': 'VARCHAR', 'practice': 'BIGINT'}")


def find_repeated(engine: Any, received: Received) -> str:
    """Keys that stand on several rows, with the first of them; the name of the DuckDB table."""
    name = f"repeated_{received.table.name}"
    key = received.typed(received.table.column(received.table.key))
    engine.execute(
        f"CREATE OR REPLACE TABLE {name} AS SELECT {key} AS row_key, min(row_number) AS first_row"
        f" FROM {received.view} GROUP BY 1 HAVING count(*) > 1 AND row_key IS NOT NULL"
    )
    return name


def keys_in(engine: Any, received: Received, names: Sequence[str]) -> list[int]:
    """The distinct keys that a few rows refer to in these columns."""
    found: set[int] = set()
    for name in names:
        column = received.typed(received.table.column(name))
        found |= {key for (key,) in engine.execute(f"SELECT {column} FROM {received.view}").fetchall() if key}
    return sorted(found)


def _fetch(engine: Any, name: str, query: str, columns: str) -> str:
    engine.execute(f"DROP TABLE IF EXISTS {name}")
    stream_out(
        query, engine,
        lambda path: f"CREATE TABLE {name} AS SELECT * FROM read_csv('{path}', header = false, delim = ',',"
        f" quote = '\"', escape = '\"', auto_detect = false, nullstr = '\\N', columns = {columns})",
    )  # fmt: skip
    return name
