"""The operating-system account that runs the embedded server: never root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcare.kernel.database.errors import EmbeddedServerError

SERVER_ACCOUNT = "localcare"


@dataclass(frozen=True)
class Account:
    """Who runs the server, and whether that is somebody else than ourselves."""

    name: str
    user_id: int
    group_id: int

    @property
    def is_ourselves(self) -> bool:
        """Whether this process already runs under the account."""
        return self.user_id == os.geteuid()

    @property
    def names_let_in(self) -> tuple[str, ...]:
        """Accounts of this machine that may connect; root can read every file anyway."""
        return tuple(dict.fromkeys((self.name, "root")))

    def process_options(self) -> dict[str, Any]:
        """Arguments of `subprocess` that start a program under the account."""
        if self.is_ourselves:
            return {}
        return {"user": self.user_id, "group": self.group_id, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Whether the account can enter the folder, or its nearest parent that exists."""
        while not folder.exists():
            folder = folder.parent
        if self.is_ourselves:
            return os.access(folder, os.X_OK)
        test = shutil.which("test") or "/usr/bin/test"
        done = subprocess.run([test, "-x", str(folder)], cwd="/", check=False, **self.process_options())
        return done.returncode == 0

    def own(self, folder: Path) -> None:
        """Make the folder, readable by nobody but the account."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.is_ourselves:
            os.chown(folder, self.user_id, self.group_id)
        folder.chmod(0o700)


def account_for(data: Path) -> Account:
    """Ourselves; as root, the owner of the data directory, or else an account made for the server."""
    if os.geteuid() != 0:
        return _named(os.geteuid())
    if data.exists() and data.stat().st_uid != 0:
        return _named(data.stat().st_uid)
    try:
        return _named(pwd.getpwnam(SERVER_ACCOUNT).pw_uid)
    except KeyError:
        _create_server_account()
        return _named(pwd.getpwnam(SERVER_ACCOUNT).pw_uid)


def _named(user_id: int) -> Account:
    try:
        entry = pwd.getpwuid(user_id)
    except KeyError:
        raise EmbeddedServerError(
            f"User number {user_id} has no name on this machine, and PostgreSQL needs one. Add it to"
            " /etc/passwd, or set DATABASE_URL to a PostgreSQL 15 or later."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _create_server_account() -> None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        raise EmbeddedServerError(
            f"PostgreSQL does not run as root, and there is no useradd to make the account"
            f" {SERVER_ACCOUNT!r}. Make it by hand, run as an ordinary user, or set DATABASE_URL."
        )
    made = subprocess.run(
        [program, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_ACCOUNT],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode not in (0, 9):  # 9: another process made it first
        raise EmbeddedServerError(f"useradd could not make {SERVER_ACCOUNT!r}: {made.stderr.strip()}")
