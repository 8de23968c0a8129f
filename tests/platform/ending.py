"""A demonstration as a program in a home of its own: started, signalled like a terminal does, and looked for afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.platform.conftest import clean_environment

ENDS_WITHIN_SECONDS = 60  # some 15 on a machine with nothing else to do


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    code: int
    printed: str
    left: list[str]  # what it had started and that runs still


class Running:
    """`localcare` with these arguments, in a process group of its own as a shell makes one."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.home, self._printed = home, home / f"printed-{arguments[0]}.txt"
        self._printed.write_bytes(b"")
        with self._printed.open("ab") as out:
            self._program = subprocess.Popen(
                [sys.executable, "-m", "localcare", *arguments],
                env=clean_environment(LOCALCARE_HOME=str(home)), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip

    @property
    def printed(self) -> str:
        """What it has printed so far."""
        return self._printed.read_text()

    def wait_for(self, words: str) -> None:
        """Until it has printed these words."""
        deadline = time.monotonic() + 240
        while words not in self.printed:
            assert self._program.poll() is None, self.printed
            assert time.monotonic() < deadline, self.printed
            time.sleep(0.05)

    def end(self, number: signal.Signals) -> Ended:
        """Signal its group, as Ctrl-C and a closed terminal do, and look what remains."""
        os.killpg(self._program.pid, number)
        code = self._program.wait(timeout=ENDS_WITHIN_SECONDS)
        return Ended(code, self.printed, processes_of(self.home))


def processes_of(home: Path) -> list[str]:
    """The commands of every process that serves from this home, its database included."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment, command = (entry / "environ").read_bytes(), (entry / "cmdline").read_bytes()
        except OSError:
            continue  # ended meanwhile
        if f"LOCALCARE_HOME={home}\0".encode() in environment or f"{home}/".encode() in command:
            found.append(command.replace(b"\0", b" ").decode())
    return found
