"""The words of a scenario as a file: written the same way every time, read with the line of every fault."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from localcare.analysis.simulation.scenario.checking import faults_of
from localcare.analysis.simulation.scenario.files import shipped_pathways
from localcare.analysis.yaml_lines import Lines, UnreadableYaml, line_of, read_with_lines

LONGEST = 500_000  # characters of a file that somebody sends


@dataclass(frozen=True)
class LineFault:
    """One fault of a file that somebody sent: its line (from 1), the place, what is wrong and the remedy."""

    line: int
    place: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        where = f", {self.place}" if self.place else ""
        return f"Line {self.line}{where}: {self.fault}. {self.remedy}."


class FaultyText(ValueError):
    """A file that cannot be used; `faults` are in the order of its lines."""

    def __init__(self, faults: list[LineFault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__("\n".join(map(str, self.faults)))


class _Dumper(yaml.SafeDumper):
    """Writes YAML without anchors: a value that stands twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def text_of(content: Mapping[str, Any]) -> str:
    """The file of the words; the same words give the same bytes."""
    return yaml.dump(dict(content), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def digest_of(text: str) -> str:
    """SHA-256 (hexadecimal) of a file."""
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(text: str) -> dict[str, Any]:
    """The words of a file that somebody sent; FaultyText naming the line of every fault."""
    if len(text) > LONGEST:
        raise FaultyText(
            [LineFault(1, "", "The file is too long", f"A scenario has at most {LONGEST:,} characters")]
        )
    try:
        content, lines = read_with_lines(text)
    except UnreadableYaml as error:
        raise FaultyText([LineFault(error.line, "", error.fault, error.remedy)]) from error
    if not isinstance(content, dict):
        raise FaultyText([LineFault(1, "", "The file is not a mapping", "Begin it with scenario: …")])
    if "based_on" in content:
        remedy = "Take the file of the scenario's own page, which has everything in it"
        raise FaultyText([_fault(lines, ("based_on",), "A file sent here must stand alone", remedy)])
    found = [
        _fault(lines, one.place, one.fault, one.remedy) for one in faults_of(content, shipped_pathways())
    ]
    if found:
        raise FaultyText(found)
    return content


def kept_content(text: str) -> dict[str, Any]:
    """The words of a text that was checked when it was kept."""
    content: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return content


def first_day(content: Mapping[str, Any]) -> date:
    """The day on which a scenario starts."""
    said = content["starts_on"]
    return said if isinstance(said, date) else date.fromisoformat(str(said))


def _fault(lines: Lines, place: tuple[str | int, ...], fault: str, remedy: str) -> LineFault:
    return LineFault(line_of(place, lines), ".".join(map(str, place)), fault, remedy)
