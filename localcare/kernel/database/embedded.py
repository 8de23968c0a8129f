"""An embedded PostgreSQL server, driven through the wheel's own programs and believed only if it answers."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from localcare.kernel.database.account import Account, account_for
from localcare.kernel.database.cluster_files import (
    SUPERUSER,
    accounts_let_in,
    connections_let_in,
    server_settings,
)
from localcare.kernel.database.errors import EmbeddedServerError
from localcare.kernel.database.process import is_alive, server_process
from localcare.kernel.database.programs import SYSTEM_FOLDER, major_version, programs_for

DATABASE_NAME = "localcare"
START_TIMEOUT_SECONDS = 120  # recovery after a crash replays up to max_wal_size of log
STOP_TIMEOUT_SECONDS = 60
LONGEST_SOCKET_PATH = 107  # bytes, the size of sun_path on Linux without its closing zero
SPACE_NEEDED = 300 * 1024 * 1024
LARGEST_LOG = 10 * 1024 * 1024

ALIVE_BUT_BUSY = ("too many clients", "remaining connection slots")
WORTH_ANOTHER_TRY = ("pre-existing shared memory block", "lock file", "could not bind Unix address")


@dataclass(frozen=True)
class EmbeddedServer:
    """One data directory and the socket folder its server listens in; no TCP port is opened."""

    home: Path
    durable: bool = True

    @cached_property
    def account(self) -> Account:
        """Who runs the server."""
        return account_for(self.home.absolute() / "data")

    @cached_property
    def place(self) -> Path:
        """The home, or a folder under `/var/lib/localcare` when the account cannot enter the home."""
        home = self.home.absolute()
        _make_folder(home)
        if self.account.can_enter(home):
            return home
        return SYSTEM_FOLDER / _short_name(home)

    @property
    def data(self) -> Path:
        """Where PostgreSQL keeps its files."""
        return self.place / "data"

    @property
    def log(self) -> Path:
        """What the server has to say; it names no values, because values are about people."""
        return self.place / "server.log"

    @property
    def socket_folder(self) -> Path:
        """Beside the data, or a short folder under /tmp when the path would be too long for a socket."""
        beside = self.place / "socket"
        if len(os.fsencode(beside / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH:
            return beside
        return Path("/tmp") / f"localcare-{self.account.user_id}-{_short_name(self.place)}"  # noqa: S108

    def url(self, database: str = DATABASE_NAME) -> str:
        """Connection address over the socket."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.socket_folder))}"

    def answers(self) -> bool:
        """Whether a real connection is answered now."""
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=5):
                return True
        except psycopg.OperationalError as error:
            return any(phrase in str(error) for phrase in ALIVE_BUT_BUSY)

    def ensure_running(self) -> str:
        """Start the server unless it answers; create the database unless it exists; return its address."""
        with self._locked():
            self._refuse_another_owner()
            if not self.data.exists():
                self._initialise()
            self._refuse_another_version()
            if not self.answers():
                self._start()
            self._ensure_database()
        return self.url()

    def stop(self) -> None:
        """Stop the server if it runs: open transactions are rolled back, everything committed is kept."""
        with self._locked():
            self._stop()

    def process(self) -> int | None:
        """Process number of the living server, if there is one."""
        return server_process(self.data)

    def _initialise(self) -> None:
        """Make the data directory beside its final name, so that a crash leaves none that is half made."""
        self._refuse_too_little_space()
        unfinished = self.place / "data.unfinished"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        self.account.own(unfinished)
        program = programs_for(self.account) / "initdb"
        done = subprocess.run(
            [program, "-D", unfinished, "-U", SUPERUSER, "-A", "peer", "-E", "UTF8", "--locale=C.UTF-8",
             *(() if self.durable else ("--no-sync",))],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            cwd="/", text=True, check=False, **self.account.process_options(),
        )  # fmt: skip
        if done.returncode != 0:
            raise EmbeddedServerError(f"The database could not be made: {_explained(done.stdout)}")
        unfinished.rename(self.data)

    def _start(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        self._stop_if_cut_off()
        self._prepare_start()
        while not self.answers():
            if self.process() is None:
                self._launch()
            if time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"The database did not answer within {START_TIMEOUT_SECONDS} seconds. Read {self.log}"
                )
            time.sleep(0.05)

    def _prepare_start(self) -> None:
        self._refuse_too_little_space()
        self._make_socket_folder()
        files = {
            "postgresql.conf": server_settings(self.socket_folder, durable=self.durable),
            "pg_hba.conf": connections_let_in(),
            "pg_ident.conf": accounts_let_in(self.account.names_let_in),
        }
        for name, text in files.items():
            (self.data / name).write_text(text)
        (self.data / "local.conf").touch()
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _launch(self) -> None:
        """Start one server process and wait until it answers or is gone."""
        for left_behind in (self.data / "postmaster.pid", self.socket_folder / ".s.PGSQL.5432.lock"):
            left_behind.unlink(
                missing_ok=True
            )  # by a server that was killed: none lives, and we hold the lock
        program = programs_for(self.account) / "postgres"
        with self.log.open("ab") as log:
            before = log.tell()
            done = subprocess.run(  # the shell lets go of the server, so that it outlives us
                ["/bin/sh", "-c", '"$0" "$@" >&2 & echo $!', program, "-D", self.data],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
                cwd="/", text=True, check=True, **self.account.process_options(),
            )  # fmt: skip
        number = int(done.stdout)
        _wait_until(lambda: self.answers() or not is_alive(number), seconds=START_TIMEOUT_SECONDS)
        if not is_alive(number):
            said = self.log.read_bytes()[before:].decode(errors="replace")
            if not any(phrase in said for phrase in WORTH_ANOTHER_TRY):
                raise EmbeddedServerError(f"The database did not start: {_explained(said)}\nRead {self.log}")
            time.sleep(0.2)  # the helpers of a killed server take a moment to notice and go

    def _stop(self) -> None:
        number = self.process()
        if number is None:
            return
        os.kill(number, signal.SIGINT)
        if not _wait_until(lambda: self.process() is None, seconds=STOP_TIMEOUT_SECONDS):
            raise EmbeddedServerError(f"The database (process {number}) did not stop. Read {self.log}")

    def _stop_if_cut_off(self) -> None:
        """A server whose socket somebody removed can be reached by nobody: stop it, to start again."""
        if self.process() is not None and not (self.socket_folder / ".s.PGSQL.5432").exists():
            _wait_until(
                lambda: (self.socket_folder / ".s.PGSQL.5432").exists(), seconds=2
            )  # only just started?
            if not (self.socket_folder / ".s.PGSQL.5432").exists():
                self._stop()

    def _ensure_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            asked = "select 1 from pg_database where datname = %s"
            if not connection.execute(asked, [DATABASE_NAME]).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE_NAME)))

    def _make_socket_folder(self) -> None:
        """Make it for the account alone; one that somebody else put under /tmp first is refused."""
        folder = self.socket_folder
        if folder.is_symlink() or (folder.exists() and folder.stat().st_uid != self.account.user_id):
            raise EmbeddedServerError(
                f"{folder} does not belong to {self.account.name}. Remove it and start again."
            )
        self.account.own(folder)

    def _refuse_another_owner(self) -> None:
        if self.data.exists() and os.geteuid() not in (0, self.data.stat().st_uid):
            raise EmbeddedServerError(
                f"The database in {self.place} belongs to the account {self.account_name_of_data()!r}. Run as"
                " that account or as root, or set LOCALCARE_HOME to a folder of your own."
            )

    def account_name_of_data(self) -> str:
        """Name, or else number, of the account that the data directory belongs to."""
        try:
            return self.data.owner()
        except KeyError:
            return str(self.data.stat().st_uid)

    def _refuse_another_version(self) -> None:
        written, ours = (self.data / "PG_VERSION").read_text().strip(), major_version()
        if written != ours:
            raise EmbeddedServerError(
                f"The database in {self.place} was made by PostgreSQL {written}, and this program carries"
                f" PostgreSQL {ours}. To keep what is in it, write it out with pg_dump of version {written},"
                " move the folder away and read it into the new one."
                f" To begin afresh: mv {self.data} {self.data}-{written}"
            )

    def _refuse_too_little_space(self) -> None:
        free = shutil.disk_usage(self.place).free
        if free < SPACE_NEEDED:
            raise EmbeddedServerError(
                f"The disk under {self.place} has {free // 2**20} MB left and the database needs"
                f" {SPACE_NEEDED // 2**20} MB to start. Make room, or set LOCALCARE_HOME to a folder on"
                " another disk."
            )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Only one process at a time starts or stops the server of a home."""
        try:
            _make_folder(self.place)
            handle = (self.place / "lock").open("a")
        except PermissionError as error:
            raise EmbeddedServerError(
                f"{error.filename} cannot be written. Run as its owner"
                f" {Path(error.filename).parent.owner()!r}, or set LOCALCARE_HOME to a folder of your own."
            ) from None
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _explained(said: str) -> str:
    """The server's own last words, with a remedy where the cause is known."""
    last_words = "\n".join(said.strip().splitlines()[-5:])
    if "No space left on device" in said:
        return f"the disk is full. Make room and start again.\n{last_words}"
    if "could not create shared memory segment" in said or "could not resize shared memory" in said:
        remedy = "the machine gives out too little shared memory. Give the container more of /dev/shm."
        return f"{remedy}\n{last_words}"
    return last_words


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # whatever the umask: the server's account passes through, and reads only its own


def _short_name(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _wait_until(is_so: Callable[[], bool], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
