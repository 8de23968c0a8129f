"""Under whose name the command line acts: it is audited, so it names the account of the machine."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localcare.kernel.access.readers import Reader


def operator(what: str) -> Reader:
    """The reader for a command that an operator runs."""
    from localcare.kernel.access.readers import system_reader

    return system_reader(f"{what} (command line, {_account()})")


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown account"
