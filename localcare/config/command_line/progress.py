"""A progress bar for whatever takes longer than a moment; plain lines where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Report = Callable[[int, int, str], None]


@contextmanager
def progress(title: str, console: Console | None = None) -> Iterator[Report]:
    """A function that takes (done, total, what); the bar ends with the time that was needed."""
    console = console or Console(stderr=True)
    began = time.monotonic()
    if not console.is_terminal:
        yield lambda done, total, what: None
        console.print(f"{title}: {time.monotonic() - began:.1f} s", highlight=False)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[what]}"),
    )
    with Progress(*columns, console=console) as bars:
        bar = bars.add_task(title, total=None, what="")

        def report(done: int, total: int, what: str) -> None:
            bars.update(bar, completed=done, total=total or None, what=what)

        yield report
        task = bars.tasks[0]
        bars.update(bar, total=task.total or 1, completed=task.total or 1, what="")


def what_first(report: Report) -> Callable[[str, int, int], None]:
    """The same report for the analysis library, which says what before how much."""
    return lambda what, done, total: report(done, total, what)
