"""Code list packs: installable lists of codes with their source, licence and checksum.

A pack is one YAML file; its lists stand in the file, or in a CSV beside it (columns list, system, code, text) that
`codes_file` names. Lists of the same name in several packs add up.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from localcare.analysis.scores.codes import normalise_code
from localcare.analysis.scores.definitions import read_yaml

SHIPPED = Path(__file__).parents[2] / "definitions" / "codelists"
REQUIRED = ("pack", "version", "source", "licence", "checksum")


class PackError(ValueError):
    """A pack cannot be used; the message names the file, the place and the remedy."""


@dataclass(frozen=True)
class PackCode:
    """One code of a list, as the pack writes it."""

    code_list: str
    system: str
    code: str
    text: str = ""


@dataclass(frozen=True)
class Pack:
    """One installed pack."""

    name: str
    title: str
    version: str
    source: str
    licence: str
    synthetic: bool
    checksum: str
    codes: tuple[PackCode, ...]


@dataclass(frozen=True, eq=False)
class Packs:
    """All installed packs, looked up by list or by code."""

    packs: tuple[Pack, ...]
    _by_list: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict, repr=False)

    def codes_of(self, code_list: str) -> frozenset[tuple[str, str]]:
        """Normalised (system, code) pairs of a list over all packs; empty when no pack has it."""
        return self._by_list.get(code_list, frozenset())

    def missing(self, code_lists: Iterable[str]) -> tuple[str, ...]:
        """The lists that no installed pack fills."""
        return tuple(sorted({name for name in code_lists if name and not self.codes_of(name)}))


def checksum(codes: Iterable[PackCode]) -> str:
    """SHA-256 over the sorted (list, system, code) lines, so that order and display text do not matter."""
    lines = sorted(f"{code.code_list}\t{code.system}\t{code.code}\n" for code in codes)
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def load_pack(file: Path) -> Pack:
    """Read one pack and verify it; PackError names the file, the place and the remedy."""
    try:
        content = read_yaml(file)
    except (OSError, yaml.YAMLError) as broken:
        raise PackError(f"{file}: cannot be read as YAML ({broken})") from broken
    if not isinstance(content, dict):
        raise PackError(f"{file}: must be a mapping with {', '.join(REQUIRED)} and lists")
    if missing := [name for name in REQUIRED if not content.get(name)]:
        raise PackError(f"{file}: {missing[0]} is missing; add it so that users know what they install")
    codes = tuple(_codes(file, content))
    found = checksum(codes)
    if found != content["checksum"]:
        raise PackError(
            f"{file}: the codes do not match the checksum; get the pack again from its source, or if you changed"
            f" it on purpose give it a new version and the checksum {found}"
        )
    return Pack(
        name=content["pack"],
        title=str(content.get("title", content["pack"])),
        version=str(content["version"]),
        source=content["source"],
        licence=content["licence"],
        synthetic=bool(content.get("synthetic", False)),
        checksum=found,
        codes=codes,
    )


def load_packs(*folders: Path) -> Packs:
    """The shipped packs and those in further folders; PackError when two packs have one name."""
    files = [file for folder in (SHIPPED, *folders) for file in sorted(folder.glob("*.yaml"))]
    return combine(load_pack(file) for file in files)


@cache
def shipped_packs() -> Packs:
    """The packs that come with the project, read once."""
    return load_packs()


def combine(packs: Iterable[Pack]) -> Packs:
    """Packs together, with their lists indexed; PackError when two have one name."""
    chosen = tuple(packs)
    names = [pack.name for pack in chosen]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise PackError(f"the pack {repeated[0]} is installed twice; remove one of its files")
    by_list: dict[str, set[tuple[str, str]]] = {}
    for pack in chosen:
        for code in pack.codes:
            by_list.setdefault(code.code_list, set()).add(normalise_code(code.system, code.code))
    return Packs(chosen, {name: frozenset(codes) for name, codes in by_list.items()})


def _codes(file: Path, content: Mapping[str, Any]) -> Iterable[PackCode]:
    if "codes_file" in content:
        yield from _codes_from_csv(file.parent / content["codes_file"])
    for name, entries in (content.get("lists") or {}).items():
        for position, entry in enumerate(entries or (), start=1):
            if (
                not isinstance(entry, dict)
                or not entry.get("system")
                or not isinstance(entry.get("code"), str)
            ):
                raise PackError(
                    f"{file}: entry {position} of {name} needs a system and a code in quotes (numbers lose digits)"
                )
            yield PackCode(name, entry["system"], entry["code"], str(entry.get("text") or ""))


def _codes_from_csv(file: Path) -> Iterable[PackCode]:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            for number, row in enumerate(csv.DictReader(stream), start=2):
                if not row.get("list") or not row.get("system") or not row.get("code"):
                    raise PackError(f"{file}: line {number}: list, system and code must be filled")
                if "E+" in row["code"]:
                    raise PackError(
                        f"{file}: line {number}: {row['code']} was spoilt by a spreadsheet; get the list again"
                    )
                yield PackCode(row["list"], row["system"], row["code"], row.get("text") or "")
    except OSError as missing:
        raise PackError(f"{file}: cannot be read; put the pack's CSV beside its YAML") from missing
