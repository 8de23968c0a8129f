"""Files of work under way. They hold people's records: readable by their owner only, and removed when the work ends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from localcare.kernel.work.models import Work


def private_folder(*parts: str) -> Path:
    """A folder of the installation, made where it is missing, that nobody else on the machine may open."""
    folder = Path(settings.HOME)
    for part in parts:
        folder /= part
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    return folder


def work_folder(work: Work) -> Path:
    """Where work keeps its files while it is under way, and where it finds them when it is taken up again."""
    database = settings.DATABASES["default"]["NAME"]
    return private_folder(work._meta.app_label, f"{database}-{work._meta.model_name}-{work.pk}")


@contextmanager
def cleared(folder: Path) -> Iterator[Path]:
    """A folder that goes when the block has ended or failed; after a kill it is there to go on with."""
    try:
        yield folder
    except Exception:
        clear(folder)
        raise
    clear(folder)


def clear(folder: Path) -> None:
    """Remove a folder with all its files."""
    shutil.rmtree(folder, ignore_errors=True)
