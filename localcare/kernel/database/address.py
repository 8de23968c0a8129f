"""Where the database is: `DATABASE_URL`, or the embedded server started on demand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from localcare.kernel.database.embedded import EmbeddedServer
from localcare.kernel.database.errors import DatabaseError

SCHEMES = ("postgresql", "postgres")
HOW_TO_WRITE = (
    "DATABASE_URL must look like postgresql://USER:PASSWORD@HOST:5432/DATABASE;"
    " percent-encode special characters in the password."
)


def configured_database(home: Path) -> dict[str, Any]:
    """The entry of Django's DATABASES: the configured server, or the embedded one, started when needed."""
    if url := os.environ.get("DATABASE_URL"):
        return django_database(url)
    server = EmbeddedServer(home / "postgres")
    return django_database(server.ensure_running()) | {
        "ENGINE": "localcare.kernel.database.backend",
        "EMBEDDED_HOME": str(server.home),
    }


def django_database(url: str) -> dict[str, Any]:
    """The entry of Django's DATABASES for a `postgresql://` address."""
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in SCHEMES or not name:
        raise DatabaseError(HOW_TO_WRITE)
    try:
        port = str(parts.port or "")
    except ValueError:  # often a slash in the password
        raise DatabaseError(HOW_TO_WRITE) from None
    options: dict[str, Any] = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": port,
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
