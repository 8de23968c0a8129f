"""Roles and permissions: reviewed definitions, checked when the program starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from localcare.kernel.definitions import DEFINITIONS, DefinitionError, Fault, load

FOLDER = DEFINITIONS / "roles"
PERMISSIONS_FILE = "permissions.yaml"


@dataclass(frozen=True)
class Role:
    """What a role is for and what it allows."""

    code: str
    title: str
    purpose: str
    permissions: tuple[str, ...]
    owner: str
    source: str
    review_by: str
    version: int


@cache
def permissions() -> Mapping[str, str]:
    """Every permission code with the sentence that says what it allows."""
    return read_permissions(FOLDER)


@cache
def roles() -> Mapping[str, Role]:
    """Every role by its code."""
    return read_roles(FOLDER, permissions())


def read_permissions(folder: Path) -> Mapping[str, str]:
    """Read the permission codes of a folder of role definitions."""
    content = load(folder / PERMISSIONS_FILE, FOLDER / "permissions.schema.json")
    return MappingProxyType(dict(content["permissions"]))


def read_roles(folder: Path, known: Mapping[str, str]) -> Mapping[str, Role]:
    """Read the roles of a folder; an unknown permission is a DefinitionError with file and line."""
    found: dict[str, Role] = {}
    faults: list[Fault] = []
    for file in sorted(folder.glob("*.yaml")):
        if file.name == PERMISSIONS_FILE:
            continue
        content = load(file, FOLDER / "role.schema.json")
        faults += _faults(file, content, known)
        found[content["role"]] = _role(content)
    if faults:
        raise DefinitionError(faults)
    return MappingProxyType(found)


def _faults(file: Path, content: Mapping[str, Any], known: Mapping[str, str]) -> list[Fault]:
    faults = [
        Fault(
            file,
            _line_saying(file, f"- {code}"),
            f"permissions.{position}",
            f"the permission {code!r} does not exist",
            f"Use one of {PERMISSIONS_FILE}: {', '.join(sorted(known))}.",
        )
        for position, code in enumerate(content["permissions"])
        if code not in known
    ]
    if content["role"] != file.stem:
        remedy = f"Name the file {content['role']}.yaml or correct the role."
        faults.append(
            Fault(file, _line_saying(file, "role:"), "role", "the role is not named as its file", remedy)
        )
    return faults


def _line_saying(file: Path, text: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.strip().startswith(text)), 1)


def _role(content: Mapping[str, Any]) -> Role:
    return Role(
        code=content["role"],
        title=content["title"],
        purpose=content["purpose"],
        permissions=tuple(content["permissions"]),
        owner=content["owner"],
        source=content["source"],
        review_by=str(content["review_by"]),
        version=content["version"],
    )
