"""The engine of a linkage: bounded in memory and on disk, with a folder of its own that is gone at the end."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from localcare.analysis.libraries import duckdb

MEMORY_MB = 2500  # the program itself takes some 300 MB more
SHARE_OF_FREE_DISK = 0.5
FOLDERS = "localcare-linkage-"
IN_USE = "in-use"  # locked for as long as the process lives that made the folder
JUST_MADE_SECONDS = 60.0


class LinkageTooLarge(RuntimeError):
    """More than this machine, or the definition, lets a linkage take; the message says what to do."""


@contextmanager
def working_engine(memory_mb: int = MEMORY_MB) -> Iterator[Any]:
    """A DuckDB connection that spills names and addresses only into a private folder, and to half of the free disk at most.

    Raises LinkageTooLarge where that is not enough.
    """
    with _own_folder() as folder:
        spill_mb = int(shutil.disk_usage(folder).free * SHARE_OF_FREE_DISK / 2**20)
        engine = duckdb.connect(
            config={
                "memory_limit": f"{memory_mb}MB",
                "temp_directory": str(folder),
                "max_temp_directory_size": f"{spill_mb}MB",
            }
        )
        try:
            yield engine
        except duckdb.OutOfMemoryException as full:
            raise LinkageTooLarge(
                f"The linkage needs more than {memory_mb:,} MB of memory and {spill_mb:,} MB of disk under {folder}."
                " Set TMPDIR to a larger disk, or link one practice or one feed at a time."
            ) from full
        finally:
            engine.close()


@contextmanager
def _own_folder() -> Iterator[Path]:
    """A private folder that goes at the end; those of linkages that were killed go first."""
    _clear_left_behind()
    folder = Path(tempfile.mkdtemp(prefix=FOLDERS))
    try:
        with (folder / IN_USE).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_left_behind() -> None:
    """Remove the folders of processes that are gone: they hold names and addresses. Those of others stay."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*"):
        if _is_left_behind(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_left_behind(folder: Path) -> bool:
    try:
        if time.time() - folder.stat().st_mtime < JUST_MADE_SECONDS:
            return False  # its maker may not hold the lock yet
        with (folder / IN_USE).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # somebody holds it, or it is another account's
        return False
    return True
