"""`localcare serve`, `worker` and `collect-static`: the processes of the site."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from localcare.config.command_line import django_setup
from localcare.config.command_line.database import served
from localcare.config.command_line.errors import Problem
from localcare.config.observation.metrics_folder import shared_counts

Address = Annotated[
    str, typer.Option(help="Address of this machine to listen on.", envvar="LOCALCARE_ADDRESS")
]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535, envvar="LOCALCARE_PORT")]


def serve(
    address: Address = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(help="Processes.", min=1, envvar="LOCALCARE_WORKERS")] = 2,
    threads: Annotated[int, typer.Option(help="Threads in each process.", min=1)] = 4,
    stop_seconds: Annotated[
        int, typer.Option(help="On a stop, time for requests in hand to finish.", min=1)
    ] = 30,
) -> None:
    """Serve the site until stopped; requests in hand are finished first."""
    with shared_counts(), served():
        from localcare.config.serving.site import Site, run_site

        django_setup.ready()
        _refuse_demonstration_users_in_production()
        collect_when_missing()
        run_site(Site(address, port, workers, threads, stop_seconds))


def worker(
    concurrency: Annotated[int, typer.Option(help="Jobs at a time.", min=1)] = 2,
    stop_seconds: Annotated[
        int, typer.Option(help="On a stop, time for jobs in hand to finish.", min=1)
    ] = 60,
) -> None:
    """Run background jobs until stopped; a job in hand is finished first, an unfinished one runs again."""
    with served():
        from localcare.config.serving.worker import run_worker

        django_setup.ready()
        _refuse_demonstration_users_in_production()
        run_worker(concurrency=concurrency, stop_seconds=stop_seconds)


def collect_static() -> None:
    """Gather style sheets, scripts and pictures under names that change with their content."""
    django_setup.prepare()
    typer.echo(f"{_collect()} files gathered.")


def collect_when_missing() -> None:
    """Gather the static files, unless they have been gathered from this very content."""
    from localcare.config.static_files import are_collected

    if not are_collected():
        if django_setup.is_production():
            raise Problem(
                "The static files are not gathered or not of this version. Run: localcare collect-static"
            )
        _collect()


def _collect() -> int:
    from localcare.config.static_files import collect

    return collect()


def _refuse_demonstration_users_in_production() -> None:
    if not django_setup.is_production():
        return
    from localcare.config.production_guard import refuse_demonstration_users

    refuse_demonstration_users()
    os.environ["LOCALCARE_ENVIRONMENT"] = "production"
