"""FHIR goes in: bundles and NDJSON, in any order, again and again; nothing is dropped in silence."""

from __future__ import annotations

import bz2
import gzip
from datetime import date

import orjson
import pytest

from localcare.exchange.fhir.load import load_fhir
from localcare.exchange.fhir.models import ReceivedResource
from localcare.exchange.loads.models import QuarantinedRow
from localcare.exchange.loads.runs import FileRefused
from localcare.foundation.people.models import Person, Registration, Relationship
from localcare.foundation.record.models import (
    Attendance,
    Consent,
    Contact,
    Diagnosis,
    Document,
    Fact,
    Package,
    Procedure,
    Stay,
)
from localcare.synthetic.fhir_files import write_fhir
from tests.exchange.datasets import SYSTEM, add_practices, rows_in_files, synthetic_dataset
from tests.factories import practice

pytestmark = pytest.mark.django_db
NUMBER = "https://fhir.nhs.uk/Id/nhs-number"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return synthetic_dataset(tmp_path_factory.mktemp("dataset"), people=60)


def load(*paths, **options):
    return load_fhir(paths, by=SYSTEM, **options)


def patient(**values):
    return {"resourceType": "Patient", "id": "p1", "birthDate": "1950-05-04", "gender": "female",
            "identifier": [{"system": NUMBER, "value": "9990000018"}],
            "name": [{"family": "Marsh", "given": ["Ada"]}]} | values  # fmt: skip


def condition(key="c1", **values):
    return {"resourceType": "Condition", "id": key, "subject": {"reference": "Patient/p1"},
            "clinicalStatus": {"coding": [{"code": "active"}]},
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "38341003", "display": "Hypertension"}]},
            "onsetDateTime": "2020-02-03"} | values  # fmt: skip


def lines(path, *resources):
    path.write_bytes(b"\n".join(orjson.dumps(resource) for resource in resources) + b"\n")
    return path


def counts() -> dict[str, int]:
    models = (Stay, Diagnosis, Procedure, Attendance, Contact, Package, Fact)
    return {model._meta.model_name: model.objects.count() for model in models}


@pytest.mark.trace("T072")
@pytest.mark.parametrize("out", ["bundles", "all.ndjson.gz", "all.ndjson.bz2", "all.ndjson"])
def test_what_the_generator_writes_becomes_the_same_record(dataset, tmp_path, out):
    add_practices()
    written = write_fhir(dataset, tmp_path / out)
    summary = load(tmp_path / out)
    assert (summary.received, summary.quarantined) == (written, 0)
    in_files = rows_in_files(dataset)
    assert counts() == {
        "stay": in_files["stays"], "diagnosis": in_files["diagnoses"], "procedure": in_files["procedures"],
        "attendance": in_files["attendances"], "contact": in_files["contacts"], "package": in_files["packages"],
        "fact": in_files["facts"],
    }  # fmt: skip
    assert Person.objects.count() == in_files["persons"]
    assert Relationship.objects.count() == in_files["relationships"]
    assert ReceivedResource.objects.count() == written


def test_again_changes_nothing_even_in_other_files(dataset, tmp_path):
    add_practices()
    write_fhir(dataset, tmp_path / "one.ndjson")
    load(tmp_path / "one.ndjson")
    before = counts()
    assert load(tmp_path / "one.ndjson").files[0].was_loaded_before
    reversed_lines = b"".join(reversed((tmp_path / "one.ndjson").read_bytes().splitlines(keepends=True)))
    (tmp_path / "two.ndjson").write_bytes(reversed_lines)
    summary = load(tmp_path / "two.ndjson")
    assert (summary.added, summary.updated, summary.quarantined) == (0, 0, 0)
    assert summary.unchanged == summary.received
    assert counts() == before


def test_a_newer_version_changes_its_facts_and_the_old_one_is_kept(tmp_path):
    load(lines(tmp_path / "1.ndjson", patient(), condition()))
    load(lines(tmp_path / "2.ndjson", condition(onsetDateTime="2019-01-01")))
    assert Fact.objects.get().occurred_on == date(2019, 1, 1)
    versions = ReceivedResource.objects.filter(resource_type="Condition")
    assert sorted(versions.values_list("is_current", flat=True)) == [False, True]
    void = {"coding": [{"code": "entered-in-error"}]}
    load(lines(tmp_path / "3.ndjson", condition(verificationStatus=void, clinicalStatus=None)
               | {"clinicalStatus": {"coding": [{"code": "active"}]}}))  # fmt: skip
    assert not Fact.objects.exists()


def test_a_faulty_newer_version_leaves_the_facts_as_they_were(tmp_path):
    load(lines(tmp_path / "1.ndjson", patient(), condition()))
    load(lines(tmp_path / "2.ndjson", condition(onsetDateTime="2190-01-01")))
    assert Fact.objects.get().occurred_on == date(2020, 2, 3)
    assert QuarantinedRow.objects.get().column == "Condition.onsetDateTime"


def test_a_person_in_a_later_file_is_found(tmp_path):
    load(lines(tmp_path / "a.ndjson", condition()), lines(tmp_path / "b.ndjson", patient()))
    assert Fact.objects.get().person.family_name == "Marsh"


def test_files_that_come_days_apart_in_the_wrong_order_wait_for_their_person(tmp_path):
    load(lines(tmp_path / "a.ndjson", condition()))
    row = QuarantinedRow.objects.get()
    assert (row.reason, row.column) == ("unknown-person", "Condition.subject")
    load(lines(tmp_path / "b.ndjson", patient()), lines(tmp_path / "c.ndjson", condition("c2")))
    assert Fact.objects.count() == 1


def test_a_broken_line_waits_and_the_others_go_in(tmp_path):
    file = lines(tmp_path / "a.ndjson", patient(), condition())
    file.write_bytes(file.read_bytes() + b'{"resourceType": "Condition", \n')
    summary = load(file)
    assert (summary.added, summary.quarantined) == (2, 1)
    row = QuarantinedRow.objects.get()
    assert (row.reason, row.row_number) == ("invalid-json", 3)
    assert row.content["text"].startswith('{"resourceType"')


@pytest.mark.parametrize(
    ("resource", "reason", "place"),
    [
        (patient(identifier=[{"system": NUMBER, "value": "9990000019"}]), "nhs-number-invalid", "Patient.identifier[0].value"),
        (patient(birthDate=None), "invalid-resource", "Patient.birthDate"),
        ({k: v for k, v in patient().items() if k != "birthDate"}, "missing", "Patient.birthDate"),
        (patient(birthDate="2190-01-01"), "impossible-date", "Patient.birthDate"),
        (patient(deceasedDateTime="1949-01-01"), "end-before-start", "Patient.deceasedDateTime"),
        (patient(gender="x y "), "invalid-resource", "Patient.gender"),
    ],
)  # fmt: skip
def test_a_faulty_patient_waits_with_the_place_of_the_fault(tmp_path, resource, reason, place):
    load(lines(tmp_path / "a.ndjson", resource))
    row = QuarantinedRow.objects.get()
    assert (row.reason, row.column) == (reason, place)
    assert not Person.objects.exists()


def test_a_patient_without_number_or_practice_can_be_put_on_a_list(tmp_path):
    practice("VISIT")
    local = patient(identifier=[{"system": "https://example.org/mrn", "value": "77"}])
    summary = load(lines(tmp_path / "a.ndjson", local), practice="VISIT")
    person = Person.objects.get()
    assert person.nhs_number is None
    assert set(person.local_identifiers.values_list("value", flat=True)) == {"77", "p1"}
    assert Registration.objects.get().practice.code == "VISIT"
    assert summary.notes == ()


def test_a_person_without_practice_is_said_to_be_on_no_list(tmp_path):
    summary = load(lines(tmp_path / "a.ndjson", patient()))
    assert "1 people came without a practice" in summary.notes[0]


def test_an_unknown_practice_for_the_load_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="no practice has the code 'NOWHERE'"):
        load(lines(tmp_path / "a.ndjson", patient()), practice="NOWHERE")


def test_both_blood_pressures_are_facts(tmp_path):
    def component(code, value):
        return {"code": {"coding": [{"system": "http://loinc.org", "code": code}]},
                "valueQuantity": {"value": value, "unit": "mmHg", "code": "mm[Hg]"}}  # fmt: skip

    pressure = {"resourceType": "Observation", "id": "o1", "status": "final", "subject": {"reference": "Patient/p1"},
                "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
                "effectiveDateTime": "2024-07-01T23:30:00Z",
                "component": [component("8480-6", 141), component("8462-4", 83)]}  # fmt: skip
    load(lines(tmp_path / "a.ndjson", patient(), pressure))
    found = Fact.objects.order_by("code").values_list("code", "value", "unit", "occurred_on")
    assert list(found) == [
        ("8462-4", 83.0, "mm[Hg]", date(2024, 7, 2)),  # half past midnight in London
        ("8480-6", 141.0, "mm[Hg]", date(2024, 7, 2)),
    ]


def test_documents_and_consents(tmp_path):
    letter = {"resourceType": "DocumentReference", "id": "d1", "status": "current",
              "subject": {"reference": "Patient/p1"}, "date": "2024-01-02T10:00:00Z", "description": "Clinic letter",
              "content": [{"attachment": {"contentType": "text/plain", "data": "SGVsbG8="}}]}  # fmt: skip
    refusal = {"resourceType": "Consent", "id": "n1", "status": "active", "patient": {"reference": "Patient/p1"},
               "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "research"}]},
               "category": [{"text": "Research"}], "dateTime": "2024-01-02", "policyRule": {"text": "opt out"},
               "provision": {"type": "deny"}}  # fmt: skip
    summary = load(lines(tmp_path / "a.ndjson", patient(), letter, refusal))
    assert summary.quarantined == 0
    assert bytes(Document.objects.get().content) == b"Hello"
    assert Consent.objects.get().kind == Consent.Kind.NATIONAL_DATA_OPT_OUT
    assert Person.objects.get().national_data_opt_out


def test_what_is_not_understood_is_kept_and_counted(tmp_path):
    claim = {
        "resourceType": "Basic",
        "id": "b1",
        "code": {"text": "x"},
        "subject": {"reference": "Patient/p1"},
    }
    summary = load(lines(tmp_path / "a.ndjson", patient(), claim))
    assert summary.not_understood == {"Basic": 1}
    kept = ReceivedResource.objects.get(resource_type="Basic")
    assert kept.content == claim
    assert (kept.is_understood, kept.person.family_name) == (False, "Marsh")


@pytest.mark.parametrize("ending", [".gz", ".bz2"])
def test_a_file_cut_short_goes_in_not_at_all(tmp_path, ending):
    text = lines(tmp_path / "a.ndjson", patient(), *(condition(f"c{n}") for n in range(4000))).read_bytes()
    packed = (gzip.compress if ending == ".gz" else bz2.compress)(text)
    file = tmp_path / f"b.ndjson{ending}"
    file.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(FileRefused, match="cut short"):
        load(file)
    assert not Person.objects.exists()


def test_a_bundle_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "a.json").write_text('{"resourceType": "Bundle", ')
    with pytest.raises(FileRefused, match=r"a\.json is not JSON"):
        load(tmp_path / "a.json")


@pytest.mark.shared_data
@pytest.mark.trace("T072")
def test_synthea_ends_on_the_register_with_facts(shared_data):
    practice("VISIT")
    summary = load(shared_data / "fhir-synthea", practice="VISIT")
    assert summary.quarantined == 0
    assert Person.objects.count() == Registration.objects.filter(practice__code="VISIT").count() == 13
    assert not Person.objects.exclude(nhs_number=None).exists()
    assert Fact.objects.filter(kind="condition", system="SNOMED-CT").count() == 150
    assert Attendance.objects.count() == 16
    assert summary.not_understood["Claim"] == 1042
    assert ReceivedResource.objects.count() == summary.received


@pytest.mark.shared_data
def test_every_official_example_is_kept_somewhere(shared_data):
    folder = shared_data / "fhir-r4-examples"
    summary = load(folder)
    assert summary.received == len(list(folder.glob("*.json")))
    waiting = QuarantinedRow.objects.filter(status="open").count()
    assert ReceivedResource.objects.count() + waiting == summary.received
    assert set(QuarantinedRow.objects.filter(status="open").values_list("reason", flat=True)) <= {
        "unknown-person", "missing", "another-person",
    }  # fmt: skip
    assert summary.not_understood["Task"] == 4
