"""What people do on the pages, in a browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page, expect


class Desk:
    """One person at one screen."""

    def __init__(self, page: Page, check: Any) -> None:
        self.page, self.check = page, check

    def go(self, address: str) -> Page:
        """Open an address, which must be accessible."""
        self.page.goto(address)
        self.check(self.page)
        return self.page

    def link(self, name: str) -> None:
        """Follow a link."""
        self.page.get_by_role("link", name=re.compile(name)).first.click()

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def task(self, team: str, person: str, step: str, *, tab: str = "inbox") -> None:
        """Open a piece of work from the list of a team."""
        self.go(f"{reverse('work')}?team={team}&tab={tab}")
        self.page.get_by_role("link", name=re.compile(f"{person}.*: {re.escape(step)}")).first.click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(step)

    def accept(self) -> None:
        """Accept the work on the screen."""
        with self.page.expect_navigation():
            self.press("Accept")
        self.press("Accept")
        self.said("Accepted.")

    def finish(self, outcome: str, *, answers: Mapping[str, Any] | None = None, reason: str = "") -> None:
        """Fill in the form where one is asked for, and say how it ended."""
        self.press("Finish with an outcome")
        if answers is not None:
            expect(self.page.get_by_role("button", name="Complete", exact=True)).to_be_visible()
            self.check(self.page)
            self.type(answers)
            self.press("Complete")
        self.page.get_by_role("radio", name=outcome, exact=True).check()
        if reason:
            self.page.locator('[name="reason"]').fill(reason)
        self.press("Finish")
        self.said(f"Done: {outcome}")

    def review(self, answers: Mapping[str, Any]) -> None:
        """Record a review of the package on the screen."""
        self.page.get_by_text("More: note, book, give").click()
        self.link("^Record a review")
        self.type(answers)
        self.press("Complete")
        self.press("Record the review")
        self.said("Reviewed.")

    def said(self, words: str) -> None:
        """The page answers with these words."""
        expect(self.page.get_by_text(words).first).to_be_visible()

    def type(self, answers: Mapping[str, Any], prefix: str = "") -> None:
        """Type answers into a form by the names of its questions."""
        for name, value in answers.items():
            if isinstance(value, list) and value and isinstance(value[0], Mapping):
                self._rows(name, value)
            else:
                self._one(prefix + name, value)

    def _rows(self, name: str, rows: list[Mapping[str, Any]]) -> None:
        for number, row in enumerate(rows):
            if int(self.page.locator(f'[name="{name}__count"]').input_value()) <= number:
                self.page.locator(f'button[value="add:{name}"]').click()
                expect(self.page.locator(f'[name="{name}__count"]')).to_have_value(str(number + 1))
            self.type(row, f"{name}__{number}__")

    def _one(self, name: str, value: Any) -> None:
        if isinstance(value, list):
            for code in value:
                self.page.locator(f'[name="{name}"][value="{code}"]').check()
            return
        if isinstance(value, datetime):
            self._one(name, value.date())
            self.page.locator(f'[name="{name}__time"]').fill(f"{value:%H:%M}")
            return
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            value = date.fromisoformat(value)
        if isinstance(value, date):
            for part in ("day", "month", "year"):
                self.page.locator(f'[name="{name}_{part}"]').fill(str(getattr(value, part)))
            return
        said = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        choice = self.page.locator(f'[name="{name}"][value="{said}"][type="radio"]')
        if choice.count():
            choice.check()
        elif self.page.locator(f'select[name="{name}"]').count():
            self.page.locator(f'select[name="{name}"]').select_option(said)
        else:
            self.page.locator(f'[name="{name}"]').fill(said)
