"""What a killed linkage leaves, which holds names and addresses, goes when the next one starts; living ones keep theirs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from localcare.analysis.linkage.working import JUST_MADE_SECONDS, working_engine

PROGRAM = """
import sys
from localcare.analysis.linkage.working import working_engine
with working_engine() as engine:
    print(engine.execute("SELECT current_setting('temp_directory')").fetchone()[0], flush=True)
    sys.stdin.read()
"""


def linkage(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    """A linkage at work in another process, with something spilt."""
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=os.environ | {"TMPDIR": str(folder)}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert program.stdout
    used = Path(program.stdout.readline().strip())
    (used / "spilt").write_text("names")
    long_ago = time.time() - 2 * JUST_MADE_SECONDS
    os.utime(used, (long_ago, long_ago))
    return program, used


def test_only_the_folders_of_those_who_are_gone_go(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead, left = linkage(tmp_path)
    living, used = linkage(tmp_path)
    dead.send_signal(signal.SIGKILL)
    dead.communicate()
    assert left.exists()
    with working_engine():
        assert not left.exists() and (used / "spilt").exists()
    living.communicate(timeout=60)
    assert living.returncode == 0 and list(tmp_path.iterdir()) == []
