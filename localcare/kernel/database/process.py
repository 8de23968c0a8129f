"""Whether the process that `postmaster.pid` names is alive and is the server of this data directory."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """What the operating system says of one process number."""

    state: str
    command: str

    @property
    def is_alive(self) -> bool:
        """Whether it runs: a process that died keeps its number until its parent has noticed."""
        return self.state[:1] not in "ZX"

    def serves(self, data: Path) -> bool:
        """Whether it is a living PostgreSQL over the data directory: a dead one's number may be reused."""
        return self.is_alive and "postgres" in self.command and str(data) in self.command


def server_process(data: Path) -> int | None:
    """Process number of the living server of this data directory, if there is one."""
    number = recorded_number(data)
    if number is None:
        return None
    found = _look(number)
    return number if found and found.serves(data) else None


def is_alive(number: int) -> bool:
    """Whether the process runs."""
    found = _look(number)
    return found is not None and found.is_alive


def recorded_number(data: Path) -> int | None:
    """Process number in `postmaster.pid`, whether or not it is alive."""
    try:
        first_line = (data / "postmaster.pid").read_text().split("\n", 1)[0]
        return int(first_line)
    except (FileNotFoundError, ValueError):
        return None


def _look(number: int) -> Process | None:
    entry = Path("/proc") / str(number)
    if not Path("/proc/self/stat").exists():
        return _look_with_ps(number)
    try:
        state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        return Process(state, (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    except (FileNotFoundError, ProcessLookupError):
        return None


def _look_with_ps(number: int) -> Process | None:
    done = subprocess.run(
        ["/bin/ps", "-p", str(number), "-o", "stat=,args="], capture_output=True, text=True, check=False
    )
    state, _, command = done.stdout.strip().partition(" ")
    return Process(state, command) if done.returncode == 0 and state else None
