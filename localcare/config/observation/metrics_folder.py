"""Where processes of one site leave their counts for each other; made before Prometheus's library is loaded."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

PROCESSES_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def shared_counts() -> Iterator[None]:
    """A fresh folder for as long as this process lives, unless whoever started it made one.

    Processes forked from it leave the folder alone.
    """
    if PROCESSES_FOLDER in os.environ:
        yield
        return
    folder, owner = tempfile.mkdtemp(prefix="localcare-metrics-"), os.getpid()
    os.environ[PROCESSES_FOLDER] = folder
    try:
        yield
    finally:
        if os.getpid() == owner:
            del os.environ[PROCESSES_FOLDER]
            shutil.rmtree(folder, ignore_errors=True)
