"""Static files under names that change with their content, compressed once."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

STAMP = "gathered-from.txt"


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Also rewrites the names that JavaScript modules import."""

    support_js_module_import_aggregation = True


def are_collected() -> bool:
    """Whether the gathered files are those of this version."""
    stamp = Path(settings.STATIC_ROOT) / STAMP
    return stamp.exists() and stamp.read_text() == _fingerprint()


def collect() -> int:
    """Gather the files afresh; how many there are."""
    fingerprint = _fingerprint()
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    root = Path(settings.STATIC_ROOT)
    (root / STAMP).write_text(fingerprint)
    return sum(1 for path in root.rglob("*") if path.is_file())


def _fingerprint() -> str:
    """Changes with the name, size or time of any source file."""
    described = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            described.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(described)).encode()).hexdigest()
