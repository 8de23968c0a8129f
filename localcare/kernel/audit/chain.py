"""How one audit entry is written down for hashing, and chained to the one before."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FORMAT = "localcare-audit-1"
GENESIS = hashlib.sha256(FORMAT.encode()).digest()  # what the first entry is chained to


@dataclass(frozen=True)
class Entry:
    """Everything about an entry that its hash protects."""

    sequence: int
    occurred_at: datetime
    actor: str
    actor_role: str
    organisation: str
    action: str
    basis: str
    outcome: str
    address: str
    detail: dict[str, Any]
    subjects: tuple[str, ...]


def canonical(entry: Entry) -> bytes:
    """Write an entry as the one JSON text that stands for it (UTF-8, sorted keys, no spaces, UTC)."""
    parts = [
        FORMAT,
        entry.sequence,
        entry.occurred_at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.actor_role,
        entry.organisation,
        entry.action,
        entry.basis,
        entry.outcome,
        entry.address,
        entry.detail,
        list(entry.subjects),
    ]
    return json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def chain_hash(key: bytes, previous_hash: bytes, entry: Entry) -> bytes:
    """Return HMAC-SHA256 over the previous entry's hash and this entry's canonical text (32 bytes)."""
    return hmac.new(key, previous_hash + canonical(entry), hashlib.sha256).digest()


def chain_key() -> bytes:
    """Return the secret key of the chain from the settings; without one nothing can be audited."""
    key = getattr(settings, "AUDIT_KEY", "")
    if not key:
        raise ImproperlyConfigured(
            "AUDIT_KEY is not set: give a secret of 32 or more characters that never changes."
        )
    return str(key).encode()


def plain(value: Any) -> Any:
    """Return a value as JSON that PostgreSQL gives back unchanged: no floats, dates or NUL characters."""
    if isinstance(value, Mapping):
        return {str(plain(str(key))): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=str)
    if value is None or isinstance(value, (bool, int)):
        return value
    # NUL and lone surrogates are valid in Python text but not in PostgreSQL text.
    return str(value).replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
