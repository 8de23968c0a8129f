"""The site as a benchmark sees it: a database of its own, and a server on the loopback that answers from it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

FORM_TOKEN = "b" * 32


@contextmanager
def scratch_database() -> Iterator[Any]:
    """An empty, migrated database, dropped at the end; Django is set up before."""
    import django

    django.setup()
    from django.db import connection

    kept = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield connection
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)


@contextmanager
def served() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The site's port and process, from its first answer to the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = _serve(port)
    try:
        yield port, server
    finally:
        server.terminate()
        server.wait(timeout=30)


def database_address() -> str:
    """The scratch database as an address for a program of its own."""
    from django.db import connection

    found = connection.settings_dict
    host, options = found["HOST"] or found["OPTIONS"].get("host", ""), {}
    if host.startswith("/"):
        options["host"] = host
        place = ""
    else:
        place = f"{host}:{found['PORT']}" if found["PORT"] else host
    return f"postgresql://{found['USER']}:{quote(found['PASSWORD'])}@{place}/{found['NAME']}?{urlencode(options)}"


def _serve(port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", "localcare.config.wsgi:application", "--workers", "2", "--threads", "4",
               "--worker-class", "gthread", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]  # fmt: skip
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(),
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    server = subprocess.Popen(command, env=environment)
    for _ in range(120):
        with suppress(OSError):
            if Browser(port).ask("/about/")[0] == 200:
                return server
        time.sleep(0.5)
    server.kill()
    raise SystemExit("The server did not answer within a minute.")


class Browser:
    """One user, signed in by a session's key, who keeps the connection open."""

    def __init__(self, port: int, session: str = "") -> None:
        """Connect; without a session nobody is signed in."""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookie = f"sessionid={session}; csrftoken={FORM_TOKEN}" if session else ""

    def ask(self, address: str, data: dict[str, Any] | None = None) -> tuple[int, str, str]:
        """One request, a post when there is data: status, text, where it leads."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = None
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({**data, "csrfmiddlewaretoken": FORM_TOKEN})
        self.connection.request("POST" if body else "GET", address, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode(), answer.getheader("Location") or ""

    def close(self) -> None:
        """Hang up."""
        self.connection.close()
