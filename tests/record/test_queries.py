"""What one person's record answers."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from localcare.foundation.people.queries import PersonNotVisible
from localcare.foundation.record import queries
from localcare.foundation.record.models import Attendance, Contact, Diagnosis, Fact, Package, Source, Stay
from tests.factories import reader_with_role, registered_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return registered_person()


@pytest.fixture
def reader(person):
    return reader_with_role("gp", practice=person.registrations.get().practice)


@pytest.fixture
def source():
    return Source.objects.create(code="test", name="Test system")


@pytest.fixture
def fact(person, source):
    keys = iter(range(1000))

    def make(**fields):
        defaults = {
            "kind": "condition",
            "system": "LOCAL",
            "code": "X",
            "text": "Something",
            "occurred_on": date(2026, 1, 1),
        }
        return Fact.objects.create(
            person=person, source=source, source_key=str(next(keys)), **defaults | fields
        )

    return make


def test_a_problem_recorded_twice_is_one_line_with_first_and_last_day(person, reader, fact):
    fact(code="COPD", text="COPD", occurred_on=date(2019, 5, 1))
    fact(code="COPD", text="COPD", occurred_on=date(2025, 2, 3))
    (problem,) = queries.problems(person, reader)
    assert (problem.first_on, problem.last_on, problem.times) == (date(2019, 5, 1), date(2025, 2, 3), 2)


def test_a_resolved_problem_is_no_longer_a_problem(person, reader, fact):
    fact(ended_on=date(2026, 2, 1))
    assert queries.problems(person, reader) == []


def test_medicines_count_from_the_day_asked_for(person, reader, fact):
    fact(kind="medicine", code="OLD", occurred_on=date(2024, 1, 1))
    fact(kind="medicine", code="NEW", occurred_on=date(2026, 1, 1))
    assert [item.code for item in queries.medicines(person, reader, since=date(2025, 11, 22))] == ["NEW"]


def test_the_latest_value_of_each_measurement(person, reader, fact):
    fact(kind="observation", code="BP", value=150, unit="mm[Hg]", occurred_on=date(2025, 1, 1))
    fact(kind="observation", code="BP", value=130, unit="mm[Hg]", occurred_on=date(2026, 1, 1))
    assert [observation["value"] for observation in queries.latest_observations(person, reader)] == [130]


def everything(person, source, fact):
    fact()
    stay = Stay.objects.create(
        person=person, source=source, source_key="s", admission_type="emergency",
        admitted_on=date(2026, 3, 1), discharged_on=date(2026, 3, 8),
    )  # fmt: skip
    Diagnosis.objects.create(
        person=person,
        source=source,
        source_key="d",
        stay=stay,
        position=1,
        code="I63.9",
        occurred_on=date(2026, 3, 1),
    )
    Contact.objects.create(
        person=person,
        source=source,
        source_key="c",
        setting="community",
        occurred_on=date(2026, 3, 9),
        attended=False,
    )
    Package.objects.create(
        person=person, source=source, source_key="p", package_type="reablement", started_on=date(2026, 3, 10)
    )


def test_the_record_is_read_in_one_question_as_the_tables_hold_it(
    person, reader, source, fact, django_assert_num_queries
):
    everything(person, source, fact)
    fact(
        kind="observation",
        code="BP",
        value=130,
        unit="mm[Hg]",
        text="It's “high” \\ & rising\n",
        occurred_on=date(2025, 1, 1),
    )
    fact(kind="observation", code="HB", value=0.1 + 0.2, ended_on=date(2026, 2, 1))
    fact(kind="observation", code="LOST", value=float("inf"))
    Attendance.objects.create(person=person, source=source, source_key="a", arrived_on=date(2026, 3, 1))
    Package.objects.create(
        person=person, source=source, source_key="q", package_type="home-care", started_on=date(2025, 3, 1),
        ended_on=date(2026, 1, 1), hours_per_week=7,
    )  # fmt: skip
    once = replace(reader, memo={})
    queries.stays(person, once)
    with django_assert_num_queries(0):
        found = {
            Fact: queries.facts(person, once), Stay: queries.stays(person, once), Diagnosis: queries.diagnoses(person, once),
            Attendance: queries.attendances(person, once), Contact: queries.contacts(person, once),
            Package: queries.packages(person, once),
        }  # fmt: skip
    for model, rows in found.items():
        columns = [name for name in rows[0] if name != "stay_id" or model is Diagnosis]
        kept = model.objects.filter(person=person).values_list(*columns)
        assert sorted(map(repr, kept)) == sorted(repr(tuple(row[name] for name in columns)) for row in rows)
    assert [row["occurred_on"] for row in found[Fact]] == sorted(row["occurred_on"] for row in found[Fact])
    assert [row["package_type"] for row in found[Package]] == ["reablement", "home-care"]
    assert found[Diagnosis][0]["stay_id"] == found[Stay][0]["stay_id"] == Stay.objects.get().pk


def test_the_timeline_holds_every_kind_newest_first(person, reader, source, fact):
    everything(person, source, fact)
    events = queries.timeline(person, reader)
    assert [event.kind for event in events] == ["package", "contact", "stay", "condition"]
    assert events[1].detail == "did not attend"
    assert events[2].detail == "7 nights"
    assert {event.source for event in events} == {"Test system"}


def test_the_timeline_can_be_narrowed_and_paged(person, reader, source, fact):
    everything(person, source, fact)
    assert [event.kind for event in queries.timeline(person, reader, kinds=("stay", "contact"))] == [
        "contact",
        "stay",
    ]
    assert [event.kind for event in queries.timeline(person, reader, offset=1, limit=1)] == ["contact"]
    assert queries.timeline_counts(person, reader) == {"package": 1, "contact": 1, "stay": 1, "condition": 1}


def test_nobody_elses_events_are_shown(person, reader, source, fact):
    everything(person, source, fact)
    assert queries.timeline(registered_person(), reader) == []


def test_a_reader_without_the_permission_is_refused(person):
    administrator = reader_with_role("administrator", everywhere=True)
    with pytest.raises(PermissionDenied):
        queries.problems(person, administrator)


QUESTIONS = (
    queries.problems, queries.allergies, queries.latest_observations, queries.stays, queries.attendances,
    queries.contacts, queries.packages, queries.documents, queries.consents, queries.timeline,
    queries.timeline_counts,
)  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
def test_no_question_is_answered_about_somebody_outside_the_scope(person, question):
    elsewhere = reader_with_role("gp", practice="SYN-MARGATE-A")

    with pytest.raises(PersonNotVisible):
        question(person, elsewhere)


def test_what_one_reader_may_see_another_may_not(person, reader):
    assert queries.problems(person, reader) == []
    with pytest.raises(PersonNotVisible):
        queries.problems(person, reader_with_role("gp", practice="SYN-MARGATE-A"))
