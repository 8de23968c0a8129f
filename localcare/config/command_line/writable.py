"""Places that a command will write to, looked at before the work and not after it."""

from __future__ import annotations

import os
from pathlib import Path

from localcare.config.command_line.errors import Problem


def ready_file(path: Path) -> Path:
    """The file, when it can be written; Problem with the remedy when it cannot."""
    if path.is_dir():
        raise Problem(f"{path} is a folder. Name a file in it.")
    _ready(path.parent if path.parent != Path() else Path.cwd(), f"{path} cannot be written")
    if path.exists() and not os.access(path, os.W_OK):
        raise Problem(f"{path} cannot be written: it is protected. Choose another file.")
    return path


def ready_folder(path: Path) -> Path:
    """The folder, made when it is not there; Problem with the remedy when it cannot be written."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            f"The folder {path} cannot be made: {(error.strerror or str(error)).lower()}. Choose another."
        ) from error
    _ready(path, f"Nothing can be written to {path}")
    return path


def _ready(folder: Path, what: str) -> None:
    if not folder.is_dir():
        raise Problem(f"{what}: there is no folder {folder}. Make it, or choose another.")
    if not os.access(folder, os.W_OK):
        raise Problem(f"{what}: the folder {folder} is protected. Choose another.")
