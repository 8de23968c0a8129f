"""Homes of their own for the tests, so that they never touch the database that others use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from localcare.kernel.database.embedded import EmbeddedServer

Run = Callable[..., subprocess.CompletedProcess[str]]
LEFT_OUT = (
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "LOCALCARE_",
    "PYTEST_",
    "COV_",
)


def clean_environment(**changes: str) -> dict[str, str]:
    """This process's environment without anything that configures the program."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
    return kept | {"COLUMNS": "200", "NO_COLOR": "1"} | changes


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="localcare-test-", dir="/tmp"))
    folder.chmod(0o755)  # the server's account passes through
    return folder


@pytest.fixture(scope="session")
def crash_server() -> Iterator[EmbeddedServer]:
    """One embedded server in a home of its own, to kill, stop and start as a test likes."""
    folder = _folder()
    made = EmbeddedServer(folder / "postgres")
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture
def server(crash_server: EmbeddedServer) -> EmbeddedServer:
    """The server, running, without what the test before kept in it."""
    crash_server.ensure_running()
    with psycopg.connect(crash_server.url()) as connection:
        connection.execute("drop table if exists kept, numbers")
    return crash_server


@pytest.fixture
def new_server() -> Iterator[EmbeddedServer]:
    """An embedded server in a home of its own; not started yet."""
    folder = _folder()
    made = EmbeddedServer(folder / "postgres", durable=False)
    yield made
    if made.data.exists():
        made.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A home with a migrated database, for commands that need one."""
    folder = _folder()
    EmbeddedServer(folder / "postgres", durable=False).ensure_running()
    done = run_localcare("migrate", home=folder)
    assert done.returncode == 0, done.stderr
    yield folder
    EmbeddedServer(folder / "postgres").stop()
    shutil.rmtree(folder)


def run_localcare(
    *arguments: str, home: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    if home:
        environment["LOCALCARE_HOME"] = str(home)
    return subprocess.run(
        [sys.executable, "-m", "localcare", *arguments],
        env=clean_environment(**environment), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
