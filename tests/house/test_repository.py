"""Rules of the repository that no other tool checks."""

from __future__ import annotations

import ast
import re
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).relative_to(PROJECT).as_posix()
TEXT = {
    ".py",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".jinja",
    ".html",
    ".css",
    ".js",
    ".txt",
    ".json",
    ".lock",
    ".sh",
    ".scss",
    "",
}
BUILT = "localcare/kernel/nhs_design/static/nhs_design/nhsuk-frontend"
LONG_FILE = 300


def tracked(*suffixes: str) -> list[Path]:
    """The files of the repository, with these endings, that exist now."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    files = [PROJECT / name for name in listed if not name.startswith(BUILT)]
    return [file for file in files if file.is_file() and (not suffixes or file.suffix in suffixes)]


def name_of(file: Path) -> str:
    return file.relative_to(PROJECT).as_posix()


def lines_with(pattern: str, files: list[Path], flags: int = 0) -> list[str]:
    """Where a pattern occurs, as `file:line: text`; this file names what it forbids, so it is left out."""
    found = re.compile(pattern, flags)
    return [
        f"{name_of(file)}:{number}: {line.strip()[:120]}"
        for file in files
        if name_of(file) != HERE
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if found.search(line)
    ]


def code_files() -> list[Path]:
    return [
        file
        for file in tracked(".py")
        if name_of(file).startswith("localcare/") and "/migrations/" not in name_of(file)
    ]


def templates() -> list[Path]:
    return [file for file in tracked(".jinja", ".html") if "/jinja2/" in name_of(file)]


def definitions() -> list[Path]:
    return [file for file in tracked(".yaml") if name_of(file).startswith("localcare/definitions/")]


def test_lock_files_hold_hashes_and_no_address():
    locks = tracked(".lock")
    assert locks
    assert not lines_with("://", locks)
    assert all("--hash=sha256:" in lock.read_text(encoding="utf-8") for lock in locks)


def test_nothing_names_a_package_host_or_a_path_of_one_machine():
    forbidden = r"--(?:extra-)?index-url|--find-links|(?<![\w.])/(?:root|home/[a-z]+)/"
    files = [file for file in tracked() if file.suffix in TEXT]
    assert not lines_with(forbidden, files)


def test_every_definition_says_who_answers_for_it():
    """Title (or name), version, owner, source and review date; data files of a definition may be lists."""
    faults = []
    for file in definitions():
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            faults.append(
                f"{name_of(file)}: is no mapping; put title, version, owner, source and review_by at its top"
            )
            continue
        missing = {"version", "owner", "source", "review_by"} - set(content)
        if missing:
            faults.append(f"{name_of(file)}: lacks {', '.join(sorted(missing))}")
    assert not faults, "\n".join(faults)


def test_every_module_says_what_it_is_in_its_first_line():
    empty_is_fine = ("__init__.py",)
    missing = [
        name_of(file)
        for file in code_files()
        if not ast.get_docstring(tree_of(file))
        and not (file.name in empty_is_fine and not file.read_text().strip())
    ]
    assert not missing


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def test_no_error_is_swallowed():
    """`except …: pass` hides a fault; say why with `contextlib.suppress` of one named error, or handle it."""
    silent = [
        f"{name_of(file)}:{handler.lineno}"
        for file in code_files()
        for handler in ast.walk(tree_of(file))
        if isinstance(handler, ast.ExceptHandler) and all(isinstance(step, ast.Pass) for step in handler.body)
    ]
    assert not silent


def test_no_room_is_called_utils_or_core():
    vague = {"utils", "util", "core", "helpers", "common", "misc"}
    assert not [
        name_of(file) for file in code_files() if vague & set(file.relative_to(PROJECT).with_suffix("").parts)
    ]


def test_browser_tests_wait_for_what_they_expect():
    """A page may still be on its way: `expect(...)` waits, a question asked at once does not."""
    asked_at_once = r"assert .*\.(is_visible|is_hidden|is_checked|is_enabled|input_value|inner_text)\("
    tests = [file for file in tracked(".py") if name_of(file).startswith("tests/") and name_of(file) != HERE]
    assert not lines_with(asked_at_once, tests)


def test_long_files_and_functions_are_reported():
    """A report, not a limit: look whether a long one holds two things."""
    long = [
        f"{name_of(file)}: {length} lines" for file in code_files() if (length := length_of(file)) > LONG_FILE
    ]
    long += [f"{name}: {length} lines" for name, length in functions() if length > 60]
    if long:
        warnings.warn("Long: " + "; ".join(long), stacklevel=1)
    assert length_of(Path(__file__)) > 0  # the measure itself works


def length_of(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def functions() -> Iterator[tuple[str, int]]:
    for file in code_files():
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                yield f"{name_of(file)}:{node.name}", node.end_lineno - node.lineno + 1


# Made by code of ours or of the second factor's library, not from what anybody typed.
SAFE = ("panel.html", "totp_svg")


@pytest.mark.parametrize(
    ("pattern", "sample", "remedy"),
    [
        (r"<[^>]*\sstyle\s*=", '<p style="color: red">', "put it into a style sheet"),
        (r"<style\b", "<style>", "put it into a style sheet"),
        (r"<[^>]*\son[a-z]+\s*=\s*[\"']", '<a onclick="x()">', "no script is needed: use a form or a link"),
        (r"<script(?![^>]*\ssrc=)", "<script>", "put it into a file"),
        (r"javascript:", '<a href="javascript:x()">', "use a form or a link"),
        (
            r"(\S+)\s*\|\s*safe\b",
            "{{ note | safe }}",
            "make Markup in Python where the text is known to be ours",
        ),
    ],
)
def test_templates_are_plain(pattern: str, sample: str, remedy: str):
    assert re.search(pattern, sample), "the rule must catch its own sample"
    found = [
        line
        for line in lines_with(pattern, templates(), re.IGNORECASE)
        if not any(name in line for name in SAFE)
    ]
    assert not found, f"{remedy}:\n" + "\n".join(found)


def test_every_page_extends_the_one_page():
    """A template that is no page holds macros or is included; it has no html element of its own."""
    page = "localcare/kernel/nhs_design/jinja2/nhs_design/page.jinja"
    own_document = [
        name_of(file)
        for file in templates()
        if name_of(file) != page
        and re.search(r"<html|<!doctype", file.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert not own_document
    without_page = [
        name_of(file)
        for file in templates()
        if "{% block main %}" in file.read_text(encoding="utf-8")
        and name_of(file) != page
        and "{% extends" not in file.read_text(encoding="utf-8")
    ]
    assert not without_page


AMERICAN = (
    r"\b(analyz\w+|behavior\w*|canceled|canceling|center(s|ed)?|color(s|ed)?|customiz\w+|defense|enrollment|favorite\w*|"
    r"fulfill|initializ\w+|labeled|labeling|modeling|normaliz\w+|optimiz\w+|organiz\w+|prioritiz\w+|recogniz\w+|"
    r"summariz\w+|traveled|utiliz\w+|visualiz\w+|anonymiz\w+|pseudonymiz\w+|hospitaliz\w+|randomiz\w+|pediatric\w*|"
    r"anemia|edema|hemorrhag\w*|estrogen|diarrhea)\b"
)


def prose(file: Path) -> str:
    """A document without code, and a template without tags, whose words are not ours to spell."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".md":
        return re.sub(
            r"```.*?```|`[^`]*`", lambda code: "\n" * code.group().count("\n"), text, flags=re.DOTALL
        )
    return re.sub(
        r"\{[{%#].*?[%#}]\}|<[^>]*>", lambda tag: "\n" * tag.group().count("\n"), text, flags=re.DOTALL
    )


def test_words_are_spelt_the_british_way():
    quoting = {"docs/reference/trace.md"}  # the papers' own words
    documents = [file for file in tracked(".md") if name_of(file) not in quoting]
    found = [
        f"{name_of(file)}:{number}: {match.group()}"
        for file in [*documents, *templates()]
        for number, line in enumerate(prose(file).splitlines(), 1)
        for match in re.finditer(AMERICAN, line, re.IGNORECASE)
    ]
    assert not found, "\n".join(found)


def test_links_between_documents_lead_somewhere():
    broken = [
        f"{name_of(file)}: {target}"
        for file in tracked(".md")
        for target in re.findall(
            r"\]\(([^)#\s]+)", re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        )
        if "://" not in target and not target.startswith("mailto:") and not (file.parent / target).exists()
    ]
    assert not broken, "\n".join(broken)
