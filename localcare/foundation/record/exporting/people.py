"""Who is in an export, and under which key: their own, that of whoever they were merged into, or a pseudonym."""

from __future__ import annotations

from typing import Any

from django.db import connection

from localcare.foundation.record.copying import stream_out
from localcare.foundation.record.dataset_queries import Selection, people_query
from localcare.foundation.record.exporting.giving_way import Pace
from localcare.foundation.record.exporting.keys import PseudonymKey
from localcare.kernel.identifiers.pseudonyms import keyed_number, padded_blocks

PEOPLE = "people"  # id, person_id: the key that rows hold, and the key in the export
READ = "read_csv('{path}', header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '\\N', parallel = false, columns = {{{columns}}})"  # noqa: E501


IDENTITY = (
    "CASE WHEN person.nhs_number IS NULL OR person.nhs_number = '' THEN 'local-person:' || person.reference"
    " ELSE 'nhs-number:' || regexp_replace(person.nhs_number, '[^0-9]', '', 'g') END"
)


class PseudonymsMeet(RuntimeError):
    """Two people would have one pseudonym."""


def reading(path: str, columns: dict[str, str]) -> str:
    """The DuckDB expression that reads what a COPY writes, in these columns and types."""
    described = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    return READ.format(path=path, columns=described)


def fetch_people(engine: Any, selection: Selection, key: PseudonymKey | None, pace: Pace) -> None:
    """Put everyone in the export into the engine's table `people`.

    Raises PseudonymsMeet when two people would have one pseudonym, which chance alone never brings about.
    """
    if key is None:
        stream_out(
            people_query(selection), engine,
            lambda path: f"CREATE OR REPLACE TABLE {PEOPLE} AS SELECT * FROM"
            f" {reading(path, {'id': 'BIGINT', 'person_id': 'BIGINT'})}",
            counted=lambda _: pace.rest(),
        )  # fmt: skip
        return
    know_key(engine, key.secret)
    query = (
        f"SELECT chosen.id, chosen.person_id, {IDENTITY}"
        f" FROM ({people_query(selection)}) AS chosen JOIN people_person AS person ON person.id = chosen.person_id"
    )
    columns = {"id": "BIGINT", "survivor": "BIGINT", "identity": "VARCHAR"}
    stream_out(
        query, engine,
        lambda path: f"CREATE OR REPLACE TABLE {PEOPLE} AS SELECT id, keyed_number(identity) AS person_id, survivor FROM"
        f" {reading(path, columns)}",
        counted=lambda _: pace.rest(),
    )  # fmt: skip
    (people, pseudonyms) = engine.execute(
        f"SELECT count(DISTINCT survivor), count(DISTINCT person_id) FROM {PEOPLE}"
    ).fetchone()
    if people != pseudonyms:
        raise PseudonymsMeet(
            "Two people have the same pseudonym. Nothing was written. Look for an NHS number that two entries share;"
            " if there is none, make a new key for the project."
        )
    engine.execute(f"ALTER TABLE {PEOPLE} DROP COLUMN survivor")


def show_pseudonyms(secret: bytes, *, among: str) -> None:
    """Let `exported_person.shown` be the pseudonym of everyone whose key the query `among` gives, for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT chosen.person_id, {IDENTITY} FROM exported_person AS chosen"
            f" JOIN people_person AS person ON person.id = chosen.person_id WHERE chosen.id IN ({among})"
        )
        shown = {key: keyed_number(secret, identity) for key, identity in cursor.fetchall()}
        cursor.execute(
            "UPDATE exported_person SET shown = given.shown FROM unnest(%s::bigint[], %s::bigint[])"
            " AS given (person_id, shown) WHERE given.person_id = exported_person.person_id",
            [list(shown), list(shown.values())],
        )


def know_key(engine: Any, secret: bytes) -> None:
    """Give the engine `keyed_number(message)`, the twin of `kernel.identifiers.pseudonyms.keyed_number`.

    The key goes in as a value and stands in no statement, so that no message about a statement can tell it.
    """
    engine.execute("CREATE TABLE pseudonym_key (inner_block BLOB, outer_block BLOB)")
    engine.execute("INSERT INTO pseudonym_key VALUES (?, ?)", list(padded_blocks(secret)))
    engine.execute(
        "CREATE MACRO keyed_digest(message) AS sha256((SELECT outer_block FROM pseudonym_key)"
        " || unhex(sha256((SELECT inner_block FROM pseudonym_key) || encode(message))))"
    )
    engine.execute(
        "CREATE MACRO keyed_number(message) AS"
        " (('0x' || substr(keyed_digest(message), 1, 16))::UBIGINT >> 1)::BIGINT"
    )
