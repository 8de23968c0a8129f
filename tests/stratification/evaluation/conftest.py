from __future__ import annotations

import pytest
from django.core.cache import cache

from tests.stratification.evaluation.nights import Night


@pytest.fixture(autouse=True)
def nothing_kept_from_other_tests():
    cache.clear()


@pytest.fixture
def night(db) -> Night:
    return Night()
