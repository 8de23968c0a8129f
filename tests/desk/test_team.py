"""What a lead does: see who has how much, give work to others, take the list away."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.desk.team_views import team_lines
from localcare.kernel.access.readers import reader_for
from localcare.kernel.audit.models import AuditEntry
from tests.factories import registered_person


@pytest.fixture
def lead(worker):
    return worker("rapid-response", role="team-lead", lead=True, first_name="Lena", last_name="Lead")


@pytest.fixture
def held(ask, nurse):
    tasks = [ask(person=registered_person(family_name=f"Person{number}")) for number in range(3)]
    for task in tasks:
        actions.accept(task=task, by=reader_for(nurse), to_user=nurse)
    return tasks


def test_work_is_counted_by_colleague(signed_in, lead, held, services):
    lines = {line["name"]: line["held"] for line in team_lines(reader_for(lead), services["rapid-response"])}
    assert lines == {"Nobody yet": 0, "Nia Nurse": 3, "Lena Lead": 0}
    assert "Nia Nurse" in signed_in(lead).get(reverse("work-team")).text


def test_many_pieces_of_work_change_hands_at_once(signed_in, lead, held):
    chosen = {"team": "rapid-response", "task": [task.reference for task in held]}
    client = signed_in(lead)
    assert "Give 3 pieces of work" in client.get(reverse("work-reassign"), chosen).text
    done = client.post(
        reverse("work-reassign"), {**chosen, "colleague": lead.pk, "reason": "Nia is ill"}, follow=True
    )
    assert "3 pieces of work given to Lena Lead" in done.text
    for task in held:
        task.state.refresh_from_db()
        assert task.state.assigned_to == lead


def test_all_or_none(signed_in, lead, held, urgent):
    chosen = {"team": "rapid-response", "task": [held[0].reference, urgent.reference]}
    refused = signed_in(lead).post(reverse("work-reassign"), {**chosen, "colleague": lead.pk, "reason": "x"})
    assert refused.status_code == 409 and "Nothing was given away" in refused.text
    held[0].state.refresh_from_db()
    assert held[0].state.assigned_to != lead


def test_without_the_permission_there_is_no_giving(signed_in, nurse, held):
    assert signed_in(nurse).get(reverse("work-team")).status_code == 403
    assert signed_in(nurse).post(reverse("work-reassign"), {"task": held[0].reference}).status_code == 403


def test_the_file_has_the_rows_of_the_page_and_is_written_down(signed_in, nurse, held):
    answer = signed_in(nurse).get(reverse("work-export"), {"tab": "caseload", "sort": "person"})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [row["Family name"] for row in rows] == ["Person0", "Person1", "Person2"]
    assert AuditEntry.objects.filter(action="task.export").latest("pk").subjects.count() == 3
