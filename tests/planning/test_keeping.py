"""Kept under a name, versioned by content, shared by address, taken and sent as a file."""

from __future__ import annotations

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from localcare.analysis.simulation.scenario.digest import digest
from localcare.analysis.simulation.scenario.files import load, scenario_files
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.access.readers import reader_for
from localcare.kernel.audit.models import AuditEntry
from localcare.system.planning.actions import NameTaken, save_scenario, save_version
from localcare.system.planning.models import SavedScenario, ScenarioText
from localcare.system.planning.questions import ready_base
from localcare.system.planning.texts import FaultyText, content_of, text_of
from tests.factories import user_with_role
from tests.planning.small import TEXT, content

pytestmark = pytest.mark.django_db
QUEUE = "/planning/ready/single-queue/"


@pytest.fixture
def kept(by):
    return save_scenario(content=content(), name="Our ward", by=by)


def with_places(number):
    said = content()
    said["services"]["ward"]["capacity"][1]["places"] = number
    return said


def sent(client, text, name="Sent in"):
    file = SimpleUploadedFile("scenario.yaml", text.encode() if isinstance(text, str) else text)
    return client.post("/planning/send/", {"file": file, "name": name})


def test_a_changed_content_is_a_next_version_and_the_same_is_none(by, kept):
    second = save_version(saved=kept.saved, content=with_places(20), by=by)
    again = save_version(saved=kept.saved, content=with_places(20), by=by)

    assert (kept.number, second.number, again.pk) == (1, 2, second.pk)
    assert kept.saved.latest == second
    assert save_version(saved=kept.saved, content=content(), by=by).content_id == kept.content_id
    assert ScenarioText.objects.count() == 2  # what is the same content is kept once


def test_a_name_is_one_persons_once(by, kept):
    with pytest.raises(NameTaken, match="Choose another name"):
        save_scenario(content=content(), name="Our ward", by=by)
    colleague = reader_for(user_with_role("analyst", everywhere=True))
    assert save_scenario(content=content(), name="Our ward", by=colleague).number == 1


def test_only_its_owner_adds_versions(kept):
    colleague = reader_for(user_with_role("analyst", everywhere=True))
    with pytest.raises(NotAllowed, match="under your own name"):
        save_version(saved=kept.saved, content=with_places(20), by=colleague)


def test_an_address_is_shared_within_the_rights_of_whoever_opens_it(client, kept):
    address = f"/planning/saved/{kept.saved.reference}/"
    for role, status in (("commissioner", 200), ("gp", 403)):
        client.force_login(
            user_with_role(role, everywhere=True), backend="django.contrib.auth.backends.ModelBackend"
        )
        assert client.get(address, follow=True).status_code == status


def test_moved_numbers_are_kept_from_the_page_with_what_was_moved(client, analyst):
    answer = client.post(f"{QUEUE}save/", {"places.nurses.0": "6", "name": "Six nurses"})
    saved = SavedScenario.objects.get()

    assert answer.url == f"/planning/saved/{saved.reference}/1/"
    assert saved.latest.note == "Nurses: 6 nurses in place of 5 nurses"
    assert saved.based_on == "single-queue"
    page = client.get(answer.url).content.decode()
    assert 'value="6"' in page and "Six nurses" in page
    assert "Six nurses" in client.get("/planning/").content.decode()
    client.post(f"{answer.url}save/", {"places.nurses.0": "7", "version": "next"})
    assert saved.latest.number == 2
    assert AuditEntry.objects.filter(action="planning.save").count() == 2


def test_what_is_put_away_leaves_the_list_and_keeps_its_address(client, kept):
    told = client.post(f"/planning/saved/{kept.saved.reference}/away/", follow=True)

    assert "Our ward is put away" in told.content.decode()
    assert "Our ward" not in client.get("/planning/").content.decode()
    assert client.get(f"/planning/saved/{kept.saved.reference}/1/").status_code == 200


@pytest.mark.parametrize("code", scenario_files())
def test_the_file_of_a_scenario_says_the_same_as_the_scenario(client, code, tmp_path):
    answer = client.get(f"/planning/ready/{code}/file/")
    file = tmp_path / f"{code}.yaml"
    file.write_bytes(answer.content)

    assert answer["Content-Disposition"] == f'attachment; filename="{code}.yaml"'
    assert digest(load(file)) == digest(ready_base(code).scenario)


def test_a_file_taken_with_moved_numbers_can_be_sent_in_again(client):
    taken = client.get(f"{QUEUE}file/", {"places.nurses.0": "6"}).content
    answer = sent(client, taken)

    saved = SavedScenario.objects.get()
    assert answer.url == f"/planning/saved/{saved.reference}/1/"
    kept = read_scenario(yaml.safe_load(saved.latest.content.text))
    assert kept.services["nurses"].capacity[0].places == 6
    assert saved.latest.content.text.encode() == taken


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEXT.replace("places: 14", "places: many"), "Line 22"),
        (TEXT.replace("{ward: 0.5, home: 0.5}", "{ward: 0.5, home: 0.4}"), "0.9"),
        (TEXT.replace("services:", "servces:"), "servces"),
        ("- a list", "The file is not a mapping"),
        ("scenario: [", "It is not YAML"),
        (TEXT + "based_on: winter-plan\n", "A file sent here must stand alone"),
        ("x" * 600_000, "The file is too long"),
        (TEXT + "title: again\n", "title"),
    ],
)
def test_a_faulty_file_is_refused_with_its_lines(client, text, said):
    answer = sent(client, text)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert "Line " in page
    assert not SavedScenario.objects.exists()


def test_what_is_no_text_is_refused(client):
    answer = sent(client, b"\xff\xfe\x00binary")
    assert answer.status_code == 422
    assert "must be text in UTF-8; byte 1 is not" in answer.content.decode()


def test_every_fault_of_a_text_is_named_in_the_order_of_its_lines():
    text = TEXT.replace("places: 3", "places: few").replace("places: 12", "places: -1")
    with pytest.raises(FaultyText) as refused:
        content_of(text)
    lines = [fault.line for fault in refused.value.faults]
    assert len(lines) == 2 and lines == sorted(lines)


def test_the_same_words_are_the_same_bytes():
    assert text_of(content()) == text_of(yaml.safe_load(text_of(content())))
