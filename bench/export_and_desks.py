"""Exports made in processes of their own while users ask for pages: the figures of both."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pages
import person_search
import psutil
import served_site

BATCH_SECONDS = 5
PROGRAM = Path(__file__).with_name("export.py")


@dataclass
class Exporter:
    """Makes exports in processes of their own, until it was enough; the first one's figures, and the most memory of all."""

    arguments: argparse.Namespace
    out: Path
    since: Path | None
    runs: list[dict[str, Any]] = field(default_factory=list)
    peak: int = 0
    enough: threading.Event = field(default_factory=threading.Event)
    failed: str = ""

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._repeat)
        thread.start()
        return thread

    def figures(self) -> dict[str, Any]:
        if self.failed:
            raise SystemExit(self.failed)
        return {**self.runs[0], "runs": len(self.runs), "peak_mb": round(self.peak / 2**20)}

    def _repeat(self) -> None:
        try:
            while True:
                self.runs.append(self._one())
                if self.enough.is_set():
                    return
        except (SystemExit, subprocess.SubprocessError, OSError) as error:
            self.failed = f"An export failed: {error}"

    def _one(self) -> dict[str, Any]:
        command = [
            sys.executable,
            str(PROGRAM),
            "--export",
            str(self.out),
            "--percent",
            str(self.arguments.percent),
        ]
        command += ["--since", str(self.since)] if self.since else []
        environment = {
            **os.environ, "DATABASE_URL": served_site.database_address(), "LOCALCARE_HOME": str(self.out.parent),
        }  # fmt: skip
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        watcher = threading.Thread(target=self._watch, args=(process,))
        watcher.start()
        try:
            printed, _ = process.communicate(timeout=self.arguments.longest)
        finally:
            process.kill()
            watcher.join()
        if process.returncode:
            raise SystemExit(f"it ended with {process.returncode}")
        return dict(json.loads(printed.splitlines()[-1]))

    def _watch(self, process: subprocess.Popen[str]) -> None:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                self.peak = max(self.peak, watched.memory_info().rss)
            except psutil.Error:
                return
            time.sleep(0.05)


def latencies(times: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    return {kind: person_search.summary(times[kind]) for kind in ("list", "person", "search")}


@dataclass(frozen=True)
class Desks:
    """Users who ask for pages."""

    port: int
    sessions: dict[str, str]
    arguments: argparse.Namespace

    def alone(self) -> dict[str, Any]:
        """The pages' figures while nothing else happens."""
        return latencies(self._ask(self.arguments.seconds))

    def during(self, exporter: Exporter) -> tuple[dict[str, Any], dict[str, Any]]:
        """The export's figures, and those of the pages asked for while it ran."""
        times: dict[str, list[float]] = defaultdict(list)
        started, exporting = time.perf_counter(), exporter.start()
        while exporting.is_alive():
            for kind, values in self._ask(BATCH_SECONDS).items():
                times[kind] += values
            if time.perf_counter() - started > self.arguments.seconds:
                exporter.enough.set()
        return exporter.figures(), latencies(times)

    def _ask(self, seconds: int) -> dict[str, list[float]]:
        return pages.measure(
            self.port, pages.requests(seconds * pages.RATE, self.arguments.records), self.sessions
        )
