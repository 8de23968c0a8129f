"""Loading one reviewed definition, checked against its schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from localcare.kernel.definitions.errors import DefinitionError, Fault
from localcare.kernel.definitions.lines import DuplicateKeyError, Place, line_of, read_with_lines

DEFINITIONS = Path(__file__).resolve().parents[2] / "definitions"
HEADING = ("title", "version", "owner", "source", "review_by")

Schema = Path | str | Mapping[str, Any]


def load(path: Path | str, schema: Schema) -> dict[str, Any]:
    """The content of a definition; DefinitionError naming file, line, fault and remedy for each fault.

    Both `path` and `schema` may be relative to `localcare/definitions`; a date meets `type: string`.
    """
    file = _inside_definitions(path)
    content, lines = _read(file)
    if not isinstance(content, dict):
        raise DefinitionError([Fault(file, 1, "", "The file is not a mapping", "Begin it with title: …")])
    faults = _heading_faults(file, content)
    faults += [
        _fault(file, error, lines) for error in _validator(schema).iter_errors(_dates_as_text(content))
    ]
    if faults:
        raise DefinitionError(sorted(faults, key=lambda fault: fault.line))
    return content


def _inside_definitions(path: Path | str) -> Path:
    return path if isinstance(path, Path) and path.is_absolute() else DEFINITIONS / path


def _read(file: Path) -> tuple[Any, dict[Place, int]]:
    try:
        return read_with_lines(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        fault = Fault(file, 1, "", "There is no such file", "Check the name, or restore the file")
        raise DefinitionError([fault]) from error
    except DuplicateKeyError as error:
        fault = Fault(file, error.line, error.key, "The key stands twice", "Keep one of the two")
        raise DefinitionError([fault]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else 1
        fault = Fault(file, line, "", f"It is not YAML: {problem}", "Mend the indentation or quoting there")
        raise DefinitionError([fault]) from error


def _heading_faults(file: Path, content: Mapping[str, Any]) -> list[Fault]:
    return [
        Fault(
            file,
            1,
            key,
            f"{key} is missing",
            f"Add {key}: every reviewed definition says {', '.join(HEADING)}",
        )
        for key in HEADING
        if content.get(key) in (None, "")
    ]


def _fault(file: Path, error: ValidationError, lines: dict[Place, int]) -> Fault:
    place = tuple(error.absolute_path)
    shown = ".".join(str(part) for part in place)
    return Fault(file, line_of(place, lines), shown, error.message, _remedy(error))


def _remedy(error: ValidationError) -> str:
    said = error.validator_value
    said = ", ".join(map(str, said)) if isinstance(said, list) else said
    remedies = {
        "required": f"Add what is missing of: {said}",
        "enum": f"Use one of: {said}",
        "additionalProperties": "Check the spelling of the key, or take it out",
        "type": f"Write a value of type {said}",
        "pattern": f"Write it as the pattern {said} asks",
    }
    return remedies.get(str(error.validator), f"The schema asks for {error.validator}: {said}")


def _validator(schema: Schema) -> Draft202012Validator:
    if isinstance(schema, Mapping):
        return Draft202012Validator(schema)
    return _validator_of_file(_inside_definitions(schema))


@cache
def _validator_of_file(path: Path) -> Draft202012Validator:
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def _dates_as_text(content: Any) -> Any:
    """The content as JSON knows it: YAML reads an unquoted date as a date, a schema asks for a string."""
    if isinstance(content, dict):
        return {key: _dates_as_text(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_dates_as_text(value) for value in content]
    return content.isoformat() if isinstance(content, date) else content
