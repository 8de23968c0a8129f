"""The embedded server's own configuration files, written afresh at each start."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

SUPERUSER = "localcare"
WRITTEN_BY_US = (
    "# Written by Local Care at each start. Settings of your own belong in local.conf beside this file.\n"
)


def server_settings(socket_folder: Path, *, durable: bool) -> str:
    """`postgresql.conf`: a socket and no network; errors logged without the values they concern."""
    settings: dict[str, str] = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "shared_buffers": "256MB",
        "effective_cache_size": "1GB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "wal_compression": "on",
        "client_connection_check_interval": "2s",  # what a killed program asked ends, and its locks with it
        "log_error_verbosity": "terse",  # details would quote the row, and rows are about people
        "log_min_error_statement": "panic",  # statements carry values as well
    }
    if not durable:
        settings |= {
            "fsync": "off",
            "full_page_writes": "off",
        }  # a killed server loses nothing, a power cut might
    lines = [f"{name} = {_quoted(value)}\n" for name, value in settings.items()]
    return WRITTEN_BY_US + "".join(lines) + "include_if_exists = 'local.conf'\n"


def connections_let_in() -> str:
    """`pg_hba.conf`: over the socket, accounts that `pg_ident.conf` maps; nobody over a network."""
    return WRITTEN_BY_US + "local all all peer map=localcare\n"


def accounts_let_in(names: Sequence[str]) -> str:
    """`pg_ident.conf`: these accounts of the operating system may connect as the one database role."""
    return WRITTEN_BY_US + "".join(f'localcare "{name}" {SUPERUSER}\n' for name in names)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
