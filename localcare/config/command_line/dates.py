"""Days as they are typed on the command line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

LONDON = ZoneInfo("Europe/London")


def today() -> date:
    """The day it is in London, wherever the machine stands."""
    return datetime.now(LONDON).date()


def parse_day(text: str) -> date:
    """A day from YYYY-MM-DD; the parser tells the user what is wrong with any other text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day: write it as 2026-10-01") from None


AsOf = Annotated[
    date | None,
    typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help="The day to look from; today when not given."),
]
