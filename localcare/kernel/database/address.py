"""Where the database is: `DATABASE_URL`, or the embedded server started on demand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from localcare.kernel.database.embedded import EmbeddedServer


def database_url(home: Path) -> str:
    """The configured address, or that of the embedded server kept under `home`, started when needed."""
    return os.environ.get("DATABASE_URL") or EmbeddedServer(home / "postgres").ensure_running()


def django_database(url: str) -> dict[str, Any]:
    """The entry of Django's DATABASES for a `postgresql://` address."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(f"DATABASE_URL must begin postgresql://, not {parts.scheme or url!r}")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
