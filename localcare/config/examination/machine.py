"""The machine: Python, disk, clock, and the browser that the tests drive."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from localcare.config.examination.finding import Finding, missing, worth_knowing
from localcare.config.settings.home import home

OLDEST_PYTHON = (3, 11)
LITTLE_SPACE, COMFORTABLE_SPACE = 1, 5  # gigabytes
RELEASED = (
    1_760_000_000  # October 2025, in seconds since 1970: no clock that is right shows an earlier moment
)


def findings(*, for_development: bool) -> Iterator[Finding]:
    """What the machine offers."""
    yield python(sys.version_info[:3])
    folder = _nearest(home())
    yield space(folder, shutil.disk_usage(folder).free)
    yield clock(time.time())
    if for_development:
        yield browser(shutil.which("chromium") or shutil.which("chromium-browser"), is_root=os.geteuid() == 0)


def python(version: tuple[int, ...]) -> Finding:
    """Whether Python is new enough."""
    text = "Python " + ".".join(map(str, version))
    if version[:2] < OLDEST_PYTHON:
        return missing(text, "Install Python 3.11 or later and make the environment again: make clean demo")
    return Finding(text)


def space(folder: Path, free: int) -> Finding:
    """Whether the disk has room for the database to grow."""
    gigabytes = free / 10**9
    text = f"{gigabytes:.1f} GB of disk free under {folder}"
    if gigabytes < LITTLE_SPACE:
        return missing(text, "Make room, or set LOCALCARE_HOME to a folder on a larger disk.")
    if gigabytes < COMFORTABLE_SPACE:
        return worth_knowing(text, "The demonstration needs less than 1 GB; a real register needs more.")
    return Finding(text)


def clock(now: float) -> Finding:
    """Whether the clock can be right at all."""
    shown = time.strftime("%d %B %Y %H:%M", time.gmtime(now))
    if now < RELEASED:
        return missing(f"The clock shows {shown} UTC", "Set the clock: every list is as of a day.")
    return Finding(f"The clock shows {shown} UTC")


def browser(found: str | None, *, is_root: bool) -> Finding:
    """Whether there is a browser for the tests."""
    if found:
        return Finding(f"Chromium is at {found}")
    command = "apt-get install chromium"
    return missing("Chromium is not installed", command if is_root else f"sudo {command}")


def _nearest(folder: Path) -> Path:
    return folder if folder.exists() else _nearest(folder.parent)
