"""The week as it stands when a desk opens: something on every desk, a true journal, nothing made twice."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from localcare.analysis.measures.definitions import indicators
from localcare.analysis.measures.engine import MeasureSource, measure
from localcare.analysis.measures.twin import twin
from localcare.care.discharge import queries as discharge
from localcare.care.navigation import queries as navigation
from localcare.care.rapid_response import numbers as rapid_numbers
from localcare.care.rapid_response import queries as rapid
from localcare.care.single_point_of_access import queries as spoa
from localcare.config.demonstration.week.making import is_made, make_week
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways.models import (
    ClockState,
    JournalEntry,
    Journey,
    JourneyState,
    Notice,
    TaskState,
)
from localcare.foundation.pathways.queries import tasks_of, unanswered_refusals
from localcare.foundation.pathways.rebuild import differences
from localcare.foundation.people.models import Person
from localcare.foundation.services.definitions import demonstration_teams
from localcare.foundation.services.models import Hold, Service
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.demonstration_week.conftest import BY, reader
from tests.journal.lived import assert_as_lived, exported
from tests.measures.rounded import rows

pytestmark = pytest.mark.django_db
LIVES_ALONE = {"gp", "mdt-co-ordinator"}


def test_nothing_was_refused_that_the_stories_did_not_expect(lived) -> None:
    assert lived.troubles == []


def test_the_single_point_of_access_has_work_in_every_section(lived) -> None:
    steps = Counter(spoa.open_tasks(reader("call-handler")).values_list("step", flat=True))
    assert {
        "answer",
        "triage",
        "arrange",
        "ring_back",
        "tell_caller",
        "mental_health_screening",
        "close",
    } <= set(steps)
    assert spoa.not_identified(reader("call-handler")).count() == 3
    assert spoa.abandoned(reader("call-handler")).exists()
    assert spoa.other_work(reader("call-handler")).filter(step="coordinate").exists()
    screening = spoa.own_services(reader("clinical-triager")).get(kind="mental-health-screening")
    assert tasks_of(reader("clinical-triager"), services=[screening]).exists()


def test_rapid_response_sees_every_state_some_overdue_and_visits_due(lived) -> None:
    by = reader("rapid-response-clinician")
    board = rapid.board_tasks(by, rapid.teams_of(by))
    responses = board.filter(step="respond")
    assert {"requested", "accepted", "started", "paused"} <= set(responses.values_list("state", flat=True))
    assert {"set-off", "arrived", "seen"} <= set(responses.values_list("milestone", flat=True))
    assert responses.filter(due_at__lt=lived.end).exists()
    assert responses.filter(due_at__gt=lived.end).exists()
    assert FormResponse.objects.filter(
        version__form="urgent-response-visit", scores__has_key="news2"
    ).exists()


def test_discharges_wait_are_arranged_and_are_at_home(lived) -> None:
    by = reader("acute-discharger")
    assert discharge.in_hospital(by).count() >= 5
    assert {"requested", "started"} <= set(
        TaskState.objects.filter(pathway="discharge-to-assess", step="coordinate", is_open=True).values_list(
            "state", flat=True
        )
    )
    assert discharge.assessments(by).exists()
    assert discharge.packages(by).exists()


def test_every_team_of_the_logins_has_open_work(lived) -> None:
    for team in demonstration_teams():
        username = team["username"]
        has_work = tasks_of(reader(username)).exists()
        assert has_work or username in LIVES_ALONE, f"{username} opens an empty desk"


def test_refusals_wait_for_the_asker_and_inboxes_have_news(lived) -> None:
    askers = User.objects.filter(is_demonstration=True, service_memberships__isnull=False).distinct()
    waiting = [user for user in askers if unanswered_refusals(reader(user.username)).exists()]
    assert waiting
    kinds = set(Notice.objects.values_list("kind", flat=True))
    assert {
        "accepted",
        "declined",
        "done",
        "ended",
        "inform",
        "ask_for_help",
        "admission",
        "attendance",
        "death",
    } <= kinds
    assert Notice.objects.filter(service__code__endswith="south-kent-coast").exists()


def test_carers_are_assessed_and_journeys_have_ended_with_outcomes(lived) -> None:
    assert navigation.work_for_carers(reader("care-navigator")).exists()
    ended = JourneyState.objects.filter(is_open=False)
    assert len(set(ended.values_list("outcome", flat=True))) >= 3
    assert not ended.filter(outcome="").exists()


def test_vera_is_at_home_with_a_package_and_ernest_is_to_be_assessed(lived) -> None:
    vera = Person.objects.get(given_name="Vera", family_name="Marshfield")
    tasks = {state.step: state for state in TaskState.objects.filter(person=vera)}
    assert {"home_care", "district_nursing"} <= {
        step for step, state in tasks.items() if state.state == "started"
    }
    assert (
        JournalEntry.objects.filter(task=tasks["home_care"].task, event="reviewed")
        .exclude(response=None)
        .count()
        == 1
    )
    clock = ClockState.objects.get(task=tasks["assess"].task, code="assessed-in-24-hours")
    assert clock.is_met
    ernest = TaskState.objects.get(person__given_name="Ernest", pathway="carers-assessment")
    assert ernest.state == "accepted"
    assert Hold.objects.filter(key=str(tasks["home_care"].task.reference), released_at=None).exists()


def test_dorothy_waits_with_a_two_hour_clock_running(lived) -> None:
    response = TaskState.objects.get(person__given_name="Dorothy", pathway="urgent-community-response")
    clock = ClockState.objects.get(task=response.task, code="two-hour")
    assert (response.state, response.priority) == ("accepted", "two-hour")
    assert clock.stopped_at is None and clock.due_at > lived.end
    assert response.journey.opened_from.journey.version.pathway == "single-point-of-access-contact"


def test_the_journal_is_true(lived) -> None:
    entries = JournalEntry.objects.order_by("pk")
    assert not entries.filter(recorded_at__lt=lived.begins).exists()
    assert not entries.filter(recorded_at__gt=lived.end).exists()
    assert not entries.filter(effective_at__gt=F("recorded_at")).exists()
    assert not entries.filter(effective_at__lt=lived.begins).exists()
    recorded = list(entries.values_list("recorded_at", flat=True))
    assert recorded == sorted(recorded)
    late = lived.end - timedelta(days=lived.rates["days"])
    assert entries.filter(recorded_at__gte=late).count() > entries.count() / 2
    assert not FormResponse.objects.filter(completed_at__gt=lived.end).exists()


def test_timers_fired_at_their_second(lived) -> None:
    escalated = JournalEntry.objects.filter(event__in=("escalated", "timer"))
    assert escalated.exists()
    for entry in escalated:
        assert entry.recorded_at - became_due(entry) < timedelta(seconds=1)


def became_due(entry: JournalEntry) -> datetime:
    """The second of its timer, or the act that made it due later: an undo may bring back a clock that ran out."""
    before = JournalEntry.objects.filter(journey=entry.journey_id, pk__lt=entry.pk).order_by("-pk").first()
    assert before is not None
    return max(datetime.fromisoformat(entry.detail["due"]), before.recorded_at)


def test_the_views_are_what_the_journal_says(lived) -> None:
    assert differences() == []


def test_the_journal_exported_says_the_same(lived, tmp_path) -> None:
    assert assert_as_lived(exported(tmp_path)) > 100


def test_indicators_have_numbers_of_a_week(lived, tmp_path) -> None:
    """All but those that take six weeks; each as its twin says, and the two-hour share as the team sees it."""
    source, today = MeasureSource(exported(tmp_path)), timezone.localdate()
    options = {"since": today - timedelta(days=60), "until": today + timedelta(days=1), "period": "all"}
    nothing = set()
    for code, indicator in indicators().items():
        if indicator.reads != "journal":
            continue
        found = rows(measure(indicator, source, **options))
        assert found == rows(twin(indicator, source, **options)), code
        nothing |= {code} if not found else set()
    assert nothing <= {"carers-supported", "package-ended-by-six-weeks", "package-ended-independent"}
    teams = list(Service.objects.filter(kind="rapid-response"))
    seen = [day.numbers for day in rapid_numbers.days_of(teams, today, 61)]
    [share] = measure(indicators()["urgent-response-two-hours"], source, **options).to_pylist()
    assert share["denominator"] == sum(one.counted for one in seen) > 0
    assert share["numerator"] == sum(one.met for one in seen)


def test_a_second_week_makes_nothing(lived) -> None:
    before = [model.objects.count() for model in (Journey, JournalEntry, FormResponse, User, AuditEntry)]
    assert is_made()
    assert make_week(by=system_reader(BY), seed=1) is None
    assert [
        model.objects.count() for model in (Journey, JournalEntry, FormResponse, User, AuditEntry)
    ] == before


def test_colleagues_are_flagged_and_cannot_sign_in(lived) -> None:
    colleagues = User.objects.filter(username__startswith="demo-")
    assert colleagues.exists()
    assert all(user.is_demonstration and not user.has_usable_password() for user in colleagues)
    assert not User.objects.filter(is_demonstration=False).exists()
    assert JournalEntry.objects.filter(actor__username="rapid-response-clinician").exists()
