"""Every page, as the other half of those who may open it, is accessible and answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.crawl import VISITORS, dataset, place, problems_for
from tests.browser.fixtures import PHONE
from tests.browser.place import Place

__all__ = ["dataset", "place"]

# Walking every page as everybody would take half as long again with its lines counted.
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.no_cover]


def test_every_page_answers_and_is_accessible_for_the_others(
    place: Place, browser_page: Page, sign_in: Callable[..., None], assert_accessible: Callable[..., None]
):
    problems = problems_for(VISITORS[1::2], place, browser_page, sign_in, assert_accessible, PHONE)

    assert not problems, "\n\n".join(problems)
