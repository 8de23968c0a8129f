"""Pages without a browser: errors without a database, navigation, home cards, tables, vendored files."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import engines, loader
from django.test import override_settings

from localcare.kernel.nhs_design import home, navigation, vendor
from localcare.kernel.nhs_design.paging import Column, page_addresses, sortable

COMPONENTS = '{%% from "nhs_design/components.jinja" import %s %%}'


def draw(macro: str, call: str, **context: object) -> str:
    """The HTML of one macro, on one line."""
    template = engines.all()[0].from_string(COMPONENTS % macro + "{{ " + call + " }}")
    return " ".join(template.render(context).split())


class Holder:
    """A reader who holds some permissions."""

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def may(self, permission: str) -> bool:
        return permission in self.permissions


@pytest.mark.parametrize("code", ["400", "403", "404", "500", "403_csrf"])
def test_error_pages_need_no_request_and_no_database(code):
    page = loader.get_template(f"{code}.html").render()  # a database query would fail here: no `db` fixture
    assert '<html lang="en-GB">' in page
    assert page.count("<h1") == 1
    assert re.search("<title>.+ – Local Care</title>", page)


def test_vendored_files_match_their_checksums_and_nothing_else_is_vendored():
    assert vendor.problems() == []
    own = {"progress.js", "site.css", "site.js", "site.svg"}
    on_disk = {str(file.relative_to(vendor.STATIC)) for file in vendor.STATIC.rglob("*") if file.is_file()}
    assert on_disk - own == set(vendor.manifest()["files"])


def test_a_changed_vendored_file_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(vendor, "STATIC", tmp_path)
    (tmp_path / "nhsuk-frontend.css").write_text("body { color: red }")
    found = vendor.problems()
    assert any("nhsuk-frontend.css was changed by hand" in line for line in found)
    assert any("nhsuk-frontend.js is missing" in line for line in found)


def test_styles_fetch_nothing_from_elsewhere():
    for sheet in vendor.STATIC.glob("*.css"):
        addresses = re.findall(r"url\(([^)]*)\)", sheet.read_text(encoding="utf-8"))
        assert all(address.strip("\"'").startswith("./assets/") for address in addresses)
        assert "@font-face" not in sheet.read_text(encoding="utf-8")


@pytest.fixture
def empty_registries(monkeypatch):
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(home, "_cards", {})


def test_navigation_shows_what_may_be_opened_and_marks_the_longest_match(empty_registries):
    navigation.register(navigation.NavigationItem("About", "about", order=2))
    navigation.register(navigation.NavigationItem("Keyboard", "keyboard", order=1))
    navigation.register(navigation.NavigationItem("Statement", "accessibility", permission="secret", order=0))
    shown = navigation.links_for(Holder(), "/about/keyboard/")
    assert [(link.label, link.is_current) for link in shown] == [("Keyboard", True), ("About", False)]
    assert "Statement" in {link.label for link in navigation.links_for(Holder("secret"), "/")}
    assert navigation.links_for(None, "/") == []


def test_the_home_entry_is_current_only_on_the_home_page(empty_registries):
    navigation.register(navigation.NavigationItem("Home", "home"))
    assert [link.is_current for link in navigation.links_for(Holder(), "/")] == [True]
    assert [link.is_current for link in navigation.links_for(Holder(), "/about/")] == [False]


def test_home_cards_are_those_of_the_reader_in_order(empty_registries):
    home.register_card(home.HomeCard("Later", "…", "about", order=9))
    home.register_card(
        home.HomeCard("First", "…", "keyboard", permission="x", order=1, waiting=lambda reader: "3 wait")
    )
    assert [card.title for card in home.cards_for(Holder())] == ["Later"]
    assert [(card.title, card.waiting) for card in home.cards_for(Holder("x"))] == [
        ("First", "3 wait"),
        ("Later", None),
    ]


def test_a_table_escapes_its_cells_and_names_its_rows():
    drawn = draw(
        "data_table",
        "data_table('People', ['Name', {'text': 'Age', 'numeric': true}], rows)",
        rows=[["<b>", 0]],
    )
    assert "<caption" in drawn
    assert "&lt;b&gt;" in drawn
    assert '<th class="nhsuk-table__header" scope="row"' in drawn
    assert 'nhsuk-table__cell--numeric" role="cell"' in drawn
    assert "<span>0</span>" in drawn


def test_sort_links_turn_round_and_forget_the_page():
    query = QueryDict("practice=A&sort=name&page=3")
    name, age, plain = sortable(
        [Column("Name", "name"), Column("Age", "age", numeric=True), Column("Why")], query
    )
    assert name == {"text": "Name", "numeric": False, "sorted": "ascending", "href": "?practice=A&sort=-name"}
    assert (age["sorted"], age["href"]) == ("", "?practice=A&sort=age")
    assert plain == {"text": "Why", "numeric": False}
    drawn = draw("data_table", "data_table('x', headings, [])", headings=[name, age, plain])
    assert drawn.count("aria-sort=") == 1
    assert 'aria-sort="ascending"' in drawn


def test_pagination_counts_and_keeps_the_filters():
    page = Paginator(range(60), 25).page(2)
    drawn = draw(
        "pagination",
        "pagination(page, address, 'people')",
        page=page,
        address=page_addresses(QueryDict("q=a&page=2")),
    )
    assert "Showing 26 to 50 of 60 people" in drawn
    assert 'href="?q=a&amp;page=1"' in drawn
    assert 'href="?q=a&amp;page=3"' in drawn


@pytest.mark.parametrize(("count", "words"), [(1, "Showing 1 person"), (2, "Showing all 2 people"), (0, "")])
def test_one_page_says_how_many(count, words):
    drawn = draw(
        "pagination", "pagination(page, address, 'people')", page=Paginator(range(count), 25).page(1)
    )
    assert words in drawn
    assert "<nav" not in drawn


def test_the_demonstration_banner_and_the_logo_come_from_the_settings():
    template = loader.get_template("nhs_design/about.jinja")
    assert "Synthetic data" not in template.render()
    assert "<img" not in template.render()
    with override_settings(
        IS_DEMONSTRATION=True, SERVICE_LOGO="trust/logo.png", SERVICE_LOGO_WORDS="A Trust"
    ):
        page = template.render()
    assert "Synthetic data – not for care" in page
    assert 'alt="A Trust"' in page


def test_the_title_says_error_when_a_form_has_errors():
    template = loader.get_template("nhs_design/about.jinja")
    assert "<title>Error: About this service – Local Care</title>" in template.render(
        {"form": SimpleNamespace(errors=["x"], is_bound=False)}
    )
