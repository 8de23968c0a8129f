"""The journal written out: as lived, without names or words, without who opted out, and audited."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from localcare.config.command_line.application import application
from localcare.foundation.pathways import actions
from localcare.foundation.pathways.journal_export import export_journal
from localcare.foundation.pathways.models import JournalEntry, Journey
from localcare.foundation.record.exporting.keys import new_key
from localcare.kernel.access.readers import reader_for, system_reader
from localcare.kernel.audit.models import AuditEntry
from localcare.kernel.identifiers.pseudonyms import keyed_number, person_message
from tests.factories import UserFactory, registered_person
from tests.journal.lived import assert_as_lived, exported
from tests.pathways.test_walks import Walk, place  # noqa: F401 - a fixture

WORDS = "the neighbour Mrs Unmistakable has the key"


def open_journey(person, **names):
    return actions.open_journey(
        person=person, pathway="urgent-community-response", by=system_reader("test"), reason=WORDS,
        asked_by=None, priority="two-hour", **names,
    )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 83])
def test_a_walk_is_read_as_it_was_lived(seed, place, completed, tmp_path):  # noqa: F811
    for number in range(2):
        Walk(seed + number, place, completed).run()
    assert_as_lived(exported(tmp_path))


@pytest.mark.parametrize("purpose", ["planning", "research"])
def test_who_opted_out_is_not_in_it_beyond_care(services, tmp_path, settings, purpose):
    settings.HOME = tmp_path / "home"
    key = new_key(purpose, by=system_reader("test"))
    stays, opted_out = registered_person(), registered_person(national_data_opt_out=True)
    open_journey(stays)
    open_journey(opted_out)
    folder = exported(tmp_path, purpose)
    shown = keyed_number(key.secret, person_message(number=stays.nhs_number, reference=""))
    assert folder.arrow("journal")["person"].unique().to_pylist() == [shown]
    assert folder.arrow("people")["person"].to_pylist() == [shown]
    assert folder.arrow("people")["birth_date"].to_pylist()[0].day == 1
    both = exported(tmp_path / "care")
    assert set(both.arrow("journal")["person"].to_pylist()) == {stays.pk, opted_out.pk}


def test_without_a_key_two_journals_beyond_care_do_not_link(services, tmp_path, settings):
    settings.HOME = tmp_path / "home"
    person = registered_person()
    open_journey(person)
    shown = [
        exported(tmp_path / name, "planning").arrow("journal")["person"].to_pylist()
        for name in ("one", "two")
    ]
    assert not set(shown[0]) & set(shown[1])
    assert person.pk not in shown[0] + shown[1]


def test_no_names_and_no_words_leave(services, tmp_path):
    person = registered_person(given_name="Unmistakable", family_name="Unmistakable")
    journey = open_journey(person)
    task = journey.tasks.get()
    actions.note(task=task, by=system_reader("test"), text=WORDS)
    folder = exported(tmp_path)
    assert folder.arrow("journal").num_rows == JournalEntry.objects.count()
    written = b"".join(file.read_bytes() for file in folder.path.rglob("*") if file.is_file())
    rows = str([folder.arrow(name).to_pylist() for name in ("journal", "people", "services")])
    assert b"Unmistakable" not in written
    assert "Unmistakable" not in rows
    assert person.nhs_number not in rows


def test_somebody_merged_is_the_person_who_remains(services, tmp_path):
    kept, merged = registered_person(), registered_person()
    open_journey(merged)
    merged.merged_into = kept
    merged.save()
    assert exported(tmp_path).arrow("journal")["person"].unique().to_pylist() == [kept.pk]


def test_it_is_audited_and_needs_a_permission(services, tmp_path):
    open_journey(registered_person())
    exported(tmp_path, "planning")
    entry = AuditEntry.objects.filter(action="journal.export").get()
    assert entry.basis == "planning"
    with pytest.raises(PermissionError, match="the permission dataset"):
        export_journal(tmp_path, by=reader_for(UserFactory()), purpose="direct-care")


def test_a_time_gives_whole_journeys(services, tmp_path):
    first, second = open_journey(registered_person()), open_journey(registered_person())
    since = JournalEntry.objects.filter(journey=second).order_by("pk").first().recorded_at
    journeys = exported(tmp_path, since=since).arrow("journal")["journey"].unique().to_pylist()
    assert journeys == [second.pk]
    assert Journey.objects.count() == 2
    assert first.pk not in journeys


def test_places_of_people_are_written(services, tmp_path):
    person = registered_person()
    open_journey(person)
    [row] = exported(tmp_path).arrow("people").to_pylist()
    registration = person.registrations.get()
    assert row["practice"] == registration.practice.code
    assert (row["sex"], row["birth_date"]) == (person.sex, person.birth_date)


def test_from_the_shell(services, tmp_path):
    """The journal is exported by a command, and another measures it."""
    open_journey(registered_person())
    out, today = str(tmp_path / "journal"), timezone.localdate()
    done = CliRunner().invoke(application, ["export", "journal", out, "--purpose", "planning"])
    assert done.exit_code == 0, done.output
    assert f"{JournalEntry.objects.count()} entries in" in done.output
    days = ["--since", str(today - timedelta(days=1)), "--until", str(today + timedelta(days=1))]
    asked = ["measure", "moved-out-of-two-hours", "--journal", out, *days, "--period", "all"]
    for options, numbers in (([], ",,,true"), (["--show-small-numbers"], "0,1,0")):
        measured = CliRunner().invoke(application, [*asked, *options, "--out", str(tmp_path / "numbers.csv")])
        assert measured.exit_code == 0, measured.output
        assert (tmp_path / "numbers.csv").read_text().splitlines()[1].endswith(numbers)
