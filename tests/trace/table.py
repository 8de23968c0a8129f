"""Writes `docs/reference/trace.md`: what the papers ask for, whether it works, and the tests that show it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import yaml

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "reference" / "trace.md"
ITEMS = Path(__file__).with_name("items.yaml")


def marked_items(node: ast.AST) -> Iterator[str]:
    """The items in every `pytest.mark.trace(...)` below this node."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.trace":
            yield from (argument.value for argument in call.args if isinstance(argument, ast.Constant))


def tests_in(path: Path) -> Iterator[tuple[str, str]]:
    """Pairs of item and test name, from marks on the module, a class or a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = path.relative_to(TESTS.parent).as_posix()
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and "pytestmark" in ast.unparse(statement.targets[0]):
            yield from ((item, name) for item in marked_items(statement.value))
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            for decorator in statement.decorator_list:
                yield from ((item, f"{name}::{statement.name}") for item in marked_items(decorator))
        if isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                for decorator in getattr(inner, "decorator_list", []):
                    yield from (
                        (item, f"{name}::{statement.name}::{inner.name}") for item in marked_items(decorator)
                    )


def tests_by_item() -> dict[str, list[str]]:
    """Every item that a test names, with the tests that do."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(TESTS.rglob("test_*.py")):
        for item, test in tests_in(path):
            found[item].add(test)
    return {item: sorted(tests) for item, tests in found.items()}


def status(item: str, complete: set[str], tests: list[str]) -> str:
    """'works' when listed as complete and tested, 'partly' when tested, else 'not yet'."""
    if not tests:
        return "not yet"
    return "works" if item in complete else "partly"


def row(entry: dict, state: str, tests: list[str]) -> str:
    """One line of the table."""
    shown = "<br>".join(f"`{test}`" for test in tests)
    asked = entry["text"].replace("|", "\\|")
    return f"| {entry['item']} | {asked} | {state} | {shown} |"


def page() -> str:
    """The whole page in Markdown."""
    definition = yaml.safe_load(ITEMS.read_text(encoding="utf-8"))
    tests, complete = tests_by_item(), set(definition["complete"])
    entries = definition["items"]
    states = {
        entry["item"]: status(entry["item"], complete, tests.get(entry["item"], [])) for entry in entries
    }
    count = list(states.values()).count
    lines = [
        "# What the papers ask for, and what works",
        "",
        "Written by `make trace`; do not edit. Quoted words are the papers' own; [002:206] is paper 002,",
        "line 206. *Works*: listed as whole and tested. *Partly*: a test shows a part of it.",
        "",
        f"Of {len(states)} items, {count('works')} work, {count('partly')} work partly, "
        f"{count('not yet')} not yet.",
    ]
    for group in definition["groups"]:
        heading = ["", f"## {group['code']} {group['title']}", ""]
        lines += [*heading, "| item | asked | state | shown by |", "| --- | --- | --- | --- |"]
        of_group = (entry for entry in entries if entry["group"] == group["code"])
        lines += [row(entry, states[entry["item"]], tests.get(entry["item"], [])) for entry in of_group]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(TESTS.parent)}")
