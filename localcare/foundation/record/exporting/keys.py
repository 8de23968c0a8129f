"""The keys of pseudonymous exports: one for each project, in files of their own that only their owner can read."""

from __future__ import annotations

import json
import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.identifiers.pseudonyms import keyed_digest

KEY_BYTES = 32
PROJECT = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
PERMISSION = "dataset.export"


class KeyRefused(ValueError):
    """A key cannot be made or used; the message says what to do and never what the key is."""


@dataclass(frozen=True)
class PseudonymKey:
    """The key of a project: its version tells exports apart that do not link, its secret is shown nowhere."""

    project: str
    version: int
    made_on: date
    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Tells two keys apart without telling either."""
        return keyed_digest(self.secret, "fingerprint")[:12]


def keys_folder() -> Path:
    """Where keys are kept: `EXPORT_KEYS` of the settings, else beside the program's other files; its owner's only."""
    folder = Path(getattr(settings, "EXPORT_KEYS", "") or Path(settings.HOME) / "export-keys")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def new_key(project: str, *, by: Reader, instead: bool = False) -> PseudonymKey:
    """Make the key of a project; `instead` replaces the one there is, whose exports then link with no later one."""
    if not by.may(PERMISSION):
        raise PermissionError(f"To make a key you need the permission {PERMISSION}.")
    file = _file(project)
    former = find_key(project) if file.exists() else None
    if former and not instead:
        raise KeyRefused(
            f"{project} has a key already, made on {former.made_on:%d %B %Y}. Keep it, so that exports link over time,"
            " or replace it with --instead: what was exported before then links with nothing that follows."
        )
    key = PseudonymKey(
        project, former.version + 1 if former else 1, timezone.localdate(), secrets.token_bytes(KEY_BYTES)
    )
    record_access(
        reader=by, action="dataset.key", basis=project,
        detail={"version": key.version, "fingerprint": key.fingerprint, "replaced": bool(former)},
    )  # fmt: skip
    _write(file, key)
    return key


def find_key(project: str) -> PseudonymKey:
    """The key of a project; KeyRefused when there is none, or when others could have read it."""
    file = _file(project)
    try:
        mode = file.stat().st_mode
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KeyRefused(
            f"There is no key for {project} yet. Make it once: localcare export key new {project}"
        ) from None
    if mode & 0o077:
        raise KeyRefused(
            f"{file} can be read by others than its owner. If somebody may have, make a new key with"
            f" localcare export key new {project} --instead; if not: chmod 600 {file}"
        )
    return PseudonymKey(
        project, int(content["version"]), date.fromisoformat(content["made_on"]), b64decode(content["secret"])
    )


def secret_of(project: str) -> bytes:
    """The project's secret; where it has no key, one for this time only, so that nothing links with anything."""
    return find_key(project).secret if _file(project).exists() else secrets.token_bytes(KEY_BYTES)


def known_keys() -> Iterator[PseudonymKey]:
    """Every key that can be used, by project."""
    for file in sorted(keys_folder().glob("*.key")):
        yield find_key(file.stem)


def _file(project: str) -> Path:
    if not PROJECT.fullmatch(project):
        raise KeyRefused(f"{project!r} is no name of a project: use small letters, digits and hyphens.")
    return keys_folder() / f"{project}.key"


def _write(file: Path, key: PseudonymKey) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    content = json.dumps(
        {
            "project": key.project, "version": key.version, "made_on": key.made_on.isoformat(),
            "secret": b64encode(key.secret).decode(),
        }
    )  # fmt: skip
    part = file.with_suffix(f".{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as written:
        written.write(content + "\n")
        written.flush()
        os.fsync(written.fileno())
    part.replace(file)
