"""What leaves for planning and research: no names, no opted-out people, no sensitive codes, keyed pseudonyms."""

from __future__ import annotations

import json
from datetime import date, timedelta

import duckdb
import pytest
from django.utils import timezone

from localcare.analysis.dataset.check import check
from localcare.foundation.people.models import Person, Relationship
from localcare.foundation.record.exporting.keys import KeyRefused, find_key, keys_folder, known_keys, new_key
from localcare.foundation.record.exporting.report import coarse
from localcare.foundation.record.exporting.rules import secondary_use
from localcare.foundation.record.linked_dataset import ExportFailed, export_dataset
from localcare.foundation.record.models import Attendance, Consent, Diagnosis, Fact, Procedure, Source, Stay
from localcare.kernel.audit.models import AuditEntry
from localcare.kernel.identifiers.pseudonyms import keyed_number, person_message
from tests.factories import reader_with_role
from tests.record.exports import (
    AS_OF,
    DAY,
    PERSON_COLUMNS,
    SYSTEM,
    export,
    people_in,
    rows_of,
    with_full_record,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys", "lists_for_all_systems")]


def pseudonym(person: Person, project: str = "planning") -> int:
    message = person_message(number=person.nhs_number or "", reference=str(person.reference))
    return keyed_number(find_key(project).secret, message)


def opt_out(person: Person, **dates) -> Consent:
    return Consent.objects.create(
        person=person, source=Source.objects.get(code="test"), source_key=f"opt-out {person.pk}",
        kind=Consent.Kind.NATIONAL_DATA_OPT_OUT, **({"starts_on": DAY} | dates),
    )  # fmt: skip


@pytest.mark.parametrize("purpose", ["planning", "research"])
@pytest.mark.parametrize(
    "how", ["flag", "consent", "consent of a merged entry", "flag of a merged entry", "from tomorrow"]
)
def test_who_opted_out_is_in_no_table(tmp_path, purpose, how):
    stays_in, opted_out, merged = with_full_record(), with_full_record(), with_full_record()
    Person.objects.filter(pk=merged.pk).update(merged_into=opted_out)
    for one, other in ((stays_in, opted_out), (opted_out, stays_in)):
        Relationship.objects.create(person=one, related_person=other, kind="household")
    who = merged if "merged" in how else opted_out
    if "flag" in how:
        Person.objects.filter(pk=who.pk).update(national_data_opt_out=True)
    else:
        opt_out(
            who, **({"starts_on": timezone.localdate() + timedelta(days=1)} if how == "from tomorrow" else {})
        )
    export(tmp_path, purpose)
    for table in PERSON_COLUMNS | {"persons"}:
        assert people_in(tmp_path, table) == {pseudonym(stays_in, purpose)}, table
    assert rows_of(tmp_path, "relationships") == []


def test_who_took_an_opt_out_back_is_in_it_again(tmp_path):
    person = with_full_record()
    opt_out(person, ends_on=AS_OF - timedelta(days=1))
    export(tmp_path, "planning")
    assert people_in(tmp_path, "facts") == {pseudonym(person)}


def test_who_opted_out_since_is_left_out_of_the_past_as_well(tmp_path):
    with_full_record()
    opt_out(Person.objects.get(), starts_on=timezone.localdate())
    export(tmp_path, "planning", as_of=date(2025, 1, 1))
    assert people_in(tmp_path, "persons") == set()


def test_names_identifiers_and_free_text_are_gone(tmp_path):
    person = with_full_record(birth_date=date(1947, 3, 12), telephone="01632 960001")
    person.local_identifiers.create(system="x", value="H1")
    Fact.objects.update(text="typed by somebody")
    Stay.objects.update(discharge_destination="to her daughter")
    export(tmp_path, "research")
    row = rows_of(
        tmp_path, "persons",
        "nhs_number, local_identifier, family_name, given_name, address_line, postcode, telephone, birth_date",
    )  # fmt: skip
    assert row == [(None,) * 7 + (date(1947, 3, 1),)]
    assert rows_of(tmp_path, "facts", "text") == [(None,)]
    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (
        person.nhs_number, person.family_name, "seen at home", "01632 960001", "typed by somebody", "daughter",
        str(person.reference), find_key("research").secret.hex(),
    ):  # fmt: skip
        assert secret.encode() not in everything


@pytest.mark.parametrize(
    ("born", "shown"),
    [
        (date(1936, 12, 9), date(1936, 12, 1)),
        (date(1936, 11, 30), date(1936, 11, 1)),
        (date(1936, 10, 31), date(1936, 11, 1)),
        (date(1921, 1, 5), date(1936, 11, 1)),
    ],
)
def test_nobody_is_known_by_a_great_age(tmp_path, born, shown):
    """As of 1 November 2026, whoever is 90 or older is shown as born 90 years before."""
    with_full_record(birth_date=born)
    export(tmp_path, "planning")
    assert rows_of(tmp_path, "persons", "birth_date") == [(shown,)]


def test_one_key_gives_one_pseudonym_in_every_table_and_every_export(tmp_path):
    first, second = with_full_record(), with_full_record(nhs_number=None)
    Relationship.objects.create(person=first, related_person=second, kind="household")
    export(tmp_path / "one", "planning")
    Person.objects.filter(pk=first.pk).update(family_name="Another", postcode="ME1 1AA")
    export(tmp_path / "two", "planning", as_of=date(2026, 11, 20))
    both = {pseudonym(first), pseudonym(second)}
    for folder in ("one", "two"):
        assert all(people_in(tmp_path / folder, table) == both for table in PERSON_COLUMNS)
        assert rows_of(tmp_path / folder, "relationships", "person_id, related_person_id") == [
            (pseudonym(first), pseudonym(second))
        ]
        stays = people_in(tmp_path / folder, "stays", "stay_id")
        assert people_in(tmp_path / folder, "diagnoses", "stay_id") == stays
        assert people_in(tmp_path / folder, "procedures", "stay_id") == stays
    assert not both & set(Person.objects.values_list("pk", flat=True))


def test_projects_cannot_be_laid_side_by_side(tmp_path):
    """No key of any table is the same under another project's key, or is that of the database."""
    for _ in range(3):
        with_full_record()
    new_key("falls-study", by=SYSTEM)
    export(tmp_path / "one", "planning")
    export(tmp_path / "two", "planning", project="falls-study")
    keys = {"persons": "person_id", "facts": "fact_id", "stays": "stay_id", "contacts": "contact_id"}
    for table, key in keys.items():
        one, two = people_in(tmp_path / "one", table, key), people_in(tmp_path / "two", table, key)
        assert len(one) == len(two) == 3
        assert not one & two
    assert not people_in(tmp_path / "one", "facts", "fact_id") & set(
        Fact.objects.values_list("pk", flat=True)
    )


def test_after_a_new_key_nothing_links_with_what_was_before(tmp_path):
    with_full_record()
    export(tmp_path / "one", "planning")
    new_key("planning", by=SYSTEM, instead=True)
    export(tmp_path / "two", "planning")
    assert find_key("planning").version == 2
    assert not people_in(tmp_path / "one", "persons") & people_in(tmp_path / "two", "persons")


def test_a_key_is_its_owners_only_is_not_made_twice_and_is_told_nowhere(tmp_path):
    key = find_key("planning")
    with pytest.raises(KeyRefused, match="has a key already"):
        new_key("planning", by=SYSTEM)
    file = keys_folder() / "planning.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert keys_folder().stat().st_mode & 0o077 == 0
    assert [known.project for known in known_keys()] == ["planning", "research"]
    entry = AuditEntry.objects.filter(action="dataset.key").latest("sequence")
    with_full_record()
    export(tmp_path, "planning")
    said = repr(key) + json.dumps(entry.detail) + (tmp_path / "export-report.json").read_text()
    assert key.secret.hex() not in said
    assert repr(key.secret) not in said
    file.chmod(0o640)
    with pytest.raises(KeyRefused, match="can be read by others"):
        export(tmp_path, "planning")


def test_without_a_key_nothing_leaves(tmp_path):
    with pytest.raises(KeyRefused, match="localcare export key new unknown-study"):
        export(tmp_path / "out", "research", project="unknown-study")
    assert not (tmp_path / "out").exists()
    with pytest.raises(KeyRefused, match="is no name of a project"):
        export(tmp_path / "out", "research", project="../../etc/passwd")


def test_who_may_not_export_makes_no_key(tmp_path):
    reader = reader_with_role("gp", everywhere=True)
    with pytest.raises(PermissionError):
        new_key("study", by=reader)
    with pytest.raises(PermissionError):
        export_dataset(tmp_path, as_of=AS_OF, by=reader, purpose="research")


def test_two_people_under_one_number_stop_the_export(tmp_path):
    """The register keeps a number once, but a number written otherwise is the same person."""
    first, second = with_full_record(), with_full_record()
    Person.objects.filter(pk=first.pk).update(nhs_number="999000001")
    Person.objects.filter(pk=second.pk).update(nhs_number="999 000001")
    with pytest.raises(ExportFailed, match="Two people have the same pseudonym"):
        export(tmp_path, "planning")
    assert not list(tmp_path.iterdir())


SENSITIVE = [
    ("facts", "ICD-10", "F64.0"),
    ("facts", "http://hl7.org/fhir/sid/icd-10", "a54"),
    ("facts", "LOCAL", "SENSITIVE-HIV"),
    ("facts", "SNOMED-CT", "999000001"),
    ("diagnoses", "", "B20.1"),
    ("diagnoses", "", " o04.9"),
    ("procedures", "", "Y99"),
]


@pytest.mark.parametrize(("table", "system", "code"), SENSITIVE)
def test_a_sensitive_code_does_not_leave_beyond_care(tmp_path, table, system, code):
    person = with_full_record()
    common = {"person": person, "source": Source.objects.get(), "source_key": "sensitive", "code": code}
    stay = Stay.objects.get()
    if table == "facts":
        Fact.objects.create(**common, kind="condition", system=system, occurred_on=DAY)
    else:
        model = {"diagnoses": Diagnosis, "procedures": Procedure}[table]
        model.objects.create(**common, stay=stay, position=2, occurred_on=DAY)
    export(tmp_path / "care")
    assert code in people_in(tmp_path / "care", table, "code")
    export(tmp_path / "planning", "planning")
    assert len(rows_of(tmp_path / "planning", table)) == 1
    assert code not in people_in(tmp_path / "planning", table, "code")
    report = json.loads((tmp_path / "planning" / "export-report.json").read_text())
    assert [(one["table"], one["rows"]) for one in report["left_out"]["rows_with_sensitive_codes"]] == [
        (table, "fewer than 5")
    ]


def test_a_gap_does_not_tell_that_a_diagnosis_was_taken_out(tmp_path):
    person = with_full_record()
    for position, code in ((2, "A54.0"), (3, "J44")):
        Diagnosis.objects.create(person=person, source=Source.objects.get(), source_key=code, stay=Stay.objects.get(),
                                 position=position, code=code, occurred_on=DAY)  # fmt: skip
    export(tmp_path, "planning")
    assert sorted(rows_of(tmp_path, "diagnoses", "position, code")) == [(1, "I10"), (2, "J44")]


def test_a_specialty_and_the_diagnosis_of_an_attendance_are_emptied(tmp_path):
    with_full_record()
    Stay.objects.update(specialty_code="360")
    Attendance.objects.update(diagnosis_code="Z21")
    export(tmp_path, "planning")
    assert rows_of(tmp_path, "stays", "specialty_code") == [(None,)]
    assert rows_of(tmp_path, "attendances", "diagnosis_code") == [(None,)]
    Stay.objects.update(specialty_code="300")
    Attendance.objects.update(diagnosis_code="S72.0")
    export(tmp_path, "planning")
    assert rows_of(tmp_path, "stays", "specialty_code") == [("300",)]
    assert rows_of(tmp_path, "attendances", "diagnosis_code") == [("S72.0",)]


def test_codes_of_a_system_without_a_list_stay_at_home_and_it_is_said(tmp_path, own_home):
    (own_home / "codelists" / "sensitive" / "place.yaml").unlink()
    with_full_record()
    summary = export(tmp_path, "planning")
    assert rows_of(tmp_path, "facts") == rows_of(tmp_path, "procedures") == []
    assert "facts: No sensitive list is installed for SNOMED-CT" in " ".join(summary.warnings)
    assert "procedures: No sensitive list is installed for OPCS-4" in " ".join(summary.warnings)
    assert "No sensitive list is installed for SNOMED-CT" in (tmp_path / "export-report.md").read_text()


def test_the_shipped_lists_say_that_nobody_has_checked_them():
    assert secondary_use("planning").coarsening.status == "from-memory"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "none"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "about 5"), (7, "about 5"), (8, "about 10"), (1003, "about 1005")],  # noqa: E501
)  # fmt: skip
def test_counts_in_a_report_tell_of_nobody(count, said):
    assert coarse(count, 5) == said


def test_it_is_a_linked_dataset_like_any_other(tmp_path):
    with_full_record()
    with_full_record()
    export(tmp_path, "research")
    assert check(tmp_path).problems == ()


def test_the_order_of_rows_tells_nothing_of_the_order_in_which_they_came(tmp_path):
    """Under pseudonyms neither people nor rows stand in the order of their keys in the database."""
    people = [with_full_record() for _ in range(12)]
    export(tmp_path, "planning")
    shown = [key for (key,) in rows_of(tmp_path, "persons", "person_id")]
    assert shown == sorted(map(pseudonym, people)) != [pseudonym(person) for person in people]
    engine = duckdb.connect()
    facts = engine.execute(f"SELECT fact_id FROM '{tmp_path}/facts.parquet' ORDER BY person_id").fetchall()
    assert facts != sorted(facts)
