"""The place of Vera's story and its couple, for every room whose tests play there."""

from __future__ import annotations

import pytest

from tests.stories.place import Place, vera_and_ernest


@pytest.fixture
def place(db) -> Place:
    return Place()


@pytest.fixture
def couple(db):
    return vera_and_ernest()
