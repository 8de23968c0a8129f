"""Reading YAML with the line on which each value stands, so that a fault can name it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

Place = tuple[str | int, ...]
Lines = Mapping[Place, int]


class UnreadableYaml(ValueError):
    """Text that is not YAML, or says a key twice (of which YAML would silently keep the last)."""

    def __init__(self, line: int, fault: str, remedy: str) -> None:
        self.line, self.fault, self.remedy = line, fault, remedy
        super().__init__(f"line {line}: {fault}. {remedy}")


def read_with_lines(text: str) -> tuple[Any, dict[Place, int]]:
    """The content of the YAML text, and the line (from 1) of each value by its place; UnreadableYaml."""
    loader = yaml.SafeLoader(text)
    lines: dict[Place, int] = {}
    try:
        node = loader.get_single_node()
        if node is None:
            return None, lines
        _note_lines(node, (), lines)
        return loader.construct_document(node), lines
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise UnreadableYaml(
            mark.line + 1 if mark else 1,
            f"It is not YAML: {problem}",
            "Mend the indentation or quoting there",
        ) from error
    finally:
        loader.dispose()


def line_of(place: Place, lines: Lines) -> int:
    """The line of the value at the place, or of the nearest value around it."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _note_lines(node: yaml.Node, place: Place, lines: dict[Place, int]) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            _note_lines(item, (*place, position), lines)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise UnreadableYaml(
                    key.start_mark.line + 1, f"The key {key.value!r} stands twice", "Keep one of the two"
                )
            seen.add(key.value)
            _note_lines(value, (*place, key.value), lines)
            lines[(*place, key.value)] = key.start_mark.line + 1
