"""Every page, as one half of those who may open it, on a desk and on a phone, is accessible and answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.addresses import ARGUMENTS, NOT_PAGES, patterns, without_entry
from tests.browser.crawl import VISITORS, dataset, place, problems_for
from tests.browser.fixtures import DESKTOP
from tests.browser.place import Place

__all__ = ["dataset", "place"]

# Walking every page as everybody would take half as long again with its lines counted.
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.no_cover]


def test_every_page_answers_and_is_accessible_for_the_first_half(
    place: Place, browser_page: Page, sign_in: Callable[..., None], assert_accessible: Callable[..., None]
):
    problems = problems_for(VISITORS[::2], place, browser_page, sign_in, assert_accessible, DESKTOP)

    assert not problems, "\n\n".join(problems)


def test_every_page_is_known_to_this_test():
    assert not without_entry(), "\n".join(without_entry())


def test_the_table_names_no_page_that_is_gone():
    names = {pattern.name for pattern in patterns()}
    assert not (set(ARGUMENTS) | set(NOT_PAGES)) - names
