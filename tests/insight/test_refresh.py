"""Everything is measured at once or not at all; what was found before is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import Sum

from localcare.foundation.record.models import Stay
from localcare.kernel.access.permitted import NotAllowed
from localcare.kernel.access.readers import system_reader
from localcare.kernel.audit.models import AuditEntry
from localcare.system.insight.actions import refresh_indicators
from localcare.system.insight.models import Run, Value
from localcare.system.insight.queries import run_in_force
from tests.factories import reader_with_role
from tests.insight.conftest import few

BY = system_reader("the tests")


@pytest.mark.trace("T234")
def test_every_indicator_is_measured_or_says_why_not_and_places_add_up(measured):
    run = run_in_force()
    assert run and run.status == Run.Status.PUBLISHED and run.until == measured
    without = {code for code, one in few().items() if one.not_yet}
    assert set(run.not_measured) == without
    in_force = Value.objects.filter(
        to_run=None, indicator="emergency-admissions", period="month", breakdown=""
    )
    assert in_force.filter(place="all").exists()
    for month in in_force.filter(place="all"):
        parts = in_force.filter(starts_on=month.starts_on, place__startswith="practice:")
        together = parts.aggregate(met=Sum("numerator"), of=Sum("denominator"))
        assert (together["met"], together["of"]) == (month.numerator, month.denominator)


def test_a_month_counts_the_admissions_that_are_on_the_record(measured):
    found = Value.objects.filter(
        to_run=None, indicator="emergency-admissions", period="month", place="all", numerator__gt=0
    ).latest("starts_on")
    stays = Stay.objects.filter(
        admission_type="emergency",
        admitted_on__year=found.starts_on.year,
        admitted_on__month=found.starts_on.month,
    )
    registered = [stay for stay in stays if stay.person.registrations.exists()]
    assert 0 < found.numerator <= len(registered)


def test_measuring_again_changes_nothing_and_what_changed_is_kept_beside_it(measured):
    before = set(Value.objects.filter(to_run=None).values_list("pk", flat=True))
    again = refresh_indicators(until=measured, by=BY, indicators=few())
    assert (again.values_new, again.values_ended) == (0, 0)
    assert set(Value.objects.filter(to_run=None).values_list("pk", flat=True)) == before

    late = Stay.objects.filter(admission_type="emergency", admitted_on__lt=measured.replace(day=1)).latest(
        "admitted_on"
    )
    late.delete()
    corrected = refresh_indicators(until=measured, by=BY, indicators=few())
    ended = Value.objects.filter(
        to_run=corrected, indicator="emergency-admissions", place="all", period="month"
    )
    for one in ended:
        now = Value.objects.get(
            to_run=None, indicator=one.indicator, place="all", period="month", starts_on=one.starts_on
        )
        assert now.from_run == corrected and now.numerator == one.numerator - 1
    assert corrected.values_ended >= ended.count() > 0


def test_a_run_that_was_stopped_is_gone_on_with_and_changes_nothing_until_it_is_whole(measured):
    class Stopped(BaseException):
        """As sudden as a kill: nothing of ours catches it."""

    def stop(done: int, total: int, what: str) -> None:
        if done == 2:
            raise Stopped

    before, values = run_in_force(), Value.objects.filter(to_run=None).count()
    with pytest.raises(Stopped):
        refresh_indicators(until=measured, by=BY, progress=stop, indicators=few())
    assert run_in_force() == before and Value.objects.filter(to_run=None).count() == values

    run = refresh_indicators(until=measured, by=BY, indicators=few())
    assert run.attempts == 2 and run == run_in_force() != before
    assert not list(Path(settings.HOME, "insight").rglob("*.parquet")), "no one's records stay behind"


def test_a_run_that_fails_says_why_and_leaves_the_numbers_as_they_were(measured):
    def broken(folder) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"):
        refresh_indicators(until=measured, by=BY, export=broken)
    latest = Run.objects.latest("pk")
    assert latest.status == Run.Status.FAILED and "disk is full" in latest.message
    assert run_in_force() != latest and Value.objects.filter(to_run=None).exists()


def test_measuring_needs_the_permission_and_is_audited(measured):
    assert AuditEntry.objects.filter(action="insight.refresh").exists()
    with pytest.raises(NotAllowed):
        refresh_indicators(until=measured, by=reader_with_role("gp", everywhere=True))
