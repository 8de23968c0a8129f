"""The place of the stories."""

from __future__ import annotations

import pytest

from tests.stories.place import Place, vera_and_ernest


@pytest.fixture
def place(db) -> Place:
    return Place()


@pytest.fixture
def couple(db):
    return vera_and_ernest()
