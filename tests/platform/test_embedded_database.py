"""The embedded server: started, killed, started again and again at once, refused where it must be."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from localcare.kernel.database import embedded
from localcare.kernel.database.account import Account, account_for
from localcare.kernel.database.embedded import EmbeddedServer
from localcare.kernel.database.errors import EmbeddedServerError
from tests.platform.conftest import clean_environment

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for other accounts")


def kill(server: EmbeddedServer) -> int:
    number = server.process()
    assert number is not None
    os.kill(number, signal.SIGKILL)
    return number


def keep_a_row(server: EmbeddedServer, value: int) -> None:
    with psycopg.connect(server.url()) as connection:
        connection.execute("create table if not exists kept (value integer)")
        connection.execute("insert into kept values (%s)", [value])


def rows(server: EmbeddedServer) -> list[tuple[int]]:
    with psycopg.connect(server.url()) as connection:
        return connection.execute("select value from kept order by value").fetchall()


def test_a_killed_server_comes_back_with_every_row(server: EmbeddedServer) -> None:
    server.ensure_running()
    keep_a_row(server, 1)
    kill(server)
    server.ensure_running()
    keep_a_row(server, 2)
    kill(server)
    server.ensure_running()
    assert rows(server) == [(1,), (2,)]


def test_a_dead_servers_number_may_have_gone_to_somebody_else(server: EmbeddedServer) -> None:
    server.ensure_running()
    keep_a_row(server, 1)
    dead = kill(server)
    for left_behind in (server.data / "postmaster.pid", server.socket_folder / ".s.PGSQL.5432.lock"):
        text = left_behind.read_text().replace(str(dead), str(os.getpid()), 1)
        left_behind.write_text(text)  # our own number: alive, and no server
    assert not server.answers()
    server.ensure_running()
    assert rows(server) == [(1,)]


def test_a_second_start_finds_the_first(server: EmbeddedServer) -> None:
    address = server.ensure_running()
    number = server.process()
    assert EmbeddedServer(server.home).ensure_running() == address
    assert server.process() == number


def test_starts_at_the_same_moment_make_one_server(new_server: EmbeddedServer) -> None:
    code = (
        "import sys; from pathlib import Path; from localcare.kernel.database.embedded import EmbeddedServer;"
        "server = EmbeddedServer(Path(sys.argv[1]), durable=False); server.ensure_running(); print(server.process())"
    )

    def start(_: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, str(new_server.home)]
        return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(start, range(4)))
    assert [done.stderr for done in ended] == [""] * 4
    assert len({done.stdout for done in ended}) == 1


def test_a_server_whose_socket_was_swept_away_is_started_again(server: EmbeddedServer) -> None:
    server.ensure_running()
    keep_a_row(server, 1)
    shutil.rmtree(server.socket_folder)
    server.ensure_running()
    assert rows(server) == [(1,)]


def test_what_an_interrupted_first_start_left_is_replaced(new_server: EmbeddedServer) -> None:
    new_server.home.mkdir()
    new_server.account.own(new_server.home / "data.unfinished")
    (new_server.home / "data.unfinished" / "PG_VERSION").write_text("18\n")
    assert new_server.ensure_running()


def test_stopping_twice_does_no_harm(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.stop()
    server.stop()
    assert server.process() is None
    assert not server.answers()


@pytest.mark.parametrize("version", ["16", "19"])
def test_data_of_another_version_are_left_alone_and_explained(server: EmbeddedServer, version: str) -> None:
    server.ensure_running()
    server.stop()
    (server.data / "PG_VERSION").write_text(f"{version}\n")
    with pytest.raises(EmbeddedServerError) as refused:
        server.ensure_running()
    (server.data / "PG_VERSION").write_text("18\n")
    said = str(refused.value)
    assert f"made by PostgreSQL {version}" in said and "pg_dump" in said and f"mv {server.data}" in said


def test_nothing_is_opened_on_a_network(server: EmbeddedServer) -> None:
    server.ensure_running()
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    with socket.socket() as trial:
        trial.settimeout(1)
        assert trial.connect_ex(("127.0.0.1", 5432)) != 0 or not _is_ours(server, 5432)


def _is_ours(server: EmbeddedServer, port: int) -> bool:
    number = server.process()
    return any(f":{port:04X} " in line for line in Path(f"/proc/{number}/net/tcp").read_text().splitlines())


def test_only_the_servers_account_and_root_can_reach_it(server: EmbeddedServer) -> None:
    server.ensure_running()
    for folder in (server.data, server.socket_folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    rules = [line for line in (server.data / "pg_hba.conf").read_text().splitlines() if line[0] != "#"]
    assert rules == ["local all all peer map=localcare"]
    let_in = {line.split()[1] for line in (server.data / "pg_ident.conf").read_text().splitlines()[1:]}
    assert let_in == {f'"{server.account.name}"', '"root"'}


@as_root
def test_root_never_runs_the_server_itself(server: EmbeddedServer) -> None:
    server.ensure_running()
    assert Path(f"/proc/{server.process()}").stat().st_uid == server.account.user_id != 0


@as_root
def test_another_account_of_the_machine_cannot_enter(server: EmbeddedServer) -> None:
    server.ensure_running()
    stranger = Account("nobody", 65534, 65534)
    assert not stranger.can_enter(server.socket_folder)
    assert not stranger.can_enter(server.data)
    assert stranger.can_enter(server.home)


@as_root
def test_a_home_behind_a_private_folder_is_served_from_elsewhere() -> None:
    private = Path(tempfile.mkdtemp(prefix="localcare-test-"))  # mode 0700, like root's own home
    server = EmbeddedServer(private / "var" / "postgres", durable=False)
    try:
        server.ensure_running()
        keep_a_row(server, 1)
        assert rows(EmbeddedServer(private / "var" / "postgres")) == [(1,)]
        assert not server.place.is_relative_to(private)
        server.stop()
    finally:
        shutil.rmtree(server.place)
        shutil.rmtree(private)


@as_root
def test_data_keep_their_owner_when_root_starts_the_server(new_server: EmbeddedServer) -> None:
    new_server.account.own(new_server.home / "data")
    assert account_for(new_server.home / "data").user_id == new_server.account.user_id


def test_a_deep_home_gets_a_short_socket(new_server: EmbeddedServer) -> None:
    deep = EmbeddedServer(new_server.home.parent / ("deep" * 30) / "postgres", durable=False)
    deep.ensure_running()
    keep_a_row(deep, 1)
    assert len(os.fsencode(deep.socket_folder / ".s.PGSQL.5432")) <= 107
    assert rows(deep) == [(1,)]
    deep.stop()
    shutil.rmtree(deep.socket_folder)


@as_root
def test_a_socket_folder_that_somebody_else_made_is_refused(new_server: EmbeddedServer) -> None:
    deep = EmbeddedServer(new_server.home.parent / ("deep" * 30) / "postgres", durable=False)
    deep.socket_folder.mkdir()
    os.chown(deep.socket_folder, 65534, 65534)
    try:
        with pytest.raises(EmbeddedServerError, match="does not belong to"):
            deep.ensure_running()
    finally:
        deep.socket_folder.rmdir()


def test_spaces_and_quotes_in_the_path(new_server: EmbeddedServer) -> None:
    odd = EmbeddedServer(new_server.home.parent / 'Anne\'s "new" $HOME & more' / "postgres", durable=False)
    odd.ensure_running()
    keep_a_row(odd, 1)
    assert rows(odd) == [(1,)]
    odd.stop()


def test_too_little_disk_space_is_said_before_anything_is_made(
    new_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "SPACE_NEEDED", 2**60)
    with pytest.raises(EmbeddedServerError, match=r"MB left .* Make room"):
        new_server.ensure_running()
    assert not new_server.data.exists()


def test_a_server_that_cannot_start_says_why(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.stop()
    (server.data / "local.conf").write_text("shared_buffers = 'much'\n")
    with pytest.raises(EmbeddedServerError, match="shared_buffers"):
        server.ensure_running()
    (server.data / "local.conf").write_text("")
    assert server.ensure_running()


def test_the_log_does_not_quote_rows(server: EmbeddedServer) -> None:
    server.ensure_running()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("create table numbers (nhs_number text primary key)")
        for _ in range(2):
            with contextlib.suppress(psycopg.errors.UniqueViolation):
                connection.execute("insert into numbers values ('9990000018')")
    log = server.log.read_text()
    assert "duplicate key value" in log
    assert "9990000018" not in log


def test_a_site_that_runs_brings_its_killed_database_back(server: EmbeddedServer) -> None:
    code = """
import os, django; django.setup()
from pathlib import Path
from django.db import connection, connections
from localcare.kernel.database.embedded import EmbeddedServer
server = EmbeddedServer(Path(os.environ["LOCALCARE_HOME"]) / "postgres")
def ask():
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        return cursor.fetchone()
ask()
os.kill(server.process(), 9)
connections.close_all()  # what the end of a request does with a broken connection
print(ask())
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=clean_environment(
            LOCALCARE_HOME=str(server.home.parent), DJANGO_SETTINGS_MODULE="localcare.config.settings.development"
        ),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "(1,)\n", done.stderr
