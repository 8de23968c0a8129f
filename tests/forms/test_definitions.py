"""Every shipped form can be used; a form that cannot says where and what to do."""

from pathlib import Path

import pytest

from localcare.foundation.forms.definitions import (
    FOLDER,
    NoSuchForm,
    contents,
    current_version,
    definition_of,
    digest_of,
    faults_in,
    form,
    forms,
)
from localcare.foundation.forms.models import FormVersion

SHIPPED = {
    "single-point-of-access-contact", "clinical-triage", "discharge-support", "home-assessment",
    "reablement-review", "package-end", "urgent-response-visit", "carers-assessment", "falls-assessment",
    "fast-track-request", "service-outcome",
}  # fmt: skip

GOOD = """\
form: tried
title: A tried form
version: 1
owner: nobody
source: this test
review_by: 2027-11-01
sections:
  - code: one
    title: One
    items:
      - {code: walks, type: yes-no, text: "Walks?", required: true}
      - {code: aid, type: choice, text: With what, choices: [{code: stick, text: Stick}, {code: frame, text: Frame}]}
      - {code: pulse, type: integer, text: Pulse, range: {from: 20, to: 300}}
"""


def faults(tmp_path: Path, change: str, to: str) -> list[str]:
    assert change in GOOD
    file = tmp_path / "tried.yaml"
    file.write_text(GOOD.replace(change, to), encoding="utf-8")
    return [str(fault) for fault in faults_in(file)]


def test_the_papers_forms_are_all_shipped_and_sound():
    assert {file.stem for file in FOLDER.glob("*.yaml")} == set(forms()) >= SHIPPED


def test_a_good_form_has_no_fault(tmp_path):
    assert faults(tmp_path, "tried", "tried") == []


@pytest.mark.parametrize(
    ("change", "to", "said"),
    [
        ("type: yes-no", "type: maybe", ":11 at sections.0.items.0.type: 'maybe' is not one of"),
        ("owner: nobody\n", "", ": owner is missing. Add owner"),
        ("code: aid", "code: walks", ":12 at sections.0.items.1.code: The code 'walks' is used twice. Give each"),
        ("text: With what", "text: With what, show_when: {item: runs, equals: true}",
         ":12 at sections.0.items.1.show_when.item: There is no earlier item 'runs' to ask about. Name an item"),
        ("text: With what", "text: With what, show_when: {item: pulse, answered: true}", "no earlier item 'pulse'"),
        ("text: With what", 'text: With what, show_when: {item: walks, equals: "yes"}',
         "walks is answered true or false, not 'yes'. Use a code from its choices"),
        ("text: Pulse", "text: Pulse, required_when: {item: aid, equals: crutch}", "aid has no choice 'crutch'"),
        ("from: 20, to: 300", "from: 300, to: 20", ":13 at sections.0.items.2.range: The range ends before it begins"),
        ("code: frame", "code: stick", "A choice has the code of another"),
        ("type: integer", "type: text", "An item of type text cannot have limits"),
        ("type: integer", "type: quantity", "'unit' is a required property. Add what is missing of: unit"),
        ("form: tried", "form: other", ":1 at form: The file is named tried. Name the file after the form"),
        ("sections:", "facts: [{item: height, kind: observation, system: LOCAL, code: X, text: X}]\nsections:",
         ":7 at facts.0.item: There is no item 'height'. Name an item of this form"),
        ("sections:", "facts: [{item: pulse, kind: observation, system: SNOMED-CT, code: X, text: X}]\nsections:",
         "'SNOMED-CT' is not one of"),
        ("sections:", "scores: {news2: {uses: {pulse: pulse}}}\nsections:",
         ":7 at scores.news2.uses: news2 lacks respirations, saturation"),
        ("title: One", "title: One\n    title: Two", "The key stands twice"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line_and_remedy(tmp_path, change, to, said):
    assert any(said in fault for fault in faults(tmp_path, change, to)), faults(tmp_path, change, to)


def test_only_open_code_systems_are_used():
    systems = {rule.system for definition in forms().values() for rule in definition.facts}
    assert systems == {"LOCAL", "LOINC"}


def test_an_unknown_form_names_those_there_are():
    with pytest.raises(NoSuchForm, match="choose carers-assessment"):
        form("no-such-form")


@pytest.mark.django_db
def test_the_same_content_is_one_version_and_a_change_is_the_next(monkeypatch):
    first = current_version("service-outcome")
    assert current_version("service-outcome") == first and first.number == 1
    changed = {**contents()["service-outcome"], "title": "Changed"}
    shipped = contents()
    monkeypatch.setattr(
        "localcare.foundation.forms.definitions.contents", lambda: {**shipped, "service-outcome": changed}
    )
    second = current_version("service-outcome")
    assert second.number == 2 and second.digest == digest_of(changed) != first.digest
    assert definition_of(first).title == "Outcome of a service" and definition_of(second).title == "Changed"
    assert FormVersion.objects.filter(form="service-outcome").count() == 2
