"""Where the boxes of a picture go: layers from top to bottom, few crossings, arrows that point back set apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from localcare.analysis.pathways.graph import Arrows

SWEEPS = 6  # enough for the order of a dozen steps to settle
Node = str | tuple[str, str, int]  # a step, or the place where an arrow from..to passes through a layer


@dataclass(frozen=True)
class Layers:
    """The steps and passing arrows of each layer in their order, and which arrows point back."""

    rows: tuple[tuple[Node, ...], ...]
    back: frozenset[tuple[str, str]]
    layer_of: Mapping[str, int]


def layers_of(steps: Sequence[str], arrows: Arrows, starts: Iterable[str]) -> Layers:
    """The layered order of the steps; every step is in exactly one layer, forward arrows point down."""
    back = _back_arrows(steps, arrows, starts)
    forward = {step: [to for to in arrows.get(step, ()) if (step, to) not in back] for step in steps}
    layer_of = _depths(steps, forward)
    rows: list[list[Node]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
    for step in steps:
        rows[layer_of[step]].append(step)
    for step in steps:
        for to in sorted(forward[step], key=steps.index):
            for layer in range(layer_of[step] + 1, layer_of[to]):
                rows[layer].append((step, to, layer))
    return Layers(tuple(map(tuple, _ordered(rows, forward, layer_of))), frozenset(back), layer_of)


def _back_arrows(steps: Sequence[str], arrows: Arrows, starts: Iterable[str]) -> set[tuple[str, str]]:
    """Arrows to a step that is still being followed: those that go round again."""
    back: set[tuple[str, str]] = set()
    done: set[str] = set()
    for start in (*starts, *steps):
        _follow(start, steps, arrows, [], done, back)
    return back


def _follow(
    step: str,
    steps: Sequence[str],
    arrows: Arrows,
    path: list[str],
    done: set[str],
    back: set[tuple[str, str]],
) -> None:
    if step in done:
        return
    path.append(step)
    for to in sorted(arrows.get(step, ()), key=steps.index):
        if to in path:
            back.add((step, to))
        else:
            _follow(to, steps, arrows, path, done, back)
    path.pop()
    done.add(step)


def _depths(steps: Sequence[str], forward: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The longest way to each step, which puts it below everything that leads to it."""
    depth = dict.fromkeys(steps, 0)
    for _ in steps:
        moved = False
        for step in steps:
            for to in forward[step]:
                if depth[to] < depth[step] + 1:
                    depth[to], moved = depth[step] + 1, True
        if not moved:
            break
    return depth


def _ordered(
    rows: list[list[Node]], forward: Mapping[str, Sequence[str]], layer_of: Mapping[str, int]
) -> list[list[Node]]:
    """The rows with each node near the middle of what it is joined to, swept down and up."""
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for step, targets in forward.items():
        for to in targets:
            chain = chain_of(step, to, layer_of)
            for upper, lower in itertools.pairwise(chain):
                below.setdefault(upper, []).append(lower)
                above.setdefault(lower, []).append(upper)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        joined = above if down else below
        for row in rows if down else reversed(rows):
            place = {node: index / max(len(r) - 1, 1) for r in rows for index, node in enumerate(r)}
            row.sort(key=lambda node, place=place, joined=joined: _middle(node, joined, place))  # type: ignore[misc]
    return rows


def _middle(node: Node, joined: Mapping[Node, Sequence[Node]], place: Mapping[Node, float]) -> float:
    others = joined.get(node)
    return sum(place[other] for other in others) / len(others) if others else place[node]


def chain_of(step: str, to: str, layer_of: Mapping[str, int]) -> list[Node]:
    """The step, the places where the arrow passes a layer, and the step it leads to."""
    return [step, *((step, to, layer) for layer in range(layer_of[step] + 1, layer_of[to])), to]
