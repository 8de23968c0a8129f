"""`localcare demo`: from nothing to a site with people, lists and logins."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from localcare.config.command_line import django_setup
from localcare.config.command_line.errors import Problem
from localcare.config.command_line.serving import Address, Port
from localcare.config.observation.metrics_folder import shared_counts

if TYPE_CHECKING:
    from localcare.config.demonstration.logins import Login


def demo(
    people: Annotated[int, typer.Option(help="How many synthetic people.", min=100)] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 1,
    address: Address = "127.0.0.1",
    port: Port = 8000,
    serve: Annotated[bool, typer.Option(help="Serve the site at the end.")] = True,
) -> None:
    """Make a synthetic Kent and Medway, stratify it, open one login for each role and serve the site."""
    if django_setup.is_production():
        raise Problem(
            "The demonstration never runs in a production configuration: unset LOCALCARE_ENVIRONMENT."
        )
    os.environ.setdefault("LOCALCARE_LOG_LEVEL", "WARNING")  # so that the logins stay in sight
    with shared_counts():
        began, console = time.monotonic(), Console()
        logins = _prepare(people, seed, address, port, serve)
        _show(console, logins, f"http://{'localhost' if address == '127.0.0.1' else address}:{port}/")
        console.print(f"Ready after {time.monotonic() - began:.0f} seconds.", highlight=False)
        if serve:
            _serve(address, port)


def _prepare(people: int, seed: int, address: str, port: int, serve: bool) -> list[Login]:
    from localcare.config.command_line.progress import progress
    from localcare.config.serving.site import Site

    if serve:
        Site(address, port).refuse_port_in_use()
    with progress("Starting the program and its database"):
        django_setup.prepare()
    from localcare.config.demonstration.steps import prepare_demonstration

    return prepare_demonstration(people=people, seed=seed)


def _show(console: Console, logins: list[Login], site: str) -> None:
    table = Table()
    for heading in ("Sign in as", "Password"):  # never cut short: they are typed
        table.add_column(heading, no_wrap=True, overflow="fold")
    for heading in ("Role", "For"):
        table.add_column(heading)
    for login in logins:
        table.add_row(login.username, login.password, login.role_title, login.scope_name)
    console.print(table)
    console.print(f"Local Care is at [bold]{site}[/]  (Ctrl-C stops it)")


def _serve(address: str, port: int) -> None:
    from localcare.config.serving.site import Site, run_site

    worker = subprocess.Popen([sys.executable, "-P", "-m", "localcare", "worker"], start_new_session=True)
    run_site(Site(address, port), on_exit=worker.terminate)
