"""Who plans: an analyst, signed in."""

from __future__ import annotations

import pytest

from tests.analyst import analyst, by, client

__all__ = ["analyst", "by", "client"]


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path
