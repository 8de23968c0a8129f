from __future__ import annotations

import bz2
import gzip
import json
from collections import Counter
from pathlib import Path

import fhirkit
import pytest

from localcare.synthetic.fhir_files import write_fhir

PEOPLE = 200


@pytest.fixture(scope="module")
def bundles(population: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("fhir")
    write_fhir(population, out, people=PEOPLE)
    return out


def read(path: Path) -> dict:
    return json.loads(path.read_bytes())


def test_one_valid_transaction_bundle_for_each_person(bundles: Path) -> None:
    paths = sorted(bundles.glob("person-*.json"))
    assert len(paths) == PEOPLE
    for path in [*paths, bundles / "organisations.json"]:
        bundle = read(path)
        assert bundle["type"] == "transaction"
        assert [str(issue) for issue in fhirkit.validate(bundle)] == []


def test_every_reference_inside_a_bundle_leads_to_one_of_its_entries(bundles: Path) -> None:
    for path in bundles.glob("person-*.json"):
        bundle = read(path)
        known = {entry["fullUrl"] for entry in bundle["entry"]}
        referred = {
            entry["resource"][name]["reference"]
            for entry in bundle["entry"]
            for name in ("subject", "patient", "encounter")
            if name in entry["resource"]
        }
        assert referred <= known
        assert len(known) == len(bundle["entry"])


@pytest.mark.trace("T103")
def test_vera_as_fhir(bundles: Path) -> None:
    resources = [entry["resource"] for entry in read(bundles / "person-00000002.json")["entry"]]
    patient = resources[0]
    assert patient["identifier"][0]["system"] == "https://fhir.nhs.uk/Id/nhs-number"
    assert patient["identifier"][0]["value"].startswith("999")
    assert patient["generalPractitioner"][0]["identifier"] == {
        "system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "S1001",
    }  # fmt: skip
    kinds = Counter(resource["resourceType"] for resource in resources)
    assert {
        "Condition",
        "Observation",
        "MedicationStatement",
        "AllergyIntolerance",
        "Encounter",
    } <= kinds.keys()
    classes = Counter(r["class"]["code"] for r in resources if r["resourceType"] == "Encounter")
    assert classes["IMP"] == 3
    assert classes["EMER"] == 3
    assert classes["AMB"] > 0
    carers = [r for r in resources if r["resourceType"] == "RelatedPerson"]
    assert {r["relationship"][0]["coding"][0]["code"] for r in carers} == {
        "spouse-or-partner",
        "unpaid-carer",
    }
    assert carers[0]["name"][0]["given"] == ["Ernest"]


@pytest.mark.parametrize(
    ("name", "opened"), [("a.ndjson", open), ("a.ndjson.gz", gzip.open), ("a.ndjson.bz2", bz2.open)]
)
def test_lines_hold_the_same_resources_plain_or_compressed(
    population: Path, bundles: Path, tmp_path: Path, name: str, opened: object
) -> None:
    written = write_fhir(population, tmp_path / name, people=PEOPLE)
    with opened(tmp_path / name, "rt", encoding="utf-8") as file:
        resources = [json.loads(line) for line in file]
    assert len(resources) == written
    in_bundles = {entry["resource"]["id"] for path in bundles.glob("*.json") for entry in read(path)["entry"]}
    assert {resource["id"] for resource in resources} == in_bundles
    ids = {f"{resource['resourceType']}/{resource['id']}" for resource in resources}
    assert all(r["subject"]["reference"] in ids for r in resources if "subject" in r)


def test_bundles_can_be_compressed(population: Path, tmp_path: Path) -> None:
    write_fhir(population, tmp_path, people=3, bundle_ending=".json.bz2")
    bundle = json.loads(bz2.decompress((tmp_path / "person-00000001.json.bz2").read_bytes()))
    assert bundle["entry"][0]["resource"]["name"][0]["given"] == ["Dorothy"]
    with pytest.raises(ValueError, match="bundles end in"):
        write_fhir(population, tmp_path, bundle_ending=".xml")
