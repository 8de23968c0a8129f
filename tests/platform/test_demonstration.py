"""The demonstration: everything from nothing, nothing twice, and never where real people are."""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from localcare.config.demonstration.logins import SECOND_LOGINS
from localcare.kernel.access.roles import roles
from localcare.kernel.database.embedded import EmbeddedServer
from tests.platform.conftest import run_localcare
from tests.platform.ending import Ended, Running
from tests.platform.test_production_settings import COMPLETE
from tests.platform.test_serving import free_port, get_when_ready


@dataclass(frozen=True)
class Made:
    """A home, and how the programs ended that made and served what is in it."""

    home: Path
    while_made: Ended
    while_served: Ended


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    """A small demonstration whose terminal was closed while people were loaded; made again, and served until Ctrl-C."""
    folder = Path(tempfile.mkdtemp(prefix="localcare-test-", dir="/tmp"))
    folder.chmod(0o755)
    port = str(free_port())
    making = Running(folder, "demo", "--people", "400", "--port", port)
    making.wait_for("Synthesising 400 people: ")
    while_made = making.end(signal.SIGHUP)
    serving = Running(folder, "demo", "--people", "400", "--port", port)
    serving.wait_for("Ready after")
    wait_for_jobs(folder, "status = 'doing'")
    while_served = serving.end(signal.SIGINT)
    EmbeddedServer(folder / "postgres").ensure_running()
    yield Made(folder, while_made, while_served)
    EmbeddedServer(folder / "postgres").stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def demo_home(made: Made) -> Path:
    """The home, with its database running."""
    return made.home


def wait_for_jobs(home: Path, condition: str) -> None:
    for _ in range(300):
        if ask(home, f"select count(*) > 0 from procrastinate_jobs where {condition}") == [(True,)]:
            return
        time.sleep(0.1)
    raise AssertionError(f"no job with {condition}")


def test_a_closed_terminal_ends_everything_and_the_next_start_goes_on(made: Made) -> None:
    ended = made.while_made
    assert (ended.code, ended.left) == (130, []), ended.printed
    assert "The same command goes on where it was." in ended.printed and "Traceback" not in ended.printed


def test_ctrl_c_ends_everything_while_the_worker_computes_and_gives_its_work_back(made: Made) -> None:
    ended = made.while_served
    assert (ended.code, ended.left) == (0, []), ended.printed
    assert "Stopped. Everything that was decided is kept" in ended.printed
    for fault in ("SIGSEGV", "SIGKILL", "Traceback"):
        assert fault not in ended.printed
    assert ask(made.home, "select count(*) from procrastinate_jobs where status in ('doing', 'failed')") == [
        (0,)
    ]


def test_two_who_serve_from_one_home_end_without_harm_to_each_other(made: Made) -> None:
    server = EmbeddedServer(made.home / "postgres")
    server.stop()
    demonstration = Running(made.home, "demo", "--port", str(free_port()))
    demonstration.wait_for("Ready after")
    port = free_port()
    other = Running(made.home, "serve", "--port", str(port))
    other.wait_for("Booting worker")
    ended = demonstration.end(signal.SIGTERM)
    assert ended.code == 0, ended.printed
    assert server.answers() and not any("worker" in command for command in ended.left)
    assert '"ready"' in get_when_ready(f"http://127.0.0.1:{port}/health/ready")
    alone = other.end(signal.SIGINT)
    server.ensure_running()
    assert (alone.code, alone.left) == (0, []), alone.printed


def ask(home: Path, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(EmbeddedServer(home / "postgres").url()) as connection:
        return connection.execute(question).fetchall()


def counts(home: Path) -> list[tuple[object, ...]]:
    return ask(
        home,
        "select (select count(*) from people_person), (select count(*) from access_user where password not like '!%'),"
        " (select count(*) from stratification_run), (select count(*) from record_fact),"
        " (select count(*) from pathways_journalentry)",
    )


def test_the_demonstration_has_people_lists_and_a_login_for_each_role(made: Made, demo_home: Path) -> None:
    printed = made.while_served.printed
    for code, role in roles().items():
        assert code in printed and role.title in printed
    assert "Local Care is at http://localhost:" in printed
    ((people, users, runs, facts, entries),) = counts(demo_home)
    assert (people, users, runs) == (400, len(roles()) + len(SECOND_LOGINS), 3) and facts > 1000
    assert entries > 100
    assert ask(demo_home, "select count(*) > 0 from services_membership where is_lead") == [(True,)]
    assert ask(demo_home, "select count(*) from access_user where not is_demonstration") == [(0,)]
    assert ask(demo_home, "select count(*) from people_person where nhs_number not like '999%'") == [(0,)]
    assert ask(demo_home, "select sum(listed) > 0 from stratification_run") == [(True,)]


def test_a_second_demonstration_keeps_what_is_there(demo_home: Path) -> None:
    before = counts(demo_home)
    again = run_localcare("demo", "--no-serve", home=demo_home)
    assert again.returncode == 0, again.stderr
    assert counts(demo_home) == before
    assert "Synthesising" not in again.stderr and "Living a week" not in again.stderr


def test_the_demonstration_refuses_a_production_configuration(demo_home: Path) -> None:
    for environment in (
        {"LOCALCARE_ENVIRONMENT": "production"},
        {"DJANGO_SETTINGS_MODULE": "localcare.config.settings.production"},
    ):
        done = run_localcare("demo", "--no-serve", home=demo_home, **COMPLETE | environment)
        assert done.returncode == 1
        assert "never runs in a production configuration" in done.stderr


def test_production_refuses_a_demonstrations_database(demo_home: Path) -> None:
    url = EmbeddedServer(demo_home / "postgres").url()
    production = COMPLETE | {"DATABASE_URL": url, "LOCALCARE_ENVIRONMENT": "production"}
    for command in ("serve", "worker"):
        done = run_localcare(command, home=demo_home, **production)
        assert done.returncode == 1
        assert "demonstration logins" in done.stderr and "Traceback" not in done.stderr
    assert "demonstration logins" in run_localcare("doctor", home=demo_home, **production).stdout


def test_a_database_once_used_in_production_is_never_a_demonstrations(home: Path) -> None:
    server = EmbeddedServer(home / "postgres")
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("create database marked")
    url = server.url("marked")
    migrated = run_localcare(
        "migrate", home=home, **COMPLETE | {"DATABASE_URL": url, "LOCALCARE_ENVIRONMENT": "production"}
    )
    assert migrated.returncode == 0, migrated.stderr
    done = run_localcare("demo", "--no-serve", home=home, DATABASE_URL=url)
    assert done.returncode == 1
    assert "has been used in production" in done.stderr


def test_a_register_that_somebody_filled_is_left_alone(demo_home: Path) -> None:
    added = run_localcare(
        "user", "add", "real", "--first-name", "Rita", "--last-name", "Real", home=demo_home
    )
    assert added.returncode == 0, added.stderr
    done = run_localcare("demo", "--no-serve", home=demo_home)
    assert done.returncode == 1
    assert "accounts of real users" in done.stderr
