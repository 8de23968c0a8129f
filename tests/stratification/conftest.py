from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from localcare.care.stratification.actions import run_stratification
from localcare.care.stratification.models import Run
from localcare.kernel.access.readers import system_reader
from tests.stratification.population import TODAY, Population, small_place

NIGHTLY = "tests of the nightly run"


@pytest.fixture(autouse=True)
def own_home(settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path / "home"


@pytest.fixture
def place(db) -> Population:
    return small_place()


@pytest.fixture
def run() -> Callable[..., Run]:
    def run(place: Population, as_of: date = TODAY, **options) -> Run:
        return run_stratification(
            as_of=as_of, by=system_reader(NIGHTLY), export=place.write, today=as_of, **options
        )

    return run
