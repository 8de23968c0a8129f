"""Programs that are started together and end together, however the end comes: Ctrl-C, a signal, a closed terminal."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PATIENCE_SECONDS = 10.0  # after that a program that was asked to end is ended
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
END_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2), on Linux


class AskedToEnd(BaseException):
    """A signal asked this program to end."""


@contextmanager
def told_of_signals() -> Iterator[None]:
    """The first signal to end raises AskedToEnd; what is done then is not broken off by another.

    A closed terminal is no reason to end for a program that was told to outlive it (nohup).
    """
    before = {number: signal.getsignal(number) for number in ENDS}

    def told(_number: int, _frame: FrameType | None) -> None:
        for number in ENDS:
            signal.signal(number, signal.SIG_IGN)
        raise AskedToEnd

    for number, handler in before.items():
        if number != signal.SIGHUP or handler != signal.SIG_IGN:
            signal.signal(number, told)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Together:
    """Commands of this program as processes of their own; none outlives the block.

    Each has a session of its own: only this process hears a Ctrl-C, and decides in which order they end. Nothing is
    forked from here that has loaded an engine: threads do not survive a fork, and DuckDB waits for its own at the end.
    """

    def __init__(self) -> None:
        self._running: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []

    def start(self, *arguments: str, end_with: signal.Signals = signal.SIGTERM) -> subprocess.Popen[bytes]:
        """Start `localcare` with these arguments; it will be asked to end by this signal."""
        started = subprocess.Popen(
            [sys.executable, "-P", "-m", "localcare", *arguments],
            stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_end_with_parent,
        )  # fmt: skip
        self._running.append((started, end_with))
        return started

    def __enter__(self) -> Together:
        return self

    def __exit__(self, *_fault: object) -> None:
        """Ask all of them to end, and end those that do not."""
        for program, number in self._running:
            if program.poll() is None:
                program.send_signal(number)
        deadline = time.monotonic() + PATIENCE_SECONDS
        for program, _ in self._running:
            try:
                program.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


def _end_with_parent() -> None:
    """In the new process: end when the one that started it was killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGTERM)
