"""Loading pathways from their files, checked as a whole: names, arrows and clocks."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from localcare.analysis.pathways.checking import faults_of
from localcare.analysis.pathways.errors import PathwayFault
from localcare.analysis.pathways.model import Pathway
from localcare.analysis.pathways.reading import read_pathway
from localcare.foundation.pathways.definitions.timing import PATHWAYS, all_hours, settings
from localcare.kernel.definitions import DEFINITIONS, DefinitionError, Fault, load
from localcare.kernel.definitions.lines import line_of, read_with_lines

SCHEMA = PATHWAYS / "pathway.schema.json"


def schema() -> dict[str, Any]:
    """The published JSON Schema of a pathway."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def pathway_files() -> list[Path]:
    """The files of pathways among the definitions: those whose first key says `pathway`."""
    return [file for file in sorted(PATHWAYS.glob("*.yaml")) if _begins_a_pathway(file)]


def _begins_a_pathway(file: Path) -> bool:
    """Whether the file means to be a pathway, even when it cannot be read as YAML."""
    return any(line.startswith("pathway:") for line in file.read_text(encoding="utf-8").splitlines())


def load_content(file: Path) -> dict[str, Any]:
    """What a pathway file says; DefinitionError with file, line, fault and remedy of everything wrong in it."""
    content = load(file.resolve(), SCHEMA)
    found = faults_of(
        content,
        forms=known_forms(),
        service_kinds=known_kinds(),
        hours=all_hours(),
        settings=settings(),
        pathways=[file.stem for file in pathway_files()],
    )
    found += _name_faults(file, content)
    if found:
        _, lines = read_with_lines(file.read_text(encoding="utf-8"))
        faults = [_fault(file, fault, line_of(fault.place, lines)) for fault in found]
        raise DefinitionError(sorted(faults, key=lambda fault: fault.line))
    return content


def _name_faults(file: Path, content: Mapping[str, Any]) -> list[PathwayFault]:
    """A shipped pathway is found by the name of its file."""
    code = content["pathway"]
    if file.resolve().parent != PATHWAYS or file.stem == code:
        return []
    return [PathwayFault(("pathway",), f"The file is not called {code}.yaml", "Rename one of the two")]


def _fault(file: Path, found: PathwayFault, line: int) -> Fault:
    return Fault(file, line, ".".join(map(str, found.place)), found.fault, found.remedy)


@cache
def contents() -> Mapping[str, Mapping[str, Any]]:
    """What each shipped pathway says, by its code; DefinitionError with all faults of all files."""
    found: dict[str, Mapping[str, Any]] = {}
    faults: list[Fault] = []
    for file in pathway_files():
        try:
            found[file.stem] = load_content(file)
        except DefinitionError as error:
            faults += error.faults
    if faults:
        raise DefinitionError(faults)
    return found


@cache
def pathways() -> Mapping[str, Pathway]:
    """Every shipped pathway by its code, checked."""
    return {code: read_pathway(content) for code, content in contents().items()}


def known_forms() -> Collection[str] | None:
    """The codes of the forms; None while no form is defined."""
    return _codes("forms", "form")


@cache
def known_kinds() -> Collection[str] | None:
    """The codes of the kinds of service; None while none is defined."""
    file = DEFINITIONS / "services" / "kinds.yaml"
    return tuple(yaml.safe_load(file.read_text(encoding="utf-8"))["kinds"]) if file.exists() else None


@cache
def _codes(folder: str, key: str) -> Collection[str] | None:
    files = sorted((DEFINITIONS / folder).glob("*.yaml"))
    contents = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in files)
    return tuple(content[key] for content in contents if key in content) or None
