"""What every test shares: the browser's fixtures, the traces that tests leave, inputs kept beside the project."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

pytest_plugins = ["tests.browser.fixtures"]

# Property tests try the same examples in each run, so that a change is to blame for what fails; a search for others:
# `pytest --hypothesis-profile=new-examples`. A busy machine is no fault, so no example has a deadline.
settings.register_profile("same-examples", deadline=None, derandomize=True)
settings.register_profile("new-examples", deadline=None)
settings.load_profile("same-examples")

PROJECT = Path(__file__).resolve().parents[1]
SHARED_DATA = Path(os.environ.get("LOCALCARE_SHARED_DATA", PROJECT.parent / "shared" / "data"))
TRACE_RESULTS = PROJECT / "var" / "trace-results.json"
LONGEST_FIRST = (  # begun first, so that no process waits for another at the end; minutes each
    "tests/browser/test_every_page.py",
    "tests/browser/test_every_page_for_others.py",
    "tests/stratification/test_kill.py",
    "tests/platform/test_demonstration.py",
    "tests/stratification/risk/test_scored_runs.py",
    "tests/stratification/risk/test_publishing.py",
    "tests/conformance/test_same_answers.py",
    "tests/stories/test_vera.py",
)
COMMITTING = {"transactional_db", "live_server"}  # fixtures whose tests really commit
OUTCOMES_BY_WEIGHT = ("passed", "skipped", "failed")  # the worst of set-up, call and tear-down counts
_trace: dict[str, dict[str, str]] = defaultdict(dict)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real inputs kept beside the project, for tests marked `shared_data`."""
    return SHARED_DATA


@pytest.fixture(autouse=True)
def empty_queue(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """What a test put in the queue for good goes with it: Django empties its own tables only."""
    yield
    mark = request.node.get_closest_marker("django_db")
    committed = bool(mark and mark.kwargs.get("transaction"))
    if committed or not COMMITTING.isdisjoint(request.fixturenames):
        from django.db import connection

        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; skip, with the reason, what reads inputs that are not here."""
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))
    if SHARED_DATA.is_dir():
        return
    reason = f"reads {SHARED_DATA}, which is not here; point LOCALCARE_SHARED_DATA at it"
    for item in items:
        if item.get_closest_marker("shared_data"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Say in each report which items of the papers its test shows; reports come here from every process."""
    report = (yield).get_result()
    report.user_properties += [
        ("trace", traced) for mark in item.iter_markers("trace") for traced in mark.args
    ]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember how each traced test ended."""
    for name, traced in report.user_properties:
        if name == "trace":
            before = _trace[traced].get(report.nodeid, "passed")
            _trace[traced][report.nodeid] = max(before, report.outcome, key=OUTCOMES_BY_WEIGHT.index)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write item -> test -> outcome, keeping what earlier runs said of tests that did not run now."""
    if not _trace or hasattr(session.config, "workerinput"):  # a worker's reports are with its controller
        return
    TRACE_RESULTS.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(TRACE_RESULTS.read_text(encoding="utf-8")) if TRACE_RESULTS.exists() else {}
    for traced, outcomes in _trace.items():
        known[traced] = known.get(traced, {}) | outcomes
    TRACE_RESULTS.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
