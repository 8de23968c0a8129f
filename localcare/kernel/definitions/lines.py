"""Reading YAML with the line on which each value stands."""

from __future__ import annotations

from typing import Any

import yaml

Place = tuple[str | int, ...]


class DuplicateKeyError(ValueError):
    """A mapping that says the same key twice, of which YAML would silently keep the last."""

    def __init__(self, key: str, line: int) -> None:
        self.key, self.line = key, line
        super().__init__(f"line {line}: the key {key!r} stands twice")


def read_with_lines(text: str) -> tuple[Any, dict[Place, int]]:
    """The content of the YAML text, and the line (from 1) of each value by its place."""
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        lines: dict[Place, int] = {}
        if node is None:
            return None, lines
        _note_lines(node, (), lines)
        return loader.construct_document(node), lines
    finally:
        loader.dispose()


def _note_lines(node: yaml.Node, place: Place, lines: dict[Place, int]) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            _note_lines(item, (*place, position), lines)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise DuplicateKeyError(key.value, key.start_mark.line + 1)
            seen.add(key.value)
            _note_lines(value, (*place, key.value), lines)
            lines[(*place, key.value)] = key.start_mark.line + 1


def line_of(place: Place, lines: dict[Place, int]) -> int:
    """The line of the value at the place, or of the nearest value around it."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)
