"""A walk over every page of the site, as everybody who may open it, on a desk and on a phone.

New pages are found by themselves. The visitors are shared out among two files of tests, which run at the same
time: one looks at each page as on a desk, the other as on a phone. Set LOCALCARE_PAGE_PICTURES to a folder to
look at each of them.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from localcare.kernel.access.roles import roles
from tests.browser.addresses import ARGUMENTS, addresses, pages
from tests.browser.fixtures import DESKTOP, PHONE, assert_no_sideways_scroll
from tests.browser.place import Place, loaded_place, written_dataset

VISITORS = ["nobody", *sorted(roles()), "no-role"]  # the last loses its role on the way
_seen: set[str] = set()  # the same content is checked once, whoever sees it
_looks: Counter[str] = Counter()
ENOUGH = 1  # look at each address in each of the two processes; every answer is read whoever asks


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_dataset(tmp_path_factory.mktemp("dataset"))


@pytest.fixture
def place(live_server: Any, dataset: Path, settings: Any, tmp_path: Path) -> Place:
    settings.HOME = tmp_path
    return loaded_place(dataset)


def problems_for(
    visitors: Sequence[str],
    place: Place,
    page: Page,
    sign_in: Callable[..., None],
    check: Callable[..., None],
    width: dict[str, int],
) -> list[str]:
    """What is wrong with any page that any of the visitors may open; `check` runs at the width, scroll at both."""
    return [
        problem
        for visitor in visitors
        for wanted in addresses_for(visitor, place, page, sign_in)
        for problem in problems_of(page, wanted, f"{visitor} at {wanted}", check, width)
    ]


def addresses_for(visitor: str, place: Place, page: Page, sign_in: Callable[..., None]) -> list[str]:
    """Sign in and give the addresses to visit; those without an entry are named by the test below."""
    enter(page, sign_in, place, visitor)
    known = [pattern for pattern in pages() if not pattern.pattern.converters or pattern.name in ARGUMENTS]
    return [address for pattern in known for address in addresses(pattern, place)]


def enter(page: Page, sign_in: Callable[..., None], place: Place, visitor: str) -> None:
    """Sign in as a role's holder, as somebody whose only role has ended, or not at all."""
    if visitor == "nobody":
        return
    if visitor == "no-role":
        place.account.role_grants.all().delete()
    sign_in(page, place.users.get(visitor, place.account))


def problems_of(
    page: Page, wanted: str, who: str, check: Callable[..., None], width: dict[str, int]
) -> list[str]:
    """What is wrong with one page: its answer, its headings, its accessibility."""
    answer = page.request.get(wanted)
    if answer.status >= 500 or answer.status == 400:
        return [f"{who}: answered {answer.status}"]
    if answer.status == 405 or "text/html" not in answer.headers.get("content-type", ""):
        return []  # takes only what a form sends, or is a download
    content = without_what_always_differs(answer.text())
    if content in _seen or _looks[wanted] >= ENOUGH:
        return []
    _seen.add(content)
    _looks[wanted] += 1
    return looked_at(page, wanted, who, check, width)


def looked_at(
    page: Page, wanted: str, who: str, check: Callable[..., None], checked: dict[str, int]
) -> list[str]:
    """Open the page and check it: wholly at one width, at the other that it does not scroll sideways."""
    page.goto(wanted)
    headings = page.locator("h1").count()
    found = [] if headings == 1 else [f"{who}: {headings} headings of level 1, one is wanted"]
    for width in (DESKTOP, PHONE):
        page.set_viewport_size(width)
        take_page_picture(page, who, width["width"])
        try:
            check(page) if width == checked else assert_no_sideways_scroll(page)
        except AssertionError as error:
            found.append(f"{who}, {width['width']} pixels wide: {error}")
    return found


def without_what_always_differs(content: str) -> str:
    """The page without its header, who is signed in, tokens and links that carry where one came from."""
    body = re.sub(r"<header.*?</header>", "", content, flags=re.DOTALL)
    body = re.sub(r'(value|href|action|id|name|datetime|data-[a-z]+)="[^"]*"', "", body)
    return re.sub(r"\d+", "", body)  # times pass while the test walks


def take_page_picture(page: Page, who: str, width: int) -> None:
    """A picture of the whole page for whoever wants to look at them all."""
    folder = os.environ.get("LOCALCARE_PAGE_PICTURES")
    if folder:
        name = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "one", re.sub(r"[^\w-]+", "_", who)).strip("_")
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
