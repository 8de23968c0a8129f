"""People of a dataset: matched by NHS number, else by the source's local identifier, else by the key kept for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, models

from localcare.exchange.extracts.lookups import SURVIVORS
from localcare.exchange.loads.merging import Merged
from localcare.foundation.people.models import Person
from localcare.foundation.record.copying import Counted, stream_in
from localcare.foundation.record.models import Consent, Source

TEXTS = (
    "family_name", "given_name", "ethnic_category", "address_line", "postcode", "telephone", "lsoa_code",
)  # fmt: skip
UPDATED = ("birth_date", "death_date", "sex", "imd_decile", *TEXTS)
STAGED = ("row_number", "person_key", "nhs_number", "local_identifier", "national_data_opt_out", *UPDATED)

STAGING = """CREATE TEMP TABLE staged_person (
    row_number bigint, person_key bigint, nhs_number text, local_identifier text, national_data_opt_out boolean,
    birth_date date, death_date date, sex text, imd_decile smallint, family_name text, given_name text,
    ethnic_category text, address_line text, postcode text, telephone text, lsoa_code text
) ON COMMIT DROP"""

# Who each row is, if known: `person` is the surviving person where people were merged.
MATCH = (
    "CREATE TEMP TABLE matched_person ON COMMIT DROP AS "
    + SURVIVORS
    + """, found AS (
    SELECT staged.*, kept.person_id AS kept_person,
        coalesce(number.id, identifier.person_id, kept.person_id) AS any_person, number.id IS NOT NULL AS by_number,
        coalesce('number ' || staged.nhs_number, 'local ' || staged.local_identifier, 'key ' || staged.person_key)
            AS identity
    FROM staged_person staged
    LEFT JOIN people_person number ON number.nhs_number = staged.nhs_number
    LEFT JOIN people_localidentifier identifier
        ON identifier.system = %(system)s AND identifier.value = staged.local_identifier
    LEFT JOIN extracts_datasetperson kept
        ON kept.source_id = %(source)s AND kept.person_key = staged.person_key
)
SELECT found.*, coalesce(last.person_id, found.any_person) AS person FROM found
LEFT JOIN last ON last.id = found.any_person"""
)

# A number or identifier that leads to somebody born on another day is not believed, unless this source has named the
# person by this key before under the same number: then the date of birth has been corrected.
OTHERS = """SELECT matched.row_number FROM matched_person matched JOIN people_person person ON person.id = matched.person
WHERE person.birth_date <> matched.birth_date AND CASE
    WHEN matched.by_number THEN matched.kept_person IS DISTINCT FROM matched.any_person
    ELSE person.nhs_number <> matched.nhs_number END
UNION
SELECT matched.row_number FROM matched_person matched JOIN (
    SELECT DISTINCT ON (identity) identity, birth_date FROM matched_person WHERE person IS NULL
    ORDER BY identity, row_number
) AS first ON first.identity = matched.identity
WHERE matched.person IS NULL AND first.birth_date <> matched.birth_date"""

NEW = """CREATE TEMP TABLE new_person ON COMMIT DROP AS
SELECT identity, row_number, nextval(pg_get_serial_sequence('people_person', 'id')) AS person FROM (
    SELECT identity, min(row_number) AS row_number FROM matched_person WHERE person IS NULL GROUP BY identity
) AS unknown"""

LINK = """CREATE TEMP TABLE linked_person ON COMMIT DROP AS
SELECT matched.*, coalesce(matched.person, new.person) AS linked,
    row_number() OVER (PARTITION BY coalesce(matched.person, new.person) ORDER BY matched.row_number) AS turn
FROM matched_person matched LEFT JOIN new_person new ON new.identity = matched.identity AND matched.person IS NULL"""

UPDATE = """UPDATE people_person AS person SET {settings}
FROM linked_person AS linked WHERE person.id = linked.linked AND linked.turn = 1 AND linked.person IS NOT NULL
AND ({before}) IS DISTINCT FROM ({after})"""

KEEP_KEYS = """INSERT INTO extracts_datasetperson AS kept (source_id, person_key, person_id)
SELECT %(source)s, person_key, linked FROM linked_person
ON CONFLICT (source_id, person_key) DO UPDATE SET person_id = excluded.person_id
WHERE kept.person_id <> excluded.person_id"""

KEEP_IDENTIFIERS = """INSERT INTO people_localidentifier (person_id, system, value)
SELECT linked, %(system)s, local_identifier FROM linked_person WHERE local_identifier IS NOT NULL
ON CONFLICT (system, value) DO NOTHING"""

OPT_OUTS = """INSERT INTO record_consent AS kept (person_id, source_id, source_key, kind, starts_on, note)
SELECT linked, %(source)s, 'opt-out/' || person_key, %(kind)s, %(today)s, '' FROM linked_person
WHERE national_data_opt_out
ON CONFLICT (source_id, source_key) DO UPDATE SET person_id = excluded.person_id, ends_on = NULL
WHERE kept.person_id <> excluded.person_id OR kept.ends_on IS NOT NULL"""

OPT_OUTS_ENDED = """UPDATE record_consent AS kept SET ends_on = %(today)s FROM linked_person AS linked
WHERE kept.source_id = %(source)s AND kept.source_key = 'opt-out/' || linked.person_key AND kept.ends_on IS NULL
AND linked.national_data_opt_out IS FALSE"""

OPT_OUT_FLAGS = """UPDATE people_person AS person SET national_data_opt_out = stands.opted_out FROM (
    SELECT linked, EXISTS (SELECT 1 FROM record_consent WHERE person_id = linked AND kind = %(kind)s
        AND (ends_on IS NULL OR ends_on > %(today)s)) AS opted_out
    FROM linked_person WHERE national_data_opt_out IS NOT NULL
) AS stands WHERE person.id = stands.linked AND person.national_data_opt_out <> stands.opted_out"""


@dataclass(frozen=True)
class PersonsPutIn:
    """What became of the people, and the row numbers whose identifiers belong to somebody else."""

    merged: Merged
    others: tuple[int, ...]


def local_system(source: Source) -> str:
    """Under which system a source's local identifiers are kept."""
    return f"source:{source.code}"


def put_persons_in(engine: Any, good: str, source: Source, *, today: date, counted: Counted) -> PersonsPutIn:
    """Match, add and update the people of the DuckDB query `good`; the caller holds the source's lock."""
    given: dict[str, Any] = {
        "source": source.pk, "system": local_system(source), "today": today,
        "kind": Consent.Kind.NATIONAL_DATA_OPT_OUT.value,
    }  # fmt: skip
    columns = ", ".join("person_id" if name == "person_key" else name for name in STAGED)
    with connection.cursor() as cursor:
        _drop_temporary(cursor)
        cursor.execute(STAGING)
        stream_in(engine, f"SELECT {columns} FROM ({good}) AS good", f"staged_person ({', '.join(STAGED)})",
                  counted=counted)  # fmt: skip
        cursor.execute("ANALYZE staged_person")
        cursor.execute(MATCH, given)
        cursor.execute(OTHERS)
        others = tuple(sorted(row for (row,) in cursor.fetchall()))
        cursor.execute("DELETE FROM matched_person WHERE row_number = ANY(%s)", [list(others)])
        matched = cursor.rowcount
        cursor.execute(NEW)
        added = cursor.rowcount
        cursor.execute(LINK)
        total = cursor.rowcount
        cursor.execute("ANALYZE linked_person")
        cursor.execute(_insertion())
        cursor.execute(_update())
        updated = cursor.rowcount
        for statement in (KEEP_KEYS, KEEP_IDENTIFIERS, OPT_OUTS, OPT_OUTS_ENDED, OPT_OUT_FLAGS):
            cursor.execute(statement, given)
        _drop_temporary(cursor)
    assert matched == len(others)
    return PersonsPutIn(Merged(added, updated, total - added - updated), others)


def _insertion() -> str:
    """New people, each from the first row that names them; columns the dataset does not have get their defaults."""
    values = {
        "id": "linked", "reference": "gen_random_uuid()", "nhs_number": "nhs_number", "birth_date": "birth_date",
        "death_date": "death_date", "sex": "sex", "imd_decile": "imd_decile",
        "national_data_opt_out": "coalesce(national_data_opt_out, false)",
        **{name: f"coalesce({name}, '')" for name in TEXTS},
    }  # fmt: skip
    for field in Person._meta.concrete_fields:
        name = str(field.column)
        if name not in values and not field.null and not field.generated:
            values[name] = _default(field)
    return (
        f"INSERT INTO people_person ({', '.join(values)}) SELECT {', '.join(values.values())}"
        " FROM linked_person WHERE person IS NULL AND turn = 1"
    )


def _default(field: models.Field[Any, Any]) -> str:
    if isinstance(field, (models.CharField, models.TextField)):
        return "'" + str(field.default if field.has_default() else "").replace("'", "''") + "'"
    if isinstance(field, models.BooleanField):
        return str(bool(field.get_default())).lower()
    raise TypeError(f"persons cannot be loaded: give {field.name} of Person a value here")


def _update() -> str:
    """What the source says now; what it leaves empty stays, and a number is corrected only for the same birthday."""
    names = ("nhs_number", *UPDATED)
    after = [f"coalesce(linked.{name}, person.{name})" for name in names]
    settings = ", ".join(f"{name} = {value}" for name, value in zip(names, after, strict=True))
    return UPDATE.format(
        settings=settings, before=", ".join(f"person.{name}" for name in names), after=", ".join(after)
    )


def _drop_temporary(cursor: Any) -> None:
    for name in ("staged_person", "matched_person", "new_person", "linked_person"):
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
