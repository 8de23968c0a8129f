"""The real site and the real worker, as processes: they serve, count together, and stop with grace."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from localcare.kernel.database.embedded import EmbeddedServer
from tests.platform.conftest import clean_environment, run_localcare


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        body: bytes = answer.read()
        return body.decode()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the site ended before it answered"
        try:
            get(address)
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the site did not answer within a minute")


@pytest.fixture
def site(home: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A running site with its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "localcare", "serve", "--port", str(port)],
        env=clean_environment(LOCALCARE_HOME=str(home), DJANGO_SETTINGS_MODULE="tests.platform.slow_settings"),
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    wait_for(f"{address}/health/live", process)
    yield address, process
    process.terminate()
    process.wait(timeout=60)


def test_a_stop_lets_the_request_in_hand_finish(site: tuple[str, subprocess.Popen[bytes]]) -> None:
    address, process = site
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(get(f"{address}/slow")))
    asking.start()
    time.sleep(0.7)
    process.send_signal(signal.SIGTERM)
    asking.join(timeout=30)
    assert answers == ["finished"]
    assert process.wait(timeout=30) == 0
    with pytest.raises(OSError):
        get(f"{address}/health/live")


def test_the_processes_count_together_and_survive_the_database(
    site: tuple[str, subprocess.Popen[bytes]], home: Path
) -> None:
    address, _ = site
    for _ in range(20):
        get(f"{address}/health/live")
    counted = re.search(
        r'localcare_requests_total\{method="GET",route="health-live",status="200"\} (\d+)',
        get(f"{address}/metrics"),
    )
    assert counted and int(counted[1]) >= 21

    assert '"ready"' in get(f"{address}/health/ready")
    number = EmbeddedServer(home / "postgres").process()
    assert number is not None
    os.kill(number, signal.SIGKILL)
    assert '"ready"' in get_when_ready(f"{address}/health/ready")


def get_when_ready(address: str) -> str:
    for _ in range(100):
        try:
            return get(address)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the site did not find its database again")


def test_a_port_in_use_is_said_in_one_line(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_localcare("serve", "--port", str(port), home=home)
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr and f"--port {port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_worker_gives_signs_of_life_and_stops_when_told(home: Path) -> None:
    server = EmbeddedServer(home / "postgres")
    process = subprocess.Popen(
        [sys.executable, "-m", "localcare", "worker", "--stop-seconds", "5"],
        env=clean_environment(LOCALCARE_HOME=str(home)),
    )
    try:
        assert wait_for_heartbeat(server, process)
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0


def wait_for_heartbeat(server: EmbeddedServer, process: subprocess.Popen[bytes]) -> bool:
    for _ in range(300):
        assert process.poll() is None
        with psycopg.connect(server.url()) as connection:
            found = connection.execute("select exists (select from procrastinate_workers)").fetchone()
        if found == (True,):
            return True
        time.sleep(0.1)
    return False
