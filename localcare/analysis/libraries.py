"""The engine and what it needs, imported when something is first asked of them.

Pages read definitions and explanations that live beside the engine, and never run it. Importing it takes seconds and
tens of megabytes in every web process; so modules name these instead of the libraries themselves.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Library:
    """Stands for a library, with submodules that must be imported by name."""

    def __init__(self, name: str, *submodules: str) -> None:
        self._names = (name, *(f"{name}.{submodule}" for submodule in submodules))

    def __getattr__(self, attribute: str) -> Any:
        library, *_ = [import_module(name) for name in self._names]
        found = getattr(library, attribute)
        setattr(self, attribute, found)  # the next time it is found without coming here
        return found


ibis: Any = Library("ibis")
duckdb: Any = Library("duckdb")
pyarrow: Any = Library("pyarrow", "csv", "parquet")


def load() -> None:
    """Import the engine now, so that nothing timed or interactive waits for it later."""
    _ = (ibis.duckdb, pyarrow.csv)
