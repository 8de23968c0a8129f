"""A folder that gets a whole dataset at once: written where nobody looks, then put in place."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localcare.analysis.dataset.writing import METADATA_FILE

UNFINISHED = ".unfinished"


class FolderInUse(RuntimeError):
    """Another export is writing into the folder."""


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """A private folder inside `folder`, gone at the end; what a killed export left there goes first.

    Raises FolderInUse while another process writes into the same folder.
    """
    if not folder.is_dir():
        folder.mkdir(parents=True, mode=0o700)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(
                f"Another export is writing into {folder}: wait, or choose another folder."
            ) from None
        inside = folder / UNFINISHED
        shutil.rmtree(inside, ignore_errors=True)
        inside.mkdir(mode=0o700)
        try:
            yield inside
        finally:
            shutil.rmtree(inside, ignore_errors=True)
    finally:
        os.close(handle)


def put_in_place(inside: Path, folder: Path) -> None:
    """Move every finished file to its place; `dataset.json`, which says that the dataset is whole, goes last.

    A folder without `dataset.json` holds a dataset that was not finished.
    """
    (folder / METADATA_FILE).unlink(missing_ok=True)
    found = [file for file in inside.iterdir() if file.is_file()]
    files = sorted(found, key=lambda file: file.name == METADATA_FILE)
    for file in files:
        _to_disk(file)
    for file in files:
        file.replace(folder / file.name)
    _to_disk(folder)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
