"""The demonstration: everything from nothing, nothing twice, and never where real people are."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from localcare.config.demonstration.logins import SECOND_LOGINS
from localcare.kernel.access.roles import roles
from localcare.kernel.database.embedded import EmbeddedServer
from tests.platform.conftest import run_localcare
from tests.platform.test_production_settings import COMPLETE


@pytest.fixture(scope="module")
def demo_home() -> Iterator[Path]:
    """A home in which a small demonstration was made."""
    folder = Path(tempfile.mkdtemp(prefix="localcare-test-", dir="/tmp"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder / "postgres", durable=False)
    server.ensure_running()
    done = run_localcare("demo", "--no-serve", "--people", "400", home=folder)
    assert done.returncode == 0, done.stderr
    (folder / "printed.txt").write_text(done.stdout)
    yield folder
    server.stop()
    shutil.rmtree(folder)


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


def test_the_demonstration_has_people_lists_and_a_login_for_each_role(demo_home: Path) -> None:
    printed = (demo_home / "printed.txt").read_text()
    for code, role in roles().items():
        assert code in printed and role.title in printed
    assert "http://localhost:8000/" in printed and "Ready after" in printed
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
