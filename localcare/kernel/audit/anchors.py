"""Anchors: ends of the audit chain noted in a file that is kept elsewhere, so that cutting the tail off is found."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from localcare.kernel.audit.verification import end_of_chain


class AnchorError(ValueError):
    """An anchor cannot be noted or read; the message names the place and the remedy."""


@dataclass(frozen=True)
class Anchor:
    """The number of an entry and its hash (hex)."""

    sequence: int
    digest: str


def note(file: Path) -> Anchor:
    """Add the end of the chain to the file as a line of its own; the lines before it stay."""
    found = end_of_chain()
    if found is None:
        raise AnchorError(
            "The head of the chain is missing, so there is no end to note: run localcare audit verify."
        )
    anchor = Anchor(found[0], found[1].hex())
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"{anchor.sequence}:{anchor.digest} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n")
        lines.flush()
        os.fsync(lines.fileno())
    return anchor


def read(file: Path) -> list[Anchor]:
    """Every anchor of a file, oldest first; AnchorError names the line that is none, or a file without any."""
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                found.append(parse(line.split()[0]))
            except AnchorError as fault:
                raise AnchorError(f"{file}, line {number}: {fault}") from fault
    if not found:
        raise AnchorError(f"{file} holds no anchor: make one with localcare audit anchor {file}")
    return found


def parse(text: str) -> Anchor:
    """An anchor as it is printed: a number, a colon and 64 hexadecimal digits."""
    sequence, _, digest = text.partition(":")
    if not (sequence.isascii() and sequence.isdigit() and digest):
        raise AnchorError(
            "An anchor is a number, a colon and the text that localcare audit verify printed after it"
        )
    return Anchor(int(sequence), digest)
