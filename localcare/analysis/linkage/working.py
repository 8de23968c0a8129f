"""The engine of a linkage: bounded in memory and on disk, with a folder of its own that is gone at the end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from localcare.analysis.libraries import duckdb

MEMORY_MB = 2500  # the program itself takes some 300 MB more
SHARE_OF_FREE_DISK = 0.5


class LinkageTooLarge(RuntimeError):
    """More than this machine, or the definition, lets a linkage take; the message says what to do."""


@contextmanager
def working_engine(memory_mb: int = MEMORY_MB) -> Iterator[Any]:
    """A DuckDB connection that spills names and addresses only into a private folder, and to half of the free disk at most.

    Raises LinkageTooLarge where that is not enough.
    """
    with TemporaryDirectory(prefix="localcare-linkage-") as folder:
        spill_mb = int(shutil.disk_usage(folder).free * SHARE_OF_FREE_DISK / 2**20)
        engine = duckdb.connect(
            config={
                "memory_limit": f"{memory_mb}MB",
                "temp_directory": folder,
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
