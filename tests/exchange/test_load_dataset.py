"""A linked dataset goes in, again and again, and what cannot go in waits with its reason."""

from __future__ import annotations

import gzip
from datetime import date

import pytest

from localcare.analysis.dataset.linked_dataset import DatasetError
from localcare.analysis.dataset.schema import TABLES as SCHEMA
from localcare.exchange.loads.actions import replay_reason
from localcare.exchange.loads.models import LoadedFile, LoadRun, QuarantinedRow
from localcare.exchange.loads.runs import FileRefused
from localcare.foundation.people.models import LocalIdentifier, Person, Registration
from localcare.foundation.record.linked_dataset import export_dataset
from localcare.foundation.record.models import Consent, Diagnosis, Fact
from localcare.synthetic.spoiling import spoil
from tests.exchange.datasets import (
    AS_OF,
    SYSTEM,
    add_practices,
    fact_row,
    load,
    person_row,
    rows_in_database,
    rows_in_files,
    same_content,
    synthetic_dataset,
    tiny_dataset,
)
from tests.factories import practice

pytestmark = pytest.mark.django_db
IDENTIFIED_ELSEWHERE = {"person_id", "stay_id", "related_person_id"}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return synthetic_dataset(tmp_path_factory.mktemp("dataset"))


@pytest.mark.trace("T072", "T073")
def test_everything_goes_in_and_comes_out_equal(dataset, tmp_path):
    add_practices()
    summary = load(dataset)
    assert rows_in_database() == rows_in_files(dataset)
    assert (summary.added, summary.quarantined) == (summary.received, 0)
    assert LoadRun.objects.get(pk=summary.run_id).status == LoadRun.Status.FINISHED
    export_dataset(tmp_path, as_of=AS_OF, by=SYSTEM, purpose="direct-care")
    for table in SCHEMA:
        columns = [c.name for c in table.columns if c.name not in IDENTIFIED_ELSEWHERE | {table.key}]
        assert same_content(dataset, tmp_path, table.name, columns), table.name


def test_an_export_loaded_again_finds_the_same_people(dataset, tmp_path):
    add_practices()
    load(dataset)
    people = Person.objects.count()
    export_dataset(tmp_path, as_of=AS_OF, by=SYSTEM, purpose="direct-care")
    summary = load(tmp_path)
    persons = next(file for file in summary.files if file.table == "persons")
    known_by_number = Person.objects.exclude(nhs_number=None).count()
    assert persons.unchanged >= known_by_number
    assert Person.objects.count() == people + persons.added


def test_the_same_files_again_change_nothing(dataset):
    add_practices()
    load(dataset)
    before = rows_in_database()
    again = load(dataset)
    assert all(file.was_loaded_before for file in again.files)
    LoadedFile.objects.all().delete()  # as if the files had other bytes: now the rows' keys must tell
    third = load(dataset)
    assert (third.added, third.updated, third.quarantined) == (0, 0, 0)
    assert rows_in_database() == before


def test_a_corrected_row_replaces_the_earlier_one(tmp_path):
    practice("SYN-DEAL-A")
    load(tiny_dataset(tmp_path / "one", facts=[fact_row(1), fact_row(2)]))
    summary = load(
        tiny_dataset(tmp_path / "two", facts=[fact_row(1, code="44054006"), fact_row(2), fact_row(3)])
    )
    facts = next(file for file in summary.files if file.table == "facts")
    assert (facts.added, facts.updated, facts.unchanged) == (1, 1, 1)
    assert dict(Fact.objects.values_list("source_key", "code")) == {
        "1": "44054006", "2": "38341003", "3": "38341003",
    }  # fmt: skip


def test_a_corrected_registration_leaves_no_old_one(tmp_path):
    practice("SYN-DEAL-A")
    row = {
        "registration_id": 1,
        "person_id": 1,
        "practice_code": "SYN-DEAL-A",
        "started_on": date(2015, 1, 1),
    }
    load(tiny_dataset(tmp_path / "one"))
    load(tiny_dataset(tmp_path / "two", registrations=[row | {"started_on": date(2016, 1, 1)}]))
    assert Registration.objects.get().started_on == date(2016, 1, 1)


def test_csv_plain_and_compressed_goes_in_like_parquet(tmp_path):
    practice("SYN-DEAL-A")
    facts = [
        fact_row(1, text='Said "so", with a comma'),
        fact_row(2, code=" I10 ", system="ICD-10", value=1.25),
    ]
    folder = tiny_dataset(tmp_path, as_csv=True, facts=facts)
    plain = (folder / "facts.csv").read_bytes()
    with gzip.open(folder / "facts.csv.gz", "wb") as stream:
        stream.write(plain)
    (folder / "facts.csv").unlink()
    summary = load(folder)
    assert summary.quarantined == 0
    found = dict(Fact.objects.values_list("source_key", "text"))
    assert found["1"] == 'Said "so", with a comma'
    assert Fact.objects.get(source_key="2").code == " I10 "  # kept as recorded
    assert Fact.objects.get(source_key="2").value == 1.25


def test_every_bad_row_waits_with_table_row_and_column(dataset, tmp_path):
    add_practices()
    faults = spoil(dataset, tmp_path / "spoiled")
    load(tmp_path / "spoiled")
    for fault in faults:
        found = QuarantinedRow.objects.filter(table=fault.table, row_number=fault.row).first()
        assert found, fault
        assert found.column == fault.column, (fault, found.message)
        assert found.message and found.remedy
    total = {name: rows_in_files(dataset)[name] for name in ("facts", "stays")}
    for name, count in total.items():
        waiting = QuarantinedRow.objects.filter(table=name).count()
        assert rows_in_database()[name] == count - waiting


def test_rows_of_a_practice_added_later_are_replayed_together(tmp_path):
    load(tiny_dataset(tmp_path, persons=[person_row(1), person_row(2)], registrations=[
        {"registration_id": key, "person_id": key, "practice_code": "SYN-DEAL-A", "started_on": date(2015, 1, 1)}
        for key in (1, 2)
    ]))  # fmt: skip
    assert set(QuarantinedRow.objects.values_list("reason", flat=True)) == {"unknown-practice"}
    practice("SYN-DEAL-A")
    assert replay_reason(table="registrations", reason_code="unknown-practice", by=SYSTEM) == (2, 0)
    assert Registration.objects.count() == 2
    assert QuarantinedRow.objects.filter(status="open").count() == 0


def test_the_same_bad_row_waits_once_however_often_it_comes(tmp_path):
    practice("SYN-DEAL-A")
    for name in ("one", "two"):
        facts = [fact_row(1, person=99), fact_row(2, text=name)]
        load(tiny_dataset(tmp_path / name, facts=facts))
    assert QuarantinedRow.objects.count() == 1


def test_people_are_matched_by_number_across_sources(tmp_path):
    practice("SYN-DEAL-A")
    number = "9990000018"
    load(tiny_dataset(tmp_path / "one", persons=[person_row(1, nhs_number=number)]))
    other = [person_row(77, nhs_number="999 000 0018", telephone="01632 960001")]
    load(tiny_dataset(tmp_path / "two", source="another", persons=other, registrations=[]))
    assert Person.objects.get().telephone == "01632 960001"


def test_somebody_born_on_another_day_is_not_believed(tmp_path):
    practice("SYN-DEAL-A")
    load(tiny_dataset(tmp_path / "one", persons=[person_row(1, nhs_number="9990000018")]))
    other = [person_row(5, nhs_number="9990000018", birth_date=date(1999, 1, 1))]
    load(tiny_dataset(tmp_path / "two", source="another", persons=other, registrations=[]))
    assert Person.objects.get().birth_date == date(1950, 5, 4)
    assert QuarantinedRow.objects.get().reason == "another-person"


def test_a_person_without_number_keeps_the_local_identifier(tmp_path):
    practice("SYN-DEAL-A")
    load(tiny_dataset(tmp_path / "one", persons=[person_row(1, local_identifier="H123")]))
    load(tiny_dataset(tmp_path / "two", persons=[person_row(9, local_identifier="H123")], registrations=[]))
    assert Person.objects.count() == 1
    assert LocalIdentifier.objects.get().value == "H123"


def test_rows_of_a_merged_person_go_to_who_they_were_merged_into(tmp_path):
    practice("SYN-DEAL-A")
    load(tiny_dataset(tmp_path / "one", persons=[person_row(1), person_row(2, given_name="Bea")]))
    survivor, merged = Person.objects.order_by("pk")
    merged.merged_into = survivor
    merged.save()
    load(tiny_dataset(tmp_path / "two", persons=[person_row(1)], facts=[fact_row(1, person=2)]))
    assert Fact.objects.get().person == survivor


def test_an_opt_out_is_kept_and_ended_by_its_source(tmp_path):
    practice("SYN-DEAL-A")
    load(tiny_dataset(tmp_path / "one", persons=[person_row(1, national_data_opt_out=True)]))
    assert Person.objects.get().national_data_opt_out
    assert Consent.objects.get().kind == Consent.Kind.NATIONAL_DATA_OPT_OUT
    load(tiny_dataset(tmp_path / "two", persons=[person_row(1, national_data_opt_out=False)]))
    assert not Person.objects.get().national_data_opt_out
    assert Consent.objects.get().ends_on is not None


def test_a_diagnosis_of_another_persons_stay_is_refused(tmp_path):
    practice("SYN-DEAL-A")
    stay = {"stay_id": 1, "person_id": 1, "admission_type": "emergency", "admitted_on": date(2024, 1, 1)}
    code = {"diagnosis_id": 1, "person_id": 2, "stay_id": 1, "position": 1, "code": "I10",
            "occurred_on": date(2024, 1, 1)}  # fmt: skip
    load(tiny_dataset(tmp_path, persons=[person_row(1), person_row(2)], stays=[stay], diagnoses=[code]))
    assert Diagnosis.objects.count() == 0
    assert QuarantinedRow.objects.get().reason == "stay-of-another-person"


def test_a_file_without_a_required_column_is_refused_whole(tmp_path):
    folder = tiny_dataset(tmp_path, as_csv=True)
    (folder / "persons.csv").write_text("person,born\n1,1950-01-01\n")
    with pytest.raises(FileRefused, match=r"persons\.csv has no column person_id, birth_date, sex"):
        load(folder)
    assert not Person.objects.exists()


def test_a_gzip_cut_short_is_refused_whole(tmp_path):
    practice("SYN-DEAL-A")
    folder = tiny_dataset(tmp_path, as_csv=True, facts=[fact_row(key) for key in range(1, 5_000)])
    packed = gzip.compress((folder / "facts.csv").read_bytes())
    (folder / "facts.csv").unlink()
    (folder / "facts.csv.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises((FileRefused, DatasetError), match=r"facts\.csv\.gz"):
        load(folder)
    assert not Fact.objects.exists()


def test_a_folder_without_tables_says_what_it_needs(tmp_path):
    with pytest.raises(DatasetError, match=r"persons\.parquet"):
        load(tmp_path)


def test_a_column_that_is_not_in_the_schema_is_named(tmp_path):
    practice("SYN-DEAL-A")
    folder = tiny_dataset(tmp_path, as_csv=True)
    text = (folder / "registrations.csv").read_text().splitlines()
    (folder / "registrations.csv").write_text(f"{text[0]},colour\n{text[1]},blue\n")
    assert load(folder).notes == ("registrations: columns not in the schema were left out: colour",)
