"""The reviewed rules of exports beyond a person's own care: what is removed, what is coarsened, which codes stay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings

from localcare.analysis.scores.codes import normalise_code, normalise_system
from localcare.analysis.scores.packs import SHIPPED, Pack, combine, load_pack
from localcare.kernel.definitions import load

DEFINITION = "export/secondary-use"
PREFIXED = "ICD-10"  # a listed code stands for every code below it
INVENTED = "LOCAL"  # the only system for which an invented list is a list
DIAGNOSES, PROCEDURES, SPECIALTIES = "ICD-10", "OPCS-4", "TREATMENT-FUNCTION"


@dataclass(frozen=True)
class Coarsening:
    """In which form what could tell who somebody is leaves for one purpose."""

    birth_date: str
    oldest_age: int
    postcode: str
    lsoa_code: str
    smallest_number: int
    status: str


@dataclass(frozen=True)
class SecondaryUse:
    """Everything that the definition and the installed lists say for one purpose."""

    coarsening: Coarsening
    free_text: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, str]
    leaves_out_unlisted_systems: bool
    packs: tuple[Pack, ...]
    version: str

    @cached_property
    def _listed(self) -> dict[tuple[str, str], str]:
        """The list of each code, both in the one form in which codes are compared."""
        return {
            normalise_code(code.system, code.code): code.code_list
            for pack in self.packs
            for code in pack.codes
            if code.code_list in self.titles
        }

    @cached_property
    def _systems(self) -> frozenset[str]:
        """Code systems that can be looked through."""
        return frozenset(
            normalise_system(code.system)
            for pack in self.packs
            for code in pack.codes
            if not pack.synthetic or normalise_system(code.system) == INVENTED
        )

    def reason(self, system: str, code: str) -> str | None:
        """Why a row with this code does not leave: the title of its list, or that its system has none; else None."""
        short, found = normalise_code(system, code)
        ends = range(len(found), 2, -1) if short == PREFIXED else (len(found),)
        for end in ends:
            if listed := self._listed.get((short, found[:end])):
                return self.titles[listed]
        if self.leaves_out_unlisted_systems and short not in self._systems:
            return f"No sensitive list is installed for {short}"
        return None

    def reasons(self, codes: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """The codes, as recorded, that do not leave, each with the reason."""
        found = {(system, code): self.reason(system, code) for system, code in codes}
        return {key: reason for key, reason in found.items() if reason}


def system_of_attendance(code: str) -> str:
    """The system of an attendance's diagnosis, which comes without: SNOMED CT identifiers are all digits."""
    return "SNOMED-CT" if code.strip().isdigit() else DIAGNOSES


def secondary_use(purpose: str) -> SecondaryUse:
    """The rules for planning or research, with the lists that come with the project and those installed here.

    Raises DefinitionError or PackError for a definition or list that cannot be used.
    """
    content = load(f"{DEFINITION}.yaml", f"{DEFINITION}.schema.json")
    files = [file for folder in list_folders() for file in sorted(folder.glob("*.yaml"))]
    packs = combine(load_pack(file) for file in files).packs
    said = json.dumps([content, [pack.checksum for pack in packs]], default=str, sort_keys=True)
    return SecondaryUse(
        coarsening=Coarsening(**content["purposes"][purpose]),
        free_text={table: tuple(columns) for table, columns in content["free_text"].items()},
        titles={one["list"]: one["title"] for one in content["sensitive_lists"]},
        leaves_out_unlisted_systems=_leaves_out(content),
        packs=packs,
        version=sha256(said.encode()).hexdigest()[:16],
    )


def list_folders() -> tuple[Path, Path]:
    """Where lists of sensitive codes are looked for: the project's, then the installation's own."""
    return SHIPPED / "sensitive", Path(settings.HOME) / "codelists" / "sensitive"


def _leaves_out(content: Mapping[str, Any]) -> bool:
    return bool(content["systems_without_a_list"] == "leave-out")
