"""The database as a linked dataset: for care with everyone, beyond it without those who opted out."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from localcare.analysis.dataset.linked_dataset import DatasetError, LinkedDataset
from localcare.analysis.dataset.writing import read_metadata
from localcare.foundation.people.models import Person, Relationship
from localcare.foundation.record.linked_dataset import ExportFailed, export_dataset
from localcare.foundation.record.models import (
    Attendance,
    Consent,
    Contact,
    Diagnosis,
    Fact,
    Package,
    Procedure,
    Source,
    Stay,
)
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import reader_with_role, registered_person

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 11, 1)
DAY = date(2025, 6, 15)
SYSTEM = system_reader("test of the export")
PERSON_COLUMNS = {
    "registrations",
    "facts",
    "stays",
    "diagnoses",
    "procedures",
    "attendances",
    "contacts",
    "packages",
}


def with_full_record(**fields) -> Person:
    person = registered_person(**fields)
    source, _ = Source.objects.get_or_create(code="test", defaults={"name": "Test"})
    common = {"person": person, "source": source}
    key = f"{person.pk}"
    Fact.objects.create(
        **common, source_key=key, kind="condition", system="SNOMED-CT", code="1", occurred_on=DAY
    )
    stay = Stay.objects.create(**common, source_key=key, admission_type="emergency", admitted_on=DAY)
    Diagnosis.objects.create(**common, source_key=key, stay=stay, position=1, code="I10", occurred_on=DAY)
    Procedure.objects.create(**common, source_key=key, stay=stay, position=1, code="W37", occurred_on=DAY)
    Attendance.objects.create(**common, source_key=key, arrived_on=DAY)
    Contact.objects.create(
        **common, source_key=key, setting="community", occurred_on=DAY, reason="seen at home"
    )
    Package.objects.create(**common, source_key=key, package_type="reablement", started_on=DAY)
    return person


def export(out, purpose="direct-care", **options):
    return export_dataset(out, as_of=AS_OF, by=SYSTEM, purpose=purpose, **options)


def people_in(folder, table, column="person_id") -> set[int]:
    rows = duckdb.connect().execute(f"SELECT {column} FROM '{folder}/{table}.parquet'").fetchall()
    return {key for (key,) in rows}


@pytest.mark.parametrize("purpose", ["planning", "research"])
@pytest.mark.parametrize("how", ["flag", "consent"])
def test_who_opted_out_is_in_no_table_beyond_care(tmp_path, purpose, how):
    stays_in, opted_out = with_full_record(), with_full_record()
    for one, other in ((stays_in, opted_out), (opted_out, stays_in)):
        Relationship.objects.create(person=one, related_person=other, kind="household")
    if how == "flag":
        Person.objects.filter(pk=opted_out.pk).update(national_data_opt_out=True)
    else:
        Consent.objects.create(person=opted_out, source=Source.objects.get(), source_key="o",
                               kind=Consent.Kind.NATIONAL_DATA_OPT_OUT, starts_on=DAY)  # fmt: skip
    export(tmp_path, purpose)
    for table in PERSON_COLUMNS | {"persons"}:
        assert people_in(tmp_path, table) == {stays_in.pk}, table
    assert (
        people_in(tmp_path, "relationships")
        == people_in(tmp_path, "relationships", "related_person_id")
        == set()
    )


def test_an_opt_out_does_not_matter_for_direct_care(tmp_path):
    opted_out = with_full_record(national_data_opt_out=True)
    export(tmp_path)
    assert all(people_in(tmp_path, table) == {opted_out.pk} for table in PERSON_COLUMNS)


def test_beyond_care_names_identifiers_and_free_text_are_gone(tmp_path):
    person = with_full_record(birth_date=date(1947, 3, 12), telephone="01632 960001")
    person.local_identifiers.create(system="x", value="H1")
    export(tmp_path, "research")
    row = duckdb.connect().execute(
        "SELECT nhs_number, local_identifier, family_name, given_name, address_line, postcode, telephone, birth_date"
        f" FROM '{tmp_path}/persons.parquet'"
    ).fetchall()  # fmt: skip
    assert row == [(None,) * 7 + (date(1947, 3, 1),)]
    text = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (person.nhs_number, person.family_name, "seen at home", "01632 960001"):
        assert secret.encode() not in text


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
    assert duckdb.connect().execute(f"SELECT count(*) FROM '{tmp_path}/facts.parquet'").fetchall() == [(2,)]


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
    export(tmp_path, "planning")
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.action, entry.basis) == ("dataset.export", "planning")


def test_a_full_disk_is_said_plainly_and_leaves_no_half_table(tmp_path):
    with_full_record()
    (tmp_path / ".facts.part").symlink_to("/dev/full")
    with pytest.raises(ExportFailed, match="Free some space or choose another folder"):
        export(tmp_path)
    assert not (tmp_path / "facts.parquet").exists()
    assert not list(tmp_path.glob(".*.part"))


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExportFailed, match="could not be written"):
        export(tmp_path / "file" / "folder")
