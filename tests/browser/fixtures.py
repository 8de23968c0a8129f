"""Pages of a real Chromium against the running site, and what tests do with them."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
DESKTOP = {"width": 1200, "height": 900}
PHONE = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",  # the tests may run as root in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FULL_HEIGHT_LIMIT = 3000
PATIENCE = 15_000  # milliseconds: a busy machine answers late, and what never comes is a fault all the same
# The header folds its menu in a frame or two after a change of width. Axe measures first and looks later, so it
# would hold a link against what has moved beneath it: wait until nothing has moved for three frames, at most 120.
STILL = """() => new Promise(resolve => {
    let frames = 0, same = 0, before = "";
    const look = () => {
        const boxes = [document.documentElement, ...document.querySelectorAll("header, header a, main, footer")];
        const now = boxes.map(box => JSON.stringify(box.getBoundingClientRect())).join();
        same = now === before ? same + 1 : 0;
        before = now;
        if (same >= 3 || ++frames >= 120) resolve();
        else requestAnimationFrame(look);
    };
    look();
})"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the whole run; the one of the system, never a downloaded one."""
    program = (
        os.environ.get("LOCALCARE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if not program:
        pytest.fail("Chromium is missing: `apt-get install chromium`, or name one in LOCALCARE_CHROMIUM.")
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True, scope="session")
def slow_pages() -> Iterator[None]:
    """With LOCALCARE_SLOW_PAGES=0.3 every page takes so many seconds more: shows tests that look too early."""
    seconds = float(os.environ.get("LOCALCARE_SLOW_PAGES", "0"))

    def slowly(handler: WSGIHandler, environ: dict[str, Any], start_response: Any) -> Any:
        answer = at_once(handler, environ, start_response)
        time.sleep(0 if environ["PATH_INFO"].startswith(settings.STATIC_URL) else seconds)
        return answer

    at_once, patch = WSGIHandler.__call__, pytest.MonkeyPatch()
    if seconds:
        patch.setattr(WSGIHandler, "__call__", slowly)
    yield
    patch.undo()


@pytest.fixture
def new_page(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Makes pages with a fresh session each; a script fault or a blocked resource on any of them fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(*, width: dict[str, int] = DESKTOP, javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport=width,
            java_script_enabled=javascript,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: faults.append(f"{page.url}: {message.text}") if is_fault(message) else None,
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not faults, "The browser complained:\n" + "\n".join(faults)


def is_fault(message: Any) -> bool:
    """An error on the console, other than a page that answered 404 because the test asked for it."""
    return message.type == "error" and "Failed to load resource" not in message.text


@pytest.fixture
def browser_page(new_page: Callable[..., Page]) -> Page:
    """A page as wide as a desk's screen; addresses are relative: `browser_page.goto("/people/")`."""
    return new_page()


@pytest.fixture
def phone_page(new_page: Callable[..., Page]) -> Page:
    """A page 390 pixels wide."""
    return new_page(width=PHONE)


@pytest.fixture
def plain_page(new_page: Callable[..., Page]) -> Page:
    """A page without JavaScript."""
    return new_page(javascript=False)


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Page, Any], None]:
    """`sign_in(page, user)`: gives the page the session of a user; the sign-in form has tests of its own."""

    def give_session(page: Page, user: Any) -> None:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.clear_cookies()
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return give_session


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[[Page], None]:
    """`assert_accessible(page)`: no violation of WCAG 2.0 to 2.2 A and AA or of best practice, and no sideways scroll."""

    def check(page: Page) -> None:
        at_rest(page)
        found = Axe().run(page, options={"runOnly": STANDARDS, "resultTypes": ["violations"]})
        problems = [describe(violation) for violation in found.response["violations"]]
        assert not problems, f"{page.url} is not accessible:\n" + "\n".join(problems)
        assert_no_sideways_scroll(page)

    return check


def at_rest(page: Page) -> None:
    """Wait until the page is loaded and nothing on it moves."""
    page.wait_for_load_state()
    page.evaluate(STILL)


def assert_no_sideways_scroll(page: Page) -> None:
    """The page, once at rest, is no wider than the window."""
    at_rest(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} scrolls sideways by {overflow} pixels: {widest(page)}"


def describe(violation: dict[str, Any]) -> str:
    """One violation: its rule, what to do, and the first elements that break it."""
    nodes = [f"    {node['html'][:200]}\n      {node['failureSummary']}" for node in violation["nodes"][:5]]
    heading = f"  {violation['id']} ({violation['impact']}): {violation['help']}"
    return "\n".join([heading, *nodes])


def widest(page: Page) -> list[str]:
    """The elements that stick out of the window."""
    return page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
            .slice(0, 3).map(element => element.outerHTML.slice(0, 120))"""
    )


@pytest.fixture(scope="session")
def take_picture() -> Callable[[Page, str], None]:
    """`take_picture(page, name)`: writes docs/pictures/NAME.png when LOCALCARE_PICTURES=1, otherwise nothing."""

    def take(page: Page, name: str) -> None:
        if os.environ.get("LOCALCARE_PICTURES") != "1":
            return
        PICTURES.mkdir(parents=True, exist_ok=True)
        height = page.evaluate("document.documentElement.scrollHeight")
        box = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": min(height, FULL_HEIGHT_LIMIT)}
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True, clip=box)

    return take


@pytest.fixture(scope="session")
def keyboard_reaches() -> Callable[..., None]:
    """`keyboard_reaches(page, selector)`: presses Tab from the top of the page until the element has the focus."""

    def reach(page: Page, selector: str, presses: int = 80) -> None:
        page.evaluate("document.activeElement && document.activeElement.blur()")
        passed: list[str] = []
        for _ in range(presses):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            passed.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
        pytest.fail(f"Tab never reached {selector} on {page.url}; it passed:\n" + "\n".join(passed[:20]))

    return reach
