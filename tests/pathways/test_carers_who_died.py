"""A carer who has died is not asked to be assessed, and does not stand in the way of who cares on."""

from __future__ import annotations

from datetime import date

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import Journey
from localcare.kernel.access.readers import system_reader


def test_support_for_a_carer_is_opened_only_for_those_who_live(vera, husband, services, completed) -> None:
    husband.death_date = date(2026, 1, 4)
    husband.save()
    by = system_reader("tests")
    support = completed("discharge-support", vera)
    journey = actions.open_journey(
        person=vera, pathway="discharge-to-assess", by=by, asked_by=services["acute-discharge"], answers=support,
        services={"coordinate": services["single-point-of-access"]},
    )  # fmt: skip
    task = journey.tasks.get()
    actions.accept(task=task, by=by)
    entry = actions.done(task=task, by=by, outcome="home_with_support_and_carer")
    assert entry.code == "home_with_support_and_carer"
    assert not Journey.objects.filter(person=husband).exists()
