"""Which records hang together through the pairs, and where a chain of pairs contradicts itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Node = str


@dataclass(frozen=True)
class Cluster:
    """Records linked with one another, directly or through others; `numbers` are the NHS numbers believed in it."""

    members: tuple[Node, ...]
    numbers: tuple[str, ...]

    @property
    def contradicts_itself(self) -> bool:
        """Whether it holds two NHS numbers, which are two people: some pair in it is wrong."""
        return len(self.numbers) > 1


def clusters(pairs: Iterable[tuple[Node, Node]], number_of: Mapping[Node, str | None]) -> list[Cluster]:
    """Connected records, each cluster in order and the clusters by their first member."""
    parent: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    members: dict[Node, list[Node]] = {}
    for node in parent:
        members.setdefault(root(node), []).append(node)
    return [
        Cluster(tuple(sorted(nodes)), tuple(sorted({number for n in nodes if (number := number_of.get(n))})))
        for _, nodes in sorted(members.items())
    ]
