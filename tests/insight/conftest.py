"""A small place measured once for each test that asks: people with stays, and a contact that was answered late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from localcare.analysis.measures.definitions import Indicator, indicators
from localcare.exchange.extracts.load import load_dataset
from localcare.foundation.places.models import Area
from localcare.kernel.access.readers import system_reader
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import practice_shares
from localcare.system.insight.actions import refresh_indicators
from tests.factories import area, practice

PRACTICES = (("P1", "deal", 60.0), ("P2", "deal", 60.0), ("P3", "dover", 60.0))


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A linked dataset of a few synthetic people up to yesterday."""
    folder = tmp_path_factory.mktemp("insight") / "dataset"
    yesterday = timezone.localdate() - timedelta(days=1)
    return synthesise(
        people=180, seed=3, as_of=yesterday, practices=practice_shares(list(PRACTICES)), out=folder
    )


def few() -> dict[str, Indicator]:
    """An indicator of each source, and one without a number."""
    codes = ("emergency-admissions", "contact-answered-in-time", "workforce-in-post")
    return {code: indicators()[code] for code in codes}


@pytest.fixture(scope="module")
def place(
    django_db_setup: Any, django_db_blocker: Any, written: Path, tmp_path_factory: Any
) -> Iterator[date]:
    """Places and people, measured once for a module; each test's own changes are rolled back, and then all of it."""
    home = override_settings(HOME=tmp_path_factory.mktemp("home"))
    with django_db_blocker.unblock(), home, transaction.atomic():
        economy = area("kent", kind=Area.Kind.HEALTH_ECONOMY)
        coast = area(
            "coast", kind=Area.Kind.LOCALITY, within=area("east", kind=Area.Kind.PLACE, within=economy)
        )
        for code, cluster, _ in PRACTICES:
            practice(code, within=area(cluster, within=coast))
        load_dataset(written, by=system_reader("the tests"))
        refresh_indicators(until=timezone.localdate(), by=system_reader("the tests"), indicators=few())
        yield timezone.localdate()
        transaction.set_rollback(True)


@pytest.fixture
def measured(place: date, db: Any) -> date:
    """The day after the last that is measured."""
    return place
