"""The table of what the papers ask for is complete, true to the marks in the tests, and up to date."""

import yaml

from tests.trace import table


def items() -> dict:
    return yaml.safe_load(table.ITEMS.read_text(encoding="utf-8"))


def test_all_241_items_are_listed_once_in_order():
    listed = [entry["item"] for entry in items()["items"]]
    assert listed == [f"T{number:03d}" for number in range(1, 242)]


def test_every_mark_names_an_item_that_exists():
    assert set(table.tests_by_item()) <= {entry["item"] for entry in items()["items"]}


def test_nothing_is_called_complete_without_a_test_that_shows_it():
    assert set(items()["complete"]) <= set(table.tests_by_item())


def test_the_committed_page_is_up_to_date():
    assert table.PAGE.read_text(encoding="utf-8") == table.page(), "run `make trace` and commit the page"


def test_an_item_is_complete_only_when_listed_and_tested():
    assert table.status("T001", {"T001"}, ["a"]) == "works"
    assert table.status("T001", set(), ["a"]) == "partly"
    assert table.status("T001", {"T001"}, []) == "not yet"
