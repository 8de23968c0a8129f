"""What is remembered of an export, so that the next one needs only what changed since: private, beside no data.

A row changed when the transaction that last wrote it was not over at the earlier export: PostgreSQL keeps that
transaction's number (`xmin`) with every row, and the export keeps the oldest number that was still under way when it
began. A transaction that began earlier and ended later lies after that number, so its rows are taken next time.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection

from localcare.analysis.dataset.schema import SCHEMA_VERSION
from localcare.foundation.record.dataset_queries import MODELS, Selection
from localcare.foundation.record.exporting.deletions import FURTHEST_BACK, KEPT_FOR, forget, is_remembered
from localcare.foundation.record.exporting.keys import PseudonymKey

LAYOUT = 1  # raised when the same rows would be written otherwise
KEPT = 3  # of the latest exports of one kind
KIND = ("server", "purpose", "names", "tables", "key")
STATE, PEOPLE = "state.json", "people.parquet"

WORDS = {
    "schema": "the dataset's schema has another version",
    "layout": "exports are written in another way",
    "purpose": "it was for another purpose",
    "names": "one has names and identifiers and the other has not",
    "tables": "it holds other tables",
    "rules": "the rules for secondary use or the sensitive lists have changed",
    "key": "its pseudonyms were made with another key",
    "server": "the database was moved or restored",
    "files": "a table of the database was emptied or written anew",
    "migrations": "the database was migrated",
}


@dataclass(frozen=True)
class State:
    """One finished export: what it was made of and how far it reached."""

    export: str
    as_of: str
    horizon: int
    made_of: dict[str, str]
    practices: str
    files: dict[str, str]


class NoBase(Exception):
    """The earlier export cannot be gone on from; the message says why."""


def states_folder() -> Path:
    """Where states are kept, for their owner only: they can hold which pseudonym is whose."""
    folder = Path(settings.HOME) / "exports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def keep(state: State, people: Path) -> None:
    """Remember a finished export on this machine; the oldest are forgotten."""
    folder = states_folder() / state.export
    folder.mkdir(mode=0o700)
    shutil.copyfile(people, folder / PEOPLE)
    part = folder / f"{STATE}.part"
    part.write_text(json.dumps(asdict(state)), encoding="utf-8")
    part.replace(folder / STATE)
    _forget_the_oldest(state)


def _forget_the_oldest(like: State) -> None:
    """Of exports of the same kind from the same database, only the latest are gone on from."""
    same_kind = [
        (kept_at, folder)
        for kept_at, folder, made_of in _kept()
        if all(made_of[name] == like.made_of[name] for name in KIND)
    ]
    _forget([folder for _, folder in sorted(same_kind, reverse=True)[KEPT:]])


def forget_expired() -> None:
    """Take from this machine what the database no longer remembers: it can hold which pseudonym is whose."""
    here = _server()
    _forget([
        folder for _, folder, made_of in _kept() if made_of["server"] == here and not is_remembered(folder.name)
    ])  # fmt: skip


def _kept() -> Iterator[tuple[int, Path, dict[str, str]]]:
    """When each export was kept, in which folder, and what it was made of."""
    for file in states_folder().glob(f"*/{STATE}"):
        with suppress(OSError, ValueError):  # another export may just have taken it away
            made_of = json.loads(file.read_text(encoding="utf-8"))["made_of"]
            yield file.stat().st_mtime_ns, file.parent, made_of


def _forget(folders: Collection[Path]) -> None:
    forget([folder.name for folder in folders])
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def earlier(
    export: str, dataset: Path, *, made_of: Mapping[str, str], latest_transaction: int
) -> tuple[State, Path]:
    """The state of an earlier export and who was in it; NoBase when it cannot be gone on from."""
    folder = states_folder() / Path(export).name
    try:
        state = State(**json.loads((folder / STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise NoBase("this installation does not remember that export") from None
    for name, words in WORDS.items():
        if state.made_of.get(name) != made_of[name]:
            raise NoBase(words)
    if not 0 <= latest_transaction - state.horizon < FURTHEST_BACK:
        raise NoBase("too much has happened in the database since")
    if not is_remembered(state.export):
        raise NoBase(
            f"which rows were deleted since then is known no more: that is kept for {KEPT_FOR.days} days"
        )
    for name, digest in state.files.items():
        if not (dataset / name).is_file() or file_digest(dataset / name) != digest:
            raise NoBase(f"its file {name} is not as it was written")
    return state, folder / PEOPLE


def new_name() -> str:
    """A name for an export that tells nothing."""
    return secrets.token_hex(16)


def made_of(selection: Selection, tables: Collection[str], key: PseudonymKey | None) -> dict[str, str]:
    """All that must be equal for two exports of the same rows to write the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(oid || ':' || pg_relation_filenode(oid), ' ' ORDER BY oid) FROM pg_class"
            " WHERE oid = ANY(%s::regclass[])",
            [[MODELS[name] for name in sorted(tables)]],
        )
        (files,) = cursor.fetchone()
        cursor.execute(
            "SELECT string_agg(app || name, ' ' ORDER BY app, name) FROM django_migrations"
            " WHERE app IN ('record', 'people', 'places')"
        )
        (migrations,) = cursor.fetchone()
    return {
        "schema": str(SCHEMA_VERSION),
        "layout": str(LAYOUT),
        "purpose": selection.purpose.value,
        "names": str(selection.without_identifiers),
        "tables": " ".join(sorted(tables)),
        "rules": selection.rules.version if selection.rules else "",
        "key": f"{key.project}/{key.version}/{key.fingerprint}" if key else "",
        "server": _server(),
        "files": _digest(files),
        "migrations": _digest(migrations),
    }


def practices_digest() -> str:
    """Changes when a practice's code does: registrations carry it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(id || ':' || code, ' ' ORDER BY id) FROM places_organisation")
        return _digest(cursor.fetchone()[0])


def _server() -> str:
    """The database: its server's identity and timeline, and its own number there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (pg_control_system()).system_identifier || '/' || (pg_control_checkpoint()).timeline_id || '/'"
            " || (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return str(cursor.fetchone()[0])


def file_digest(file: Path) -> str:
    """SHA-256 of a file's content."""
    digest = sha256()
    with file.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _digest(text: str | None) -> str:
    return sha256((text or "").encode()).hexdigest()[:16]
