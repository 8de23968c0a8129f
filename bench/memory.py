"""How much memory a process that a benchmark started holds at most."""

from __future__ import annotations

import subprocess
import threading
import time

import psutil


def printed_and_peak(command: list[str], *, every_seconds: float = 0.005) -> tuple[str, float]:
    """Run a program to its end: what it printed, and the peak of its resident memory in MB.

    Raises SystemExit when it fails.
    """
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(child, peak, every_seconds))
    watcher.start()
    printed, _ = child.communicate()
    watcher.join()
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return printed, peak[0] / 2**20


def _watch(child: subprocess.Popen[str], peak: list[int], every_seconds: float) -> None:
    process = psutil.Process(child.pid)
    while child.poll() is None:
        try:
            peak[0] = max(peak[0], process.memory_info().rss)
        except psutil.Error:
            return
        time.sleep(every_seconds)
