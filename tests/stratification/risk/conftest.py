"""The county whose models the tests train, and who asks for them."""

from __future__ import annotations

import pytest

from localcare.care.stratification.actions import run_stratification
from localcare.kernel.access.readers import system_reader
from tests.analyst import analyst, by, client
from tests.stratification.risk.county import TODAY, TOO_FEW, County

__all__ = ["analyst", "by", "client"]


@pytest.fixture(scope="session")
def county(tmp_path_factory) -> County:
    return County(tmp_path_factory.mktemp("county"))


@pytest.fixture
def made(county):
    """Makes the list of a few of the county's people, as the nightly run does."""

    def made(people: int = TOO_FEW, as_of=TODAY, **options):
        return run_stratification(
            as_of=as_of,
            by=system_reader("tests of the nightly run"),
            export=county.export(people),
            today=as_of,
            **options,
        )

    return made
