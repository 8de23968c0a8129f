"""A number that two records share is believed only where the people agree."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from localcare.analysis.linkage.definition import linkage_model
from localcare.analysis.linkage.normalising import COLUMNS, letters, normalise, valid_number
from localcare.analysis.linkage.numbers import link_by_number
from localcare.kernel.identifiers.nhs_number import is_valid
from localcare.synthetic.nhs_numbers import synthetic_numbers

VERA = {
    "nhs_number": "9990000018", "family_name": "Vale", "given_name": "Vera", "birth_date": date(1947, 3, 12), "sex": "female",
    "address_line": "1 Harbour Street", "postcode": "CT14 6AB", "telephone": "01632 960001", "local_identifier": None,
}  # fmt: skip


@pytest.fixture
def engine():
    with duckdb.connect() as connection:
        yield connection


def alike(engine, table, rows):
    """The normalised table of records given as dictionaries."""
    types = ", ".join(f"{name} {'DATE' if name == 'birth_date' else 'VARCHAR'}" for name in COLUMNS)
    engine.execute(f"CREATE OR REPLACE TABLE raw_{table} ({types})")
    for place, row in enumerate(rows):
        values = {**row, "record_id": f"{table}{place}"}
        engine.execute(
            f"INSERT INTO raw_{table} VALUES ({', '.join('?' * len(COLUMNS))})",
            [values[name] for name in COLUMNS],
        )
    normalise(engine, f"raw_{table}", table, linkage_model())


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        ({}, "number"),
        ({"family_name": "Jones"}, "number"),  # a former name
        ({"given_name": "V"}, "number"),
        ({"given_name": "Bunty"}, "number"),  # a name nobody knows to be hers, and nobody else fits
        ({"birth_date": date(1947, 12, 3)}, "number"),
        ({"birth_date": date(1948, 3, 12)}, "number"),
        ({"birth_date": None}, "number"),
        ({"birth_date": date(1900, 1, 1)}, "number"),  # a placeholder
        ({"birth_date": date(1921, 7, 1)}, "conflict"),  # her mother
        ({"birth_date": date(1948, 3, 12), "given_name": "Bert", "family_name": "Okafor"}, "conflict"),
        ({"given_name": "Bert", "family_name": "Okafor"}, "conflict"),  # born on one day, and nothing else
    ],
)
def test_a_shared_number_is_believed_or_in_conflict(engine, other, kind):
    alike(engine, "a", [VERA])
    alike(engine, "b", [VERA | other])
    link_by_number(engine, "a", "b", linkage_model())
    assert engine.execute("SELECT * FROM by_number").fetchall() == [("a0", "b0", kind)]
    numbers = engine.execute("SELECT number FROM a UNION ALL SELECT number FROM b").fetchall()
    assert numbers == [(None,)] * 2 if kind == "conflict" else [("9990000018",)] * 2


def test_a_twin_who_was_given_the_number_of_the_other_is_in_conflict(engine):
    dorothy = VERA | {"given_name": "Dorothy", "nhs_number": "9990000026"}
    alike(engine, "a", [VERA, dorothy])
    alike(engine, "b", [dorothy | {"nhs_number": VERA["nhs_number"]}])
    link_by_number(engine, "a", "b", linkage_model())
    assert engine.execute("SELECT * FROM by_number").fetchall() == [("a0", "b0", "conflict")]


def test_one_table_is_compared_with_itself(engine):
    alike(engine, "a", [VERA, VERA, VERA | {"nhs_number": None}, VERA | {"birth_date": date(1921, 7, 1)}])
    link_by_number(engine, "a", "a", linkage_model())
    found = engine.execute("SELECT * FROM by_number").fetchall()
    assert found == [("a0", "a1", "number"), ("a0", "a3", "conflict"), ("a1", "a3", "conflict")]


def test_numbers_are_valid_here_exactly_when_they_are_at_the_door(engine):
    odd = [
        "",
        " ",
        "12345",
        "99900000181",
        "9999999999",
        "0000000000",
        "999 000 0018",
        "999-000-0018",
        "999000001X",
    ]
    tried = [str(number) for number in synthetic_numbers()[:300]]
    tried += [str(9_990_000_000 + number) for number in range(2000)] + odd
    engine.execute("CREATE TABLE tried AS SELECT unnest($1) AS nhs_number", [tried])
    said = engine.execute(
        f"SELECT nhs_number, {valid_number('nhs_number')} IS NOT NULL FROM tried"
    ).fetchall()
    assert dict(said) == {text: is_valid(text) for text in tried}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("O'Testery", "otestery"), ("O’Testery", "otestery"), ("Ní Fearnóg", "ni fearnog"), ("Łąkowska", "lakowska"),
        ("Apostle-Wren", "apostle wren"), ("  ST. Quillan ", "st quillan"), ("Ella-Mae", "ella mae"), ("Søren", "soren"),
    ],
)  # fmt: skip
def test_names_are_written_alike(engine, written, read):
    assert engine.execute(f"SELECT {letters('$1')}", [written]).fetchall() == [(read,)]


def test_what_is_no_name_address_or_telephone_counts_as_missing(engine):
    alike(engine, "a", [
        VERA | {"given_name": "Baby Boy", "postcode": "ZZ99 3VZ", "telephone": "n/a", "sex": "unknown", "nhs_number": "1"},
        VERA | {"given_name": "Bob", "postcode": "ct146ab", "telephone": "+44 (1632) 960001", "address_line": "1, harbour st."},
    ])  # fmt: skip
    rows = engine.execute("SELECT given, postcode, telephone, sex, number, number_given FROM a").fetchall()
    assert rows[0] == (None, None, None, None, None, True)
    assert rows[1][:3] == ("bob", "CT146AB", "1632960001")
    ((roots, line, district),) = engine.execute(
        "SELECT given_roots, line, district FROM a WHERE given = 'bob'"
    ).fetchall()
    assert (roots, line, district) == (["robert"], "1harbourst", "CT14")
