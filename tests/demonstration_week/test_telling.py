"""The same seed tells the same story; production never hears it; the file names only what exists."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.db import transaction

from localcare.config.demonstration.week.cast import ADULT, Cast
from localcare.config.demonstration.week.making import make_week
from localcare.config.demonstration.week.rates import rates
from localcare.config.production_guard import NotForProduction
from localcare.foundation.pathways.definitions import pathways
from localcare.foundation.pathways.models import JournalEntry
from localcare.foundation.pathways.moment import ClockNotYours
from localcare.foundation.services.definitions import kinds
from localcare.kernel.access.readers import system_reader
from localcare.kernel.access.roles import roles
from tests.demonstration_week.conftest import BY, populate


class _Back(Exception):
    """Takes a week back."""


@pytest.fixture
def small_week(monkeypatch) -> None:
    """Only a few stories: the first of those that stand now."""
    content = rates().content
    monkeypatch.setitem(content, "begun", {"community-service-request": 3})
    monkeypatch.setitem(content, "running_before", {"reablement-package": 1})
    staged = [
        row
        for row in content["staged"]
        if row["pathway"] in ("urgent-community-response", "reablement-package")
    ]
    monkeypatch.setitem(content, "staged", staged[:6])


def _story(seed: int, now) -> list[tuple]:
    try:
        with transaction.atomic():
            make_week(by=system_reader(BY), seed=seed, now=now)
            told = JournalEntry.objects.order_by("pk").values_list(
                "journey__version__pathway",
                "task__step",
                "event",
                "code",
                "effective_at",
                "actor_name",
                "journey__person",
            )
            story = list(told)
            raise _Back
    except _Back:
        return story


def test_the_same_seed_tells_the_same_story(db, small_week, at_noon) -> None:
    populate()
    first, again, other = (_story(seed, at_noon) for seed in (7, 7, 8))
    assert len(first) > 20
    assert again == first
    assert other != first


def test_production_never_hears_it(db, small_week, monkeypatch, settings) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "localcare.config.settings.production")
    with pytest.raises(NotForProduction):
        make_week(by=system_reader(BY), seed=1)
    monkeypatch.undo()
    populate()
    settings.LOCALCARE_MAY_PLAY_TIME = False
    with pytest.raises(ClockNotYours):
        make_week(by=system_reader(BY), seed=1)
    assert not JournalEntry.objects.exists()


def test_the_file_names_only_what_exists() -> None:
    read, known = rates(), pathways()
    for pathway in (*read["begun"], *read["running_before"], *read["asked_by"], *read["priorities"]):
        assert pathway in known
    for pathway, shares in read["priorities"].items():
        assert set(shares) <= set(known[pathway].priorities)
    for pathway, shares in read["asked_by"].items():
        assert set(shares) <= set(kinds()), pathway
    assert set(read["work"]["kinds"]) <= set(kinds())
    for name, rule in read["work"]["steps"].items():
        pathway, step = name.split("/")
        assert set(rule.get("decline_codes", ())) <= set(known[pathway].steps[step].decline_reasons), name
    for name, shares in read["outcomes"].items():
        pathway, step = name.split("/")
        assert set(shares) <= set(known[pathway].steps[step].outcomes), name
    for row in read["staged"]:
        assert set(row.get("declines", {})) <= set(known[row["pathway"]].steps)
        assert row.get("priority", "") in {"", *known[row["pathway"]].priorities}
    assert {role for found in read["roles"].values() for role in found} <= set(roles())
    assert read["status"] == "synthetic"


def test_an_area_whose_people_are_all_in_stories_still_has_its_services(db, at_noon) -> None:
    populate()
    area, today = "south-kent-coast", at_noon.date()
    cast = Cast(
        random=Random(1), rates=rates(), by=system_reader(BY), begins=today - timedelta(days=7), today=today
    )
    cast.leave_alone(cast.living_in(area, ADULT))
    assert not cast.living_in(area, ADULT)
    assert cast.service("district-nursing", area).code == f"district-nursing-{area}"
