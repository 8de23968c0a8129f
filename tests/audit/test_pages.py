"""An information governance lead answers who looked at a person, when and why."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from localcare.kernel.access.readers import reader_for, system_reader
from localcare.kernel.audit import subjects
from localcare.kernel.audit.actions import record_access
from localcare.kernel.audit.models import AuditEntry
from localcare.kernel.audit.queries import Filters, what_they_did, who_looked
from localcare.kernel.audit.subjects import Subject, register_subject_resolver
from tests.factories import UserFactory, user_with_role

pytestmark = pytest.mark.django_db

PERSON, OTHER = str(uuid4()), str(uuid4())


@pytest.fixture
def lead(client):
    user = user_with_role("information-governance-lead", everywhere=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return reader_for(user)


@pytest.fixture
def gp():
    return reader_for(
        user_with_role("gp", everywhere=True, username="amina", organisation_name="Elm Surgery")
    )


def looked(reader, *people, **said):
    return record_access(reader=reader, action="person.read", subjects=people, **said)


def ask(client, **query):
    return client.get(reverse("audit"), {"person": PERSON} | query)


def test_the_answer_names_when_who_role_organisation_what_and_why(client, lead, gp):
    looked(gp, PERSON, basis="Direct care: falls review")
    page = ask(client).content.decode()
    for word in ("amina", "General practitioner", "Elm Surgery", "Direct care: falls review", "Done"):
        assert word in page


def test_only_entries_about_this_person_are_shown_and_the_question_itself_is_recorded(client, lead, gp):
    looked(gp, OTHER, basis="about somebody else")
    assert "about somebody else" not in ask(client).content.decode()
    question = AuditEntry.objects.get(action="audit.read")
    assert (question.actor, question.subjects.get().reference) == (lead.name, PERSON)


def test_an_entry_about_a_whole_list_counts_for_each_person_on_it(lead, gp):
    sequence = looked(gp, OTHER, PERSON, OTHER)
    assert [entry.sequence for entry in who_looked(PERSON, lead)] == [sequence]
    assert AuditEntry.objects.get(sequence=sequence).subjects.count() == 2


def test_a_merged_person_is_answered_under_every_reference(client, lead, gp, monkeypatch):
    monkeypatch.setattr(subjects, "_resolver", [])
    register_subject_resolver(lambda text, reader: Subject(PERSON, "Ada Example", also=(OTHER,)))
    looked(gp, PERSON, OTHER, basis="both")
    looked(gp, OTHER, basis="before the merge")
    page = client.get(reverse("audit"), {"person": "999 000 0018"}).content.decode()
    assert "Ada Example" in page
    assert page.count(">both<") == 1
    assert "before the merge" in page


@pytest.mark.parametrize("typed", ["", "999 123", "somebody"])
def test_what_names_nobody_is_answered_with_the_remedy(client, lead, typed):
    page = client.get(reverse("audit"), {"person": typed}).content.decode()
    assert "There is a problem" in page
    assert not AuditEntry.objects.filter(action="audit.read").exists()


def test_nothing_found_is_said_in_words(client, lead):
    assert "No entries" in ask(client, action="role.given").content.decode()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(actor="amin"), {1}),
        (Filters(action="person.edit"), {2}),
        (Filters(outcome="denied"), {3}),
        (Filters(), {1, 2, 3}),
    ],
)
def test_filters_narrow_by_who_what_and_outcome(lead, gp, filters, expected):
    other = reader_for(user_with_role("gp", everywhere=True, username="bola"))
    written = [
        looked(gp, PERSON),
        record_access(reader=other, action="person.edit", subjects=[PERSON]),
        looked(other, PERSON, outcome="denied"),
    ]
    found = {entry.sequence for entry in who_looked(PERSON, lead, filters)}
    assert found == {written[place - 1] for place in expected}


def test_days_are_whole_days_in_london(lead, gp, monkeypatch):
    # 00:30 on 1 July in London is still 30 June in UTC.
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    looked(gp, PERSON)
    july, june = datetime(2026, 7, 1).date(), datetime(2026, 6, 30).date()
    assert who_looked(PERSON, lead, Filters(since=july, until=july)).count() == 1
    assert who_looked(PERSON, lead, Filters(until=june)).count() == 0


def test_long_answers_are_paged_newest_first(client, lead, gp):
    for number in range(60):
        looked(gp, PERSON, basis=f"look {number:02}")
    first, second = ask(client).content.decode(), ask(client, page=2).content.decode()
    assert first.index("look 59") < first.index("look 58")
    assert "look 05" not in first
    assert "look 05" in second


def test_the_file_holds_every_entry_is_safe_in_a_spreadsheet_and_is_audited(client, lead, gp):
    for number in range(60):
        looked(gp, PERSON, basis=f"look {number}")
    looked(gp, PERSON, basis="=HYPERLINK(1)")
    answer = ask(client, format="csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert rows[0][:3] == ["Entry", "When", "Who"]
    assert len(rows) == 1 + 61 + 2  # the question and the file are entries about the person, too
    assert "'=HYPERLINK(1)" in [row[6] for row in rows]
    assert AuditEntry.objects.filter(action="audit.export", subjects__reference=PERSON).count() == 1


def test_a_page_shows_what_one_account_did(client, lead, gp):
    looked(gp, PERSON, basis="direct care")
    page = client.get(reverse("audit_activity"), {"actor": "amina"}).content.decode()
    assert "direct care" in page
    assert what_they_did("amina", lead).count() == 1
    assert "No entries" in client.get(reverse("audit_activity"), {"actor": "nobody"}).content.decode()


@pytest.mark.parametrize("role", ["gp", "administrator", "analyst", "case-manager"])
@pytest.mark.parametrize("address", ["audit", "audit_activity"])
def test_the_pages_are_for_who_may_read_the_trail(client, role, address):
    client.force_login(
        user_with_role(role, everywhere=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get(reverse(address)).status_code == 403


def test_the_query_itself_asks_for_a_permission():
    nobody = reader_for(UserFactory())
    with pytest.raises(PermissionDenied):
        who_looked(PERSON, nobody)
    with pytest.raises(PermissionDenied):
        what_they_did("amina", nobody)


def test_who_looked_is_one_index_range_without_a_sort(lead):
    record_access(
        reader=system_reader("load"), action="list.read", subjects=[str(uuid4()) for _ in range(20_000)]
    )
    looked(system_reader("load"), PERSON)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_auditsubject, audit_auditentry")
    with CaptureQueriesContext(connection) as captured:
        list(who_looked(PERSON, lead)[:50])
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + captured.captured_queries[-1]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "audit_by_subject" in plan
    assert "Seq Scan on audit_auditsubject" not in plan


def test_a_filter_whose_days_are_the_wrong_way_round_says_so(client, lead):
    today = timezone.localdate()
    earlier = today - timedelta(days=3)
    days = {"since_day": today.day, "since_month": today.month, "since_year": today.year}
    days |= {"until_day": earlier.day, "until_month": earlier.month, "until_year": earlier.year}
    assert "The last day must not be before the first day" in ask(client, **days).content.decode()
