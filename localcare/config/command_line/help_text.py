"""Examples and exit codes at the foot of each command's help."""

from __future__ import annotations

from localcare.config.command_line.exits import MEANINGS

EXIT_CODES = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in MEANINGS.items()) + "."


def examples(*lines: str) -> str:
    """The foot of a command's help; each example is a line of its own."""
    return "\n\n".join(["Examples:" if len(lines) > 1 else "Example:", *(f"  {line}" for line in lines)])
