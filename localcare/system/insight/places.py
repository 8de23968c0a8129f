"""The places that numbers are shown for: everybody, areas and practices as a tree, and those a reader may open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from localcare.foundation.places.models import Area, Organisation
from localcare.foundation.places.queries import AreaNode, area_tree
from localcare.kernel.access.readers import Scope

ALL = "all"
UNKNOWN_PRACTICE = "practice:"
LEVELS = ("all", "place", "locality", "cluster", "practice")  # widest first
LEVEL_WORDS = {
    "all": "the whole health economy",
    "place": "Place",
    "locality": "Locality",
    "cluster": "Cluster",
    "practice": "Practice",
}
LEVELS_WORDS = {"place": "places", "locality": "localities", "cluster": "clusters", "practice": "practices"}


@dataclass(frozen=True)
class Place:
    """One place: its children together make it up, and none of them twice."""

    code: str
    name: str
    level: str
    parent: str | None
    children: tuple[str, ...]
    practices: frozenset[str]

    @property
    def title(self) -> str:
        """The name with its level, to tell Ashford the locality from Ashford the cluster."""
        return self.name if self.level in ("all", "practice") else f"{self.name} ({self.level})"


@dataclass(frozen=True)
class Tree:
    """All places by code, each after the one it lies in."""

    places: Mapping[str, Place]

    def __getitem__(self, code: str) -> Place:
        return self.places[code]

    def __contains__(self, code: str) -> bool:
        return code in self.places

    def around(self, place: Place) -> list[Place]:
        """The places that it lies in, widest first."""
        found: list[Place] = []
        parent = place.parent
        while parent is not None and parent in self.places:
            found.insert(0, self.places[parent])
            parent = self.places[parent].parent
        return found

    def children(self, place: Place) -> list[Place]:
        """The places that make it up."""
        return [self.places[code] for code in place.children if code in self.places]

    def within(self, place: Place, level: str) -> list[Place]:
        """The places of a level inside a place, in the tree's order."""
        return [
            found
            for found in self.places.values()
            if found.level == level and found.code != place.code and found.practices <= place.practices
        ]

    def roots(self) -> list[Place]:
        """The places that lie in none of the others."""
        return [place for place in self.places.values() if place.parent not in self.places]

    def around_practices(self) -> dict[str, list[str]]:
        """For each practice's code the codes of all places that hold it."""
        found: dict[str, list[str]] = {}
        for place in self.places.values():
            for practice in place.practices:
                found.setdefault(practice, []).append(place.code)
        return found


def whole_tree(on: date, *, known: Iterable[str] = ()) -> Tree:
    """Every place as it is on the day; practices that lie in no area, and the unknown one, are beneath everybody.

    `known` are codes of practices that numbers name, wherever they lie.
    """
    found: list[Place] = []
    economies = area_tree(on)
    tops: list[str] = []
    name = economies[0].name if len(economies) == 1 else "Everybody"
    for economy in economies:
        for node in economy.children if len(economies) == 1 else [economy]:
            _collect(node, ALL, found, tops)
        if len(economies) == 1:
            found += _practices(economy, ALL, tops)
    placed = {place.code for place in found}
    names = dict(Organisation.objects.filter(code__in=set(known)).values_list("code", "name"))
    for code in sorted(set(known)):
        if f"practice:{code}" not in placed:
            title = names.get(code, code) if code else "Practice not known"
            found.append(Place(f"practice:{code}", title, "practice", ALL, (), frozenset({code})))
            tops.append(f"practice:{code}")
    everybody = frozenset().union(*(place.practices for place in found)) if found else frozenset()
    whole = Place(ALL, name, "all", None, tuple(tops), everybody)
    return Tree({place.code: place for place in [whole, *found]})


def _collect(node: AreaNode, parent: str, found: list[Place], siblings: list[str]) -> frozenset[str]:
    code, at = f"area:{node.area.code}", len(found)
    children: list[str] = []
    practices: frozenset[str] = frozenset()
    for child in node.children:
        practices |= _collect(child, code, found, children)
    direct = _practices(node, code, children)
    found += direct
    practices |= frozenset().union(*(place.practices for place in direct))
    if practices:
        level = "place" if node.area.kind == Area.Kind.HEALTH_ECONOMY else str(node.area.kind)
        found.insert(at, Place(code, node.name, level, parent, tuple(children), practices))
        siblings.append(code)
    return practices


def _practices(node: AreaNode, parent: str, siblings: list[str]) -> list[Place]:
    made = [
        Place(f"practice:{one.code}", one.name, "practice", parent, (), frozenset({one.code}))
        for one in node.practices
    ]
    siblings += [place.code for place in made]
    return made


def opened_to(tree: Tree, scope: Scope) -> Tree:
    """The places all of whose people lie in a scope; everything to whom holds it everywhere."""
    if scope.practice_codes is None:
        return tree
    codes = scope.practice_codes
    return Tree(
        {
            code: place
            for code, place in tree.places.items()
            if code != ALL and place.practices and place.practices <= codes
        }
    )
