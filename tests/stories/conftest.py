"""The place of the stories, and a server whose time can be played."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from tests.stories.fixtures import couple, place
from tests.stories.played_time import played

__all__ = ["couple", "go_to", "live_server", "place"]


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """The site, answering at the moment that a story has reached."""
    from django.conf import settings

    with override_settings(MIDDLEWARE=["tests.stories.played_time.PlayedTime", *settings.MIDDLEWARE]):
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture
def go_to():
    with played() as moves:
        yield moves
