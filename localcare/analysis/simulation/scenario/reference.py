"""The reference page of scenario files, written from the schema and from the scenarios that are shipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localcare.analysis.simulation.scenario.files import scenario_files, shipped_scenario
from localcare.analysis.simulation.scenario.shape import schema

TITLES = {
    "service": "A service, under `services`",
    "period": "A period of its capacity, under `capacity`",
    "pathway": "A pathway, under `pathways`",
    "step": "A step of a pathway, under `steps`",
    "duration": "A duration: `duration`, `duration_by_outcome`, `patience`, `elapsed`",
    "initial": "People who are there at the start, under `initial`",
    "change": "Something that becomes different on a day, under `changes`",
}
INTRODUCTION = """# Scenario files

A scenario says what is asked of the pathways, how long things take, how they end, what can be given by date, and where the
people are at the start. The closed forms, the simulation and the planning desk read it. [How to write a
scenario](../how-to/write-a-scenario.md) shows it in use. This page is written from
`localcare/definitions/scenarios/scenario.schema.json` (`localcare scenario schema`).

Shares lie between 0 and 1 and sum to 1. Days and hours of the day are local. Every number has a `source`, its own or that of
the block around it; a number made up for want of a better one says `synthetic`.
"""


def scenario_markdown() -> str:
    """The page."""
    whole = schema()
    parts = [
        INTRODUCTION,
        "## Scenarios that are shipped\n",
        _shipped(),
        "\n## The file\n",
        _table(whole, whole),
    ]
    areas = whole["properties"]["areas"]["additionalProperties"]
    parts += ["\n## An area, under `areas`\n", _table(areas, whole)]
    for name, title in TITLES.items():
        said = whole["$defs"][name]
        parts.append(f"\n## {title}\n")
        if "description" in said:
            parts.append(said["description"] + "\n")
        parts.append(_table(said, whole))
        for inner in ("sickness", "demand"):
            if inner in said["properties"]:
                parts.append(f"\n### `{inner}`\n")
                parts.append(_table(said["properties"][inner], whole))
        if "shifts" in said["properties"]:
            parts.append("\n### `shifts`\n")
            parts.append(_table(said["properties"]["shifts"]["items"], whole))
    return "\n".join(parts) + "\n"


def _shipped() -> str:
    rows = ["| scenario | what it is | first day | days counted |", "| --- | --- | --- | --- |"]
    for code in scenario_files():
        shown = shipped_scenario(code)
        rows.append(f"| `{code}` | {shown.title} | {shown.starts_on} | {shown.days} |")
    return "\n".join(rows)


def _table(said: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    needed = set(said.get("required", ()))
    rows = ["| word | value | says |", "| --- | --- | --- |"]
    for word, value in said["properties"].items():
        mark = " (needed)" if word in needed else ""
        words = value.get("description", "")
        rows.append(f"| `{word}`{mark} | {_kind(value, whole)} | {words.replace('|', '/')} |")
    return "\n".join(rows)


def _kind(value: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    """What kind of value a word takes, in a few words."""
    if "$ref" in value:
        name = str(value["$ref"]).rsplit("/", 1)[-1]
        return {
            "words": "words",
            "day": "day",
            "code": "code",
            "share": "share",
            "weight": "number from 0",
        }.get(name, "number above 0" if name == "positive" else name)
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    if "oneOf" in value:
        return " or ".join(_kind(one, whole) for one in value["oneOf"])
    if value.get("type") == "array":
        return f"list of {_kind(value['items'], whole)}"
    if value.get("type") == "object":
        inside = value.get("additionalProperties")
        return f"code: {_kind(inside, whole)}" if isinstance(inside, Mapping) else "see below"
    return _number(value)


def _number(value: Mapping[str, Any]) -> str:
    kinds = value.get("type", "value")
    name = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    name = {"integer": "whole number", "boolean": "true or false", "string": "text"}.get(name, name)
    return " ".join([name, *_limits(value)])


def _limits(value: Mapping[str, Any]) -> Iterator[str]:
    if "minimum" in value:
        yield f"from {value['minimum']}"
    if "maximum" in value:
        yield f"up to {value['maximum']}"
    if "exclusiveMinimum" in value:
        yield f"above {value['exclusiveMinimum']}"
    if "exclusiveMaximum" in value:
        yield f"below {value['exclusiveMaximum']}"
