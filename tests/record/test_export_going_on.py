"""When an export can go on from an earlier one, and that it says why where it cannot."""

from __future__ import annotations

import duckdb
import pytest
from django.db import connection

from localcare.foundation.people.models import Person, Relationship
from localcare.foundation.record.exporting import states
from localcare.foundation.record.exporting.keys import new_key
from localcare.foundation.record.models import DeletedRow, Fact
from tests.record.exports import SYSTEM, export, fact, rows_of, with_full_record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_home", "keys", "lists_for_all_systems")]


def test_a_delete_that_was_noted_nowhere_is_found_by_counting(tmp_path):
    """Triggers can be switched off; then the table is written whole."""
    with_full_record()
    fact(Person.objects.get(), "gone")
    export(tmp_path / "one", pseudonymous=True)
    Fact.objects.filter(source_key="gone").delete()
    DeletedRow.objects.all().delete()
    export(tmp_path / "two", pseudonymous=True, since=tmp_path / "one")
    assert len(rows_of(tmp_path / "two", "facts")) == 1
    assert (
        "the number of rows was not that of the database"
        in (tmp_path / "two" / "export-report.json").read_text()
    )


def test_a_new_opt_out_takes_every_row_out(tmp_path):
    stays, goes = with_full_record(), with_full_record()
    Relationship.objects.create(person=stays, related_person=goes, kind="household")
    export(tmp_path / "one", "research")
    Person.objects.filter(pk=goes.pk).update(national_data_opt_out=True)
    summary = export(tmp_path / "two", "research", since=tmp_path / "one")
    assert summary.since
    assert {table: summary.rows[table] for table in ("persons", "facts", "diagnoses", "relationships")} == {
        "persons": 1, "facts": 1, "diagnoses": 1, "relationships": 0,
    }  # fmt: skip


WHY_WHOLE = {
    "another purpose": "it was for another purpose",
    "another key": "its pseudonyms were made with another key",
    "with names": "one has names and identifiers and the other has not",
    "other tables": "it holds other tables",
    "another list": "the rules for secondary use or the sensitive lists have changed",
    "an emptied table": "a table of the database was emptied or written anew",
    "a migration": "the database was migrated",
    "a file changed": "its file facts.parquet is not as it was written",
    "a restored database": "too much has happened in the database since",
    "not remembered": "this installation does not remember that export",
}


@pytest.mark.parametrize("what", WHY_WHOLE)
def test_where_it_cannot_go_on_it_is_written_whole_and_says_why(tmp_path, own_home, what):
    with_full_record()
    beyond, asked = {"purpose": "planning"}, {"purpose": "planning"}
    if what == "another purpose":
        asked = {"purpose": "research"}
    if what == "with names":
        beyond, asked = {"pseudonymous": True}, {}
    if what == "other tables":
        asked = {"purpose": "planning", "tables": ["persons", "registrations"]}
    export(tmp_path / "one", **beyond)
    if what == "another key":
        new_key("planning", by=SYSTEM, instead=True)
    if what == "another list":
        (own_home / "codelists" / "sensitive" / "place.yaml").unlink()
    if what == "an emptied table":
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE record_package")
    if what == "a migration":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('record', 'test', now())"
            )
    if what == "a file changed":
        duckdb.connect().execute(
            f"COPY (SELECT * FROM '{tmp_path}/one/facts.parquet' LIMIT 0) TO '{tmp_path}/one/facts.parquet'"
        )
    (state,) = states.states_folder().glob(f"*/{states.STATE}")
    if what == "a restored database":
        state.write_text(state.read_text().replace('"horizon": ', '"horizon": 9'))
    if what == "not remembered":
        state.unlink()
    try:
        summary = export(tmp_path / "two", **asked, since=tmp_path / "one")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = 'test'")
    assert (summary.since, summary.why_whole) == ("", WHY_WHOLE[what])
    assert summary.rows["persons"] == 1
    assert WHY_WHOLE[what] in (tmp_path / "two" / "export-report.md").read_text()


def test_a_folder_that_is_no_export_is_said(tmp_path):
    summary = export(tmp_path / "two", since=tmp_path)
    assert "holds no finished export" in summary.why_whole


def test_many_who_came_are_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("localcare.foundation.record.exporting.changes.MOST_PEOPLE", 2)
    export(tmp_path / "one")
    for _ in range(3):
        with_full_record()
    assert (
        export(tmp_path / "two", since=tmp_path / "one").why_whole
        == "3 people came, went or were merged since"
    )


def test_it_can_be_written_onto_the_earlier_folder_itself(tmp_path):
    with_full_record()
    export(tmp_path, pseudonymous=True)
    fact(Person.objects.get(), "new")
    assert export(tmp_path, pseudonymous=True, since=tmp_path).since
    fact(Person.objects.get(), "newer")
    summary = export(tmp_path, pseudonymous=True, since=tmp_path)
    assert summary.since
    assert summary.rows["facts"] == 3


def test_what_is_remembered_is_private_and_only_the_latest(tmp_path):
    with_full_record()
    for number in range(5):
        export(tmp_path / str(number), "planning")
    kept = list(states.states_folder().iterdir())
    assert len(kept) == states.KEPT
    assert all(path.stat().st_mode & 0o077 == 0 for path in [states.states_folder(), *kept])
