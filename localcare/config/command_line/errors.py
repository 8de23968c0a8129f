"""An error is one red line that says what to do; the traceback is for whoever asks with --debug."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from localcare.config.command_line import exits

if TYPE_CHECKING:
    from localcare.kernel.work.models import Work

DEBUG = "LOCALCARE_DEBUG"


class Problem(Exception):
    """Something that the person at the keyboard can mend; the message says how."""


def refuse_stopped(work: Work, stands: str) -> None:
    """Raise a Problem when somebody stopped the work meanwhile; `stands` says what is in force."""
    if work.was_stopped:
        raise Problem(f"{work.stop_asked_by} stopped it. Nothing of it was kept: {stands}")


class PlainErrors(TyperGroup):
    """A group of commands whose errors are told in one line."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command, and tell what went wrong."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            Console(stderr=True).print("Stopped.")
            raise typer.Exit(exits.INTERRUPTED) from None
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except Exception as error:
            if os.environ.get(DEBUG) or _belongs_to_the_parser(error):
                raise
            console = Console(stderr=True)
            console.print(f"[bold red]{escape(sentence(error))}[/]", soft_wrap=True, highlight=False)
            raise typer.Exit(exits.FAILED) from None


def sentence(error: Exception) -> str:
    """What to tell of an error: its own words when they are meant for people, or else where to look."""
    said = str(error).strip()
    if _module(type(error)) in ENGINES and said:
        return f"{said.splitlines()[0]}: check the files. Run: localcare dataset check FOLDER"
    for kind in type(error).__mro__:
        if remedy := REMEDIES.get(kind.__name__):
            return f"{said.splitlines()[0] if said else kind.__name__}: {remedy}"
    if _is_meant_for_people(error) and said:
        return said
    return f"{type(error).__name__}: {said or 'no more is known'}. Run the command again with --debug to see where."


ENGINES = ("duckdb", "_duckdb")  # they read files; their errors are named like those of the database
REMEDIES = {  # by name, so that nothing needs to be imported to look
    "OperationalError": "the database does not answer as it should. Run: localcare doctor",
    "ProgrammingError": "the database does not look as expected. Run: localcare migrate",
    "PermissionError": "run as the owner of that file, or choose another place.",
}


def _module(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _is_meant_for_people(error: Exception) -> bool:
    """Our own errors are sentences with a remedy, and so are those of settings and of files not found."""
    ours = type(error).__module__.startswith("localcare.")
    return ours or isinstance(error, (ValueError, LookupError, OSError)) or _is_about_settings(error)


def _is_about_settings(error: Exception) -> bool:
    return type(error).__name__ in (
        "ImproperlyConfigured",
        "CommandError",
        "SystemCheckError",
        "ValidationError",
    )


def _belongs_to_the_parser(error: Exception) -> bool:
    return type(error).__module__.startswith(("typer.", "click."))
