"""An analyst, signed in: fixtures that a package of tests takes into its conftest."""

from __future__ import annotations

import pytest
from django.test import Client

from localcare.kernel.access.readers import reader_for
from tests.factories import user_with_role


@pytest.fixture
def analyst(db):
    return user_with_role("analyst", everywhere=True, username="ana.lyst")


@pytest.fixture
def by(analyst):
    return reader_for(analyst)


@pytest.fixture
def client(analyst):
    client = Client()
    client.force_login(analyst, backend="django.contrib.auth.backends.ModelBackend")
    return client
