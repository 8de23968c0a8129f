"""`localcare migrate` and `localcare database`: the schema, and the embedded server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from localcare.config.command_line import django_setup
from localcare.config.command_line.errors import PlainErrors, Problem
from localcare.config.command_line.help_text import examples
from localcare.config.command_line.progress import Report, progress

if TYPE_CHECKING:
    from localcare.kernel.database.embedded import EmbeddedServer

group = typer.Typer(cls=PlainErrors, no_args_is_help=True, help="The embedded database server.")


def migrate() -> None:
    """Bring the database to the shape that this version of the program expects."""
    django_setup.prepare()
    with progress("Migrating the database") as report:
        applied = apply_migrations(report)
    Console().print(f"Applied {applied} migrations." if applied else "Nothing to apply.")


def apply_migrations(report: Report) -> int:
    """Apply what is missing; how many migrations that were."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from localcare.config.observation.health import unapplied_migrations
    from localcare.kernel.database.installation import mark_production

    missing = unapplied_migrations()
    done: list[str] = []

    def count(action: str, migration: Any = None, _fake: bool = False) -> None:
        if action == "apply_success":
            done.append(str(migration))
            report(len(done), len(missing), str(migration))

    if missing:
        executor = MigrationExecutor(connection, count)
        executor.migrate(executor.loader.graph.leaf_nodes())
        call_command("migrate", verbosity=0, interactive=False)  # content types and the like
    if django_setup.is_production():
        mark_production()
    return len(missing)


@group.command("start", epilog=examples("localcare database start"))
def start() -> None:
    """Start the embedded server, unless it runs, and print its address."""
    from localcare.kernel.database.in_use import keep

    server = _server()
    typer.echo(server.ensure_running())
    keep(server)  # until it is stopped by name


@group.command("stop", epilog=examples("localcare database stop"))
def stop() -> None:
    """Stop the embedded server; what was committed is kept."""
    _server().stop()
    typer.echo("The database is stopped.")


@group.command("status", epilog=examples("localcare database status"))
def status() -> None:
    """Say whether the embedded server answers, and where its files are."""
    server = _server()
    answers = server.data.exists() and server.answers()
    typer.echo(f"{'Answers' if answers else 'Does not answer'}. Data: {server.data}. Log: {server.log}")
    raise typer.Exit(0 if answers else 1)


@contextmanager
def served() -> Iterator[None]:
    """Serve from the embedded server while the block runs; the last who does stops it, if one of them started it."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    from localcare.kernel.database.in_use import in_use

    with in_use(_server()):
        yield


def _server() -> EmbeddedServer:
    from localcare.config.settings.home import home
    from localcare.kernel.database.embedded import EmbeddedServer

    if os.environ.get("DATABASE_URL"):
        raise Problem("DATABASE_URL names a database of its own: the embedded server is not used.")
    return EmbeddedServer(home() / "postgres")
