"""Definitions and packs are checked when loaded, with the file, the place and the remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from localcare.analysis.scores import ALL, efi
from localcare.analysis.scores.codes import expand_codes, normalise_code, normalise_icd10
from localcare.analysis.scores.definitions import DEFINITIONS, DefinitionError, definition, load_definition
from localcare.analysis.scores.packs import PackError, checksum, load_pack, load_packs, shipped_packs


@pytest.mark.parametrize("name", ALL)
def test_every_definition_says_what_it_is_for(name: str) -> None:
    loaded = definition(name)
    assert loaded.score == name
    assert len(loaded.intended_use) > 40 and len(loaded.cannot_see) > 40 and loaded.source and loaded.owner
    assert loaded.status == "verified" or loaded.status_note


def test_the_shape_of_the_scores() -> None:
    assert len(definition("efi").items) == 36
    assert len(definition("charlson").items) == 17
    assert len(definition("cambridge").items) == 20
    assert len(definition("acsc").items) == 19
    assert [definition("efi").band_of(count) for count in (0, 4, 5, 8, 9, 12, 13, 36)] == [
        "fit", "fit", "mild", "mild", "moderate", "moderate", "severe", "severe"]  # fmt: skip
    assert [definition("hfrs").band_of(tenths) for tenths in (49, 50, 150, 151)] == [
        "low", "intermediate", "intermediate", "high"]  # fmt: skip


def test_every_list_of_the_definitions_is_filled_by_a_shipped_pack() -> None:
    items = definition("efi").items + definition("cambridge").items
    lists = [item.code_list for item in items] + [
        rule.code_list for item in items for rule in item.value_rules
    ]
    assert shipped_packs().missing(lists) == ()


def changed(tmp_path: Path, **changes: Any) -> Path:
    content = yaml.safe_load((DEFINITIONS / "charlson.yaml").read_text()) | changes
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "sure"}, "at status: 'sure' is not one of"),
        ({"scale": 7}, "at scale"),
        ({"colour": "blue"}, "colour"),
        (
            {"items": [{"name": "a", "label": "A", "codes": ["I21"]}], "hierarchies": []},
            "no weight for charlson_1987",
        ),
        ({"items": [{"name": "a", "label": "A"}] * 2, "weight_sets": [], "hierarchies": []}, "appears twice"),
        ({"items": [{"name": "a", "label": "A", "codes": ["I30-I21"]}]}, "ends before it begins"),
        ({"items": [{"name": "a", "label": "A", "weight": 1.55}]}, "finer than 1/1"),
        ({"hierarchies": [{"severe": "plague", "mild": "cancer"}]}, "plague, which is no item"),
        ({"bands": [{"name": "a", "up_to": 5}, {"name": "b", "up_to": 3}, {"name": "c"}]}, "bands must rise"),
    ],
)
def test_a_wrong_definition_is_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match=r"mine\.yaml: .*" + said):
        load_definition(changed(tmp_path, **changes))


def test_broken_yaml_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("a: [")
    with pytest.raises(DefinitionError, match=r"broken\.yaml: not valid YAML"):
        load_definition(tmp_path / "broken.yaml")
    with pytest.raises(DefinitionError, match="no such definition"):
        load_definition(tmp_path / "none.yaml")


def pack(folder: Path, **changes: Any) -> Path:
    content = {
        "pack": "mine", "version": "2.0", "source": "here", "licence": "free", "checksum": "?",
        "lists": {"efi/falls": [{"system": "http://snomed.info/sct", "code": "1912002", "text": "Fall"}]},
    } | changes  # fmt: skip
    file = folder / "mine.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


def with_its_checksum(folder: Path, **changes: Any) -> Path:
    with pytest.raises(PackError) as refused:
        load_pack(pack(folder, **changes))
    return pack(folder, **changes, checksum=str(refused.value).rsplit(" ", 1)[-1])


def test_a_pack_is_installed_from_a_folder(tmp_path: Path) -> None:
    loaded = load_pack(with_its_checksum(tmp_path))
    assert loaded.checksum == checksum(loaded.codes)
    packs = load_packs(tmp_path)
    assert ("SNOMED-CT", "1912002") in packs.codes_of("efi/falls")
    assert ("LOCAL", "EFI-FALLS") in packs.codes_of("efi/falls")
    key = ("SNOMED-CT", "1912002")
    assert [rule.item for rule in efi.fact_rules(packs, definition("efi").review_by)[key]] == ["falls"]
    with pytest.raises(PackError, match="mine is installed twice"):
        load_packs(tmp_path, tmp_path)


def test_a_pack_with_a_csv(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text("list,system,code,text\nefi/falls,SNOMED-CT,1912002,Fall\n")
    loaded = load_pack(with_its_checksum(tmp_path, codes_file="codes.csv", lists={}))
    assert [(code.code_list, code.code) for code in loaded.codes] == [("efi/falls", "1912002")]
    (tmp_path / "codes.csv").write_text("list,system,code,text\nefi/falls,SNOMED-CT,4.78711E+14,Fall\n")
    with pytest.raises(PackError, match=r"line 2: 4\.78711E\+14 was spoilt by a spreadsheet"):
        load_pack(tmp_path / "mine.yaml")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"licence": ""}, "licence is missing"),
        ({"checksum": "sha256:0"}, "do not match the checksum"),
        ({"lists": {"efi/falls": [{"system": "SNOMED-CT", "code": 1912002}]}}, "entry 1 of efi/falls"),
        ({"codes_file": "none.csv"}, "cannot be read"),
    ],
)
def test_a_wrong_pack_is_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(PackError, match=said):
        load_pack(pack(tmp_path, **changes))


def test_codes_in_one_form() -> None:
    assert {normalise_icd10(code) for code in ("I11.0", "i110", " I110", "I11.0†", "I110*", "I11-0")} == {
        "I110"
    }
    assert normalise_icd10(None) == ""
    assert normalise_code("http://snomed.info/sct", " 44054006 ") == ("SNOMED-CT", "44054006")
    assert normalise_code("icd-10", "i11.0") == ("ICD-10", "I110")
    assert normalise_code("CTV3", "XaBcd") == ("CTV3", "XaBcd")  # case tells codes apart there
    assert normalise_code("local", "efi-falls") == ("LOCAL", "EFI-FALLS")
    assert list(expand_codes(["I21", "I25.2", "I60-I62", "K70.0-K70.2"])) == [
        "I21", "I252", "I60", "I61", "I62", "K700", "K701", "K702"]  # fmt: skip
