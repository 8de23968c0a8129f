"""The delivery framework and the indicators it names: reviewed definitions, checked when the program starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from localcare.analysis.measures.definitions import Indicator, indicators
from localcare.kernel.definitions import DEFINITIONS, DefinitionError, Fault, load

FOLDER = DEFINITIONS / "framework"
FILE = FOLDER / "local-care-delivery-framework.yaml"


@dataclass(frozen=True)
class Domain:
    """One part of the framework: a question, the indicators that answer it, or why nothing does yet."""

    code: str
    title: str
    question: str
    source: str
    note: str
    empty: str
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Framework:
    """The Local Care Delivery Framework."""

    title: str
    source: str
    note: str
    domains: tuple[Domain, ...]


@cache
def framework() -> Framework:
    """The framework; DefinitionError when it names an indicator that is not there."""
    return read_framework(FILE, indicators())


def read_framework(file: Path, known: Mapping[str, Indicator]) -> Framework:
    """A framework from its file."""
    content = load(file, FOLDER / "framework.schema.json")
    faults = [
        Fault(
            file, 1, f"domains.{domain['code']}", f"there is no indicator {code!r}",
            "Name a file of definitions/indicators, without its ending.",
        )
        for domain in content["domains"]
        for code in domain["indicators"]
        if code not in known
    ]  # fmt: skip
    if faults:
        raise DefinitionError(faults)
    domains = tuple(
        Domain(
            code=said["code"], title=said["title"], question=said["question"], source=said["source"],
            note=said.get("note", ""), empty=said.get("empty", ""), indicators=tuple(said["indicators"]),
        )
        for said in content["domains"]
    )  # fmt: skip
    return Framework(content["title"], content["source"], content.get("note", ""), domains)


def measured_indicators() -> Mapping[str, Indicator]:
    """Every indicator by its code."""
    return indicators()
