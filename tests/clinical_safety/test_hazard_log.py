"""Each control of the hazard log names tests that exist."""

import ast

import pytest

from tests.clinical_safety import page

PROJECT = page.FOLDER.parents[1]


def names_in(path: str) -> set[str]:
    tree = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return {name for name in names if name.lower().startswith("test")}


@pytest.mark.parametrize("hazard", page.hazards(), ids=lambda hazard: hazard["id"])
def test_every_control_names_tests_that_exist(hazard):
    for control in hazard["controls"]:
        assert control["tests"], f"{hazard['id']}: no test proves {control['text']!r}"
        for test in control["tests"]:
            path, _, name = test.partition("::")
            assert (PROJECT / path).is_file(), f"{hazard['id']}: {path} is no file"
            assert name in names_in(path), f"{hazard['id']}: {path} has no {name}"


def test_the_page_is_up_to_date():
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run `make docs` and commit the page"
