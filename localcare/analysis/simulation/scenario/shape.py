"""Whether the words of a scenario have the shape of the published JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from localcare.analysis.simulation.scenario.errors import ScenarioFault

SCENARIOS = Path(__file__).resolve().parents[3] / "definitions" / "scenarios"
SCHEMA_FILE = SCENARIOS / "scenario.schema.json"


def shape_faults(content: Mapping[str, Any]) -> Iterator[ScenarioFault]:
    """Where the content has not the shape that the schema asks for."""
    for error in sorted(
        _validator().iter_errors(as_json(content)), key=lambda one: [*map(str, one.absolute_path)]
    ):
        yield ScenarioFault(tuple(error.absolute_path), error.message, _remedy(error))


def schema() -> dict[str, Any]:
    """The JSON Schema of scenario files."""
    found: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return found


def as_json(content: Any) -> Any:
    """The content as JSON knows it: days as text."""
    if isinstance(content, Mapping):
        return {str(key): as_json(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [as_json(value) for value in content]
    return content.isoformat() if isinstance(content, date) else content


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def _remedy(error: ValidationError) -> str:
    said = error.validator_value
    said = ", ".join(map(str, said)) if isinstance(said, list) else said
    remedies = {
        "required": f"Add what is missing of: {said}",
        "enum": f"Use one of: {said}",
        "additionalProperties": "Check the spelling of the key, or take it out",
        "type": f"Write a value of type {said}",
        "pattern": f"Write it as the pattern {said} asks",
        "minimum": f"Write {said} or more",
        "maximum": f"Write {said} or less",
        "oneOf": "Write one of the two ways that the schema describes",
    }
    return remedies.get(str(error.validator), f"The schema asks for {error.validator}: {said}")
