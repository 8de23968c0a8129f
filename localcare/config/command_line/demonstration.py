"""`localcare demo`: from nothing to a site with people, lists and logins."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from localcare.config.command_line import django_setup, exits
from localcare.config.command_line.database import served
from localcare.config.command_line.errors import Problem
from localcare.config.command_line.serving import Address, Port
from localcare.config.observation.metrics_folder import shared_counts
from localcare.config.serving.together import AskedToEnd, Together, told_of_signals

if TYPE_CHECKING:
    from localcare.config.demonstration.logins import Login
    from localcare.config.serving.site import Site

STOP_SECONDS = 5  # for requests and jobs in hand: a demonstration is ended by somebody who waits for it
CUT = "[bold]Stopped[/] while the demonstration was made. The same command goes on where it was."
STOPPED = (
    "[bold]Stopped.[/] Everything that was decided is kept; what the worker was at goes on at the next start."
)
BROKEN = "The site ended by itself (exit code {code}); the lines above say why."


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
    if serve:
        _make_and_serve(people, seed, address, port)
    else:
        _make(people, seed)


def _make(people: int, seed: int) -> None:
    from localcare.config.command_line.progress import progress

    with progress("Starting the program and its database"):
        django_setup.prepare()
    from localcare.config.demonstration.steps import prepare_demonstration

    _show(Console(), prepare_demonstration(people=people, seed=seed))


def _make_and_serve(people: int, seed: int, address: str, port: int) -> None:
    """Each in a process of its own, until a signal ends them all; the database ends last."""
    from localcare.config.serving.site import Site

    site = Site(address, port, stop_seconds=STOP_SECONDS)
    site.refuse_port_in_use()
    began, console, is_made = time.monotonic(), Console(), False
    try:
        with told_of_signals(), served(), shared_counts(), Together() as programs:
            making = programs.start(
                *("demo", "--no-serve", "--people", str(people), "--seed", str(seed)), end_with=signal.SIGINT
            )
            if code := making.wait():
                raise typer.Exit(code)
            is_made = True
            _serve(programs, site, console, began)
    except AskedToEnd:
        with suppress(OSError):  # the terminal may be gone
            console.print(STOPPED if is_made else CUT, highlight=False)
        raise typer.Exit(exits.DONE if is_made else exits.INTERRUPTED) from None


def _serve(programs: Together, site: Site, console: Console, began: float) -> None:
    """Serve until a signal; raises Problem when the site ends by itself."""
    stop = ("--stop-seconds", str(site.stop_seconds))
    programs.start("worker", *stop)
    web = programs.start("serve", "--address", site.address, "--port", str(site.port), *stop)
    while web.poll() is None and not site.answers():
        time.sleep(0.1)
    if web.poll() is None:
        name = "localhost" if site.address == "127.0.0.1" else site.address
        console.print(f"Local Care is at [bold]http://{name}:{site.port}/[/]  (Ctrl-C stops it)")
        console.print(f"Ready after {time.monotonic() - began:.0f} seconds.", highlight=False)
    raise Problem(BROKEN.format(code=web.wait()))


def _show(console: Console, logins: list[Login]) -> None:
    table = Table()
    for heading in ("Sign in as", "Password"):  # never cut short: they are typed
        table.add_column(heading, no_wrap=True, overflow="fold")
    for heading in ("Role", "For"):
        table.add_column(heading)
    for login in logins:
        table.add_row(login.username, login.password, login.role_title, login.scope_name)
    console.print(table)
