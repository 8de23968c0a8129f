"""The database as a linked dataset: for care with everyone, beyond it without those who opted out."""

from __future__ import annotations

import json

import duckdb
import pytest

from localcare.analysis.dataset.linked_dataset import DatasetError, LinkedDataset
from localcare.analysis.dataset.writing import read_metadata
from localcare.foundation.people.models import Person
from localcare.foundation.record.exporting import run
from localcare.foundation.record.exporting.folder import unfinished
from localcare.foundation.record.exporting.tables import TableWriter
from localcare.foundation.record.linked_dataset import ExportFailed, export_dataset
from localcare.kernel.audit.models import AuditEntry
from tests.factories import reader_with_role
from tests.record.exports import AS_OF, PERSON_COLUMNS, export, people_in, rows_of, with_full_record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_home")]


def test_an_opt_out_does_not_matter_for_direct_care(tmp_path):
    opted_out = with_full_record(national_data_opt_out=True)
    export(tmp_path)
    assert all(people_in(tmp_path, table) == {opted_out.pk} for table in PERSON_COLUMNS)


def test_pseudonymous_for_care_keeps_the_exact_birth_date(tmp_path):
    person = with_full_record()
    export(tmp_path, pseudonymous=True)
    query = f"SELECT nhs_number, birth_date FROM '{tmp_path}/persons.parquet'"
    assert duckdb.connect().execute(query).fetchall() == [(None, person.birth_date)]


def test_merged_people_come_as_one(tmp_path):
    survivor, merged = with_full_record(), with_full_record()
    Person.objects.filter(pk=merged.pk).update(merged_into=survivor)
    export(tmp_path)
    assert people_in(tmp_path, "persons") == {survivor.pk}
    assert people_in(tmp_path, "facts") == {survivor.pk}
    assert len(rows_of(tmp_path, "facts")) == 2


def test_the_library_opens_it_and_it_says_what_it_is(tmp_path):
    with_full_record()
    summary = export(tmp_path)
    assert read_metadata(tmp_path)["as_of"] == "2026-11-01"
    with LinkedDataset.open(tmp_path) as dataset:
        assert dataset.table("facts").count().execute() == summary.rows["facts"] == 1


def test_only_the_tables_asked_for(tmp_path):
    export(tmp_path, tables=["persons", "registrations"])
    assert sorted(file.name for file in tmp_path.glob("*.parquet")) == [
        "persons.parquet",
        "registrations.parquet",
    ]
    with pytest.raises(DatasetError, match="no table 'nothing'"):
        export(tmp_path, tables=["nothing"])


def test_a_purpose_is_needed_audited_and_permitted(tmp_path):
    with pytest.raises(DatasetError, match="choose direct-care, planning, research"):
        export(tmp_path, "curiosity")
    with pytest.raises(PermissionError):
        export_dataset(tmp_path, as_of=AS_OF, by=reader_with_role("gp", everywhere=True), purpose="research")
    export(tmp_path)
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.action, entry.basis) == ("dataset.export", "direct-care")


def test_rows_are_in_order_of_the_person_and_then_of_the_key(tmp_path):
    """A slice of people then lies together in the file, and the same data give the same file."""
    people = [with_full_record() for _ in range(3)]
    Person.objects.filter(pk=people[0].pk).update(merged_into=people[2])
    export(tmp_path)
    for table, key in (("facts", "fact_id"), ("stays", "stay_id"), ("contacts", "contact_id")):
        rows = rows_of(tmp_path, table, f"person_id, {key}")
        assert rows == sorted(rows)
        assert len(rows) == 3
    persons = rows_of(tmp_path, "persons", "person_id")
    assert persons == sorted(persons)


def test_a_report_lies_beside_the_dataset(tmp_path):
    with_full_record()
    summary = export(tmp_path, pseudonymous=True)
    report = json.loads((tmp_path / "export-report.json").read_text())
    assert report["rows"] == summary.rows
    assert "persons.nhs_number" in report["left_out"]["columns"]
    assert report["left_out"]["people_with_an_opt_out"] == "not for direct care"
    assert "# Export for direct-care as of 2026-11-01" in (tmp_path / "export-report.md").read_text()


def test_only_its_owner_reads_a_folder_that_the_export_made(tmp_path):
    export(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_two_exports_never_write_into_one_folder_at_a_time(tmp_path):
    with unfinished(tmp_path), pytest.raises(ExportFailed, match="Another export is writing"):
        export(tmp_path)
    export(tmp_path)


def test_an_earlier_dataset_stands_until_the_new_one_is_whole(tmp_path):
    with_full_record()
    export(tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with_full_record()
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.raises(ExportFailed, match="Free some space or choose another folder"):
        export_onto_a_full_disk(tmp_path)
    (tmp_path / "full").unlink()
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def export_onto_a_full_disk(folder) -> None:
    """An export whose facts go to a device that is full."""

    class OnAFullDisk(TableWriter):
        def _file(self, described):
            return folder / "full" if described.name == "facts" else super()._file(described)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(run, "TableWriter", OnAFullDisk)
        export(folder)


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExportFailed, match="could not be written"):
        export(tmp_path / "file" / "folder")
