"""What a web process loads once its first pages are out, so that nobody waits for it later."""

from __future__ import annotations

from threading import Timer

AFTER_SECONDS = 8.0  # the pages that somebody waits for at the start come first


def warm_later(after_seconds: float = AFTER_SECONDS) -> Timer:
    """Import what draws charts in the background; the first chart of a process takes seconds otherwise."""
    timer = Timer(after_seconds, _load)
    timer.daemon = True  # never keeps a process from stopping
    timer.start()
    return timer


def _load() -> None:
    from localcare.analysis import charts

    charts.load()
