"""The command line as a user meets it: help, exit codes, errors in one line, documents."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from localcare.config import reference
from localcare.config.command_line.application import application
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import reader_for
from tests.factories import UserFactory
from tests.platform.conftest import clean_environment, run_localcare

PROJECT = Path(__file__).parents[2]


def commands(group: object = None, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    group = group or get_command(application)
    inner = getattr(group, "commands", None)
    if inner is None:
        return [path]
    return [found for name, one in inner.items() for found in commands(one, (*path, name))]


def command(path: tuple[str, ...]) -> object:
    found = get_command(application)
    for name in path:
        found = found.commands[name]
    return found


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_every_command_says_what_it_does_with_examples(path: tuple[str, ...]) -> None:
    one = command(path)
    assert one.help and one.help[0].isupper() and one.help.rstrip().endswith((".", "is."))
    assert one.epilog.startswith("Example") and f"localcare {' '.join(path)}" in one.epilog
    assert all(parameter.help for parameter in one.params if parameter.name != "help")


def test_help_lists_the_commands_and_exit_codes_without_a_database() -> None:
    done = run_localcare("--help", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert done.returncode == 0
    for word in (
        "demo",
        "serve",
        "worker",
        "migrate",
        "doctor",
        "user",
        "load",
        "score",
        "stratify",
        "Exit codes",
    ):
        assert word in done.stdout


def test_help_loads_no_web_framework_and_no_analysis() -> None:
    code = (
        "import sys; from localcare.config.command_line.application import application;"
        "print([name for name in ('django', 'duckdb', 'ibis', 'psycopg') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("nonsense",), 2, "No such command"),
        (("score",), 2, "--dataset"),
        (("score", "--dataset", "/nowhere", "--out", "x.csv"), 2, "does not exist"),
        (("synthesise", "--out", "/tmp/x", "--as-of", "yesterday"), 2, "write it as 2026-10-01"),
        (("dataset", "check", "/nowhere"), 2, "does not exist"),
        (("audit", "verify", "--anchor", "nonsense"), 1, "An anchor is a number"),
    ],
)
def test_mistakes_are_told_without_a_traceback(
    home: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = run_localcare(*arguments, home=home)
    assert done.returncode == code
    assert told in done.stderr and "Traceback" not in done.stderr


def test_an_error_is_one_line_with_its_remedy_and_debug_shows_more() -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    done = run_localcare("user", "list", DATABASE_URL=nowhere)
    assert done.returncode == 1
    assert "localcare doctor" in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" in run_localcare("--debug", "user", "list", DATABASE_URL=nowhere).stderr


def test_an_unknown_environment_is_refused() -> None:
    done = run_localcare("user", "list", LOCALCARE_ENVIRONMENT="live")
    assert done.returncode == 1
    assert "must be development or production" in done.stderr


def test_a_dataset_is_made_checked_and_scored_without_a_database(tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    made, spoilt, scores = tmp_path / "made", tmp_path / "spoilt", tmp_path / "scores.csv"
    day = ("--as-of", "2026-10-01")
    assert run_localcare("synthesise", "--people", "300", "--out", str(made), *day, **nowhere).returncode == 0
    assert run_localcare("dataset", "check", str(made), **nowhere).returncode == 0
    assert run_localcare("dataset", "spoil", str(made), str(spoilt), **nowhere).returncode == 0
    checked = run_localcare("dataset", "check", str(spoilt), **nowhere)
    assert checked.returncode == 3
    assert "packages" in checked.stdout and "Remedy" in checked.stdout
    scored = run_localcare("score", "--dataset", str(made), "--out", str(scores), *day, **nowhere)
    assert scored.returncode == 0, scored.stderr
    people = int(scored.stdout.split()[0])
    assert len(scores.read_text().splitlines()) == people + 1 > 200


def test_a_doctor_finds_what_is_missing(home: Path) -> None:
    well = run_localcare("doctor", home=home)
    assert well.returncode == 0, well.stdout
    assert "Every migration is applied" in well.stdout and "Extension pg_trgm" in well.stdout
    ill = run_localcare("doctor", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert ill.returncode == 3
    assert "does not answer" in ill.stdout and "mend DATABASE_URL" in ill.stdout
    unready = run_localcare("doctor", LOCALCARE_ENVIRONMENT="production")
    assert unready.returncode == 3
    assert "LOCALCARE_SECRET_KEY is not set" in unready.stdout


def here(*arguments: str) -> Result:
    """Run a command inside this process, on the test's own database."""
    return CliRunner().invoke(application, arguments, env={"COLUMNS": "200"})


@pytest.mark.django_db
def test_no_list_is_made_of_a_day_to_come() -> None:
    refused = here("stratify", "--as-of", "2999-01-01")
    assert refused.exit_code == 1
    assert "2999-01-01 is after today" in refused.output


@pytest.mark.django_db
def test_accounts_are_opened_given_roles_and_closed() -> None:
    name = ("--first-name", "Anne", "--last-name", "Smith")
    assert here("places", "load").exit_code == 0
    added = here("user", "add", "asmith", *name, "--role", "gp", "--practice", "SYN-DEAL-A")
    assert added.exit_code == 0, added.output
    password = added.stdout.split()[-1]
    assert User.objects.get(username="asmith").check_password(password)
    assert here("user", "grant", "asmith", "case-manager", "--area", "deal").exit_code == 0
    assert here("user", "revoke", "asmith", "gp").exit_code == 0
    assert reader_for(User.objects.get(username="asmith")).role_codes == ("case-manager",)
    assert here("user", "disable", "asmith").exit_code == 0
    assert not User.objects.get(username="asmith").is_active
    assert here("user", "enable", "asmith").exit_code == 0
    replaced = here("user", "password", "asmith").stdout.split()[-1]
    assert replaced != password and User.objects.get(username="asmith").check_password(replaced)
    listed = here("user", "list").stdout
    assert "asmith" in listed and "Anne Smith" in listed
    assert here("audit", "verify").exit_code == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("grant", "asmith", "wizard", "--everywhere"), 1, "There is no role"),
        (("grant", "asmith", "gp", "--practice", "NOWHERE"), 1, "NOWHERE"),
        (("grant", "asmith", "gp"), 2, "Say for whom"),
        (("revoke", "asmith", "gp"), 1, "does not hold"),
        (("password", "nobody"), 1, "localcare user list"),
    ],
)
def test_wrong_grants_say_what_is_right(arguments: tuple[str, ...], code: int, told: str) -> None:
    UserFactory(username="asmith")
    done = here("user", *arguments)
    assert done.exit_code == code
    assert told in done.output


def test_the_reference_page_is_that_of_the_code() -> None:
    for name, write in reference.PAGES.items():
        assert (reference.FOLDER / name).read_text() == write(), "run `make docs` and commit the page"


def test_the_locks_have_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (PROJECT / name).read_text()
        pinned = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
        assert len(pinned) > 50 and all(line.endswith("\\") for line in pinned)
        assert "://" not in text
    runtime = {line for line in (PROJECT / "requirements.lock").read_text().splitlines() if "==" in line}
    assert runtime < {
        line for line in (PROJECT / "requirements-dev.lock").read_text().splitlines() if "==" in line
    }


@pytest.mark.django_db
def test_duplicates_are_looked_for_from_the_command_line() -> None:
    from localcare.foundation.people.models import PossibleDuplicate
    from tests.factories import registered_person

    for _ in range(2):
        registered_person(
            family_name="Marshfield", given_name="Vera", nhs_number=None, address_line="1 High Street"
        )
    done = here("people", "find-duplicates")
    assert done.exit_code == 0, done.output
    assert "1 new to decide" in done.output
    assert PossibleDuplicate.objects.count() == 1
