"""What lay where on a day: areas, practices, names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from localcare.foundation.places.models import (
    Area,
    AreaMembership,
    AreaName,
    Organisation,
    PracticeMembership,
)


class UnknownArea(LookupError):
    """No area has this code; or none on that day."""


@dataclass
class AreaNode:
    """An area as it was on a day, with what lay in it."""

    area: Area
    name: str
    children: list[AreaNode] = field(default_factory=list)
    practices: list[Organisation] = field(default_factory=list)

    @property
    def practice_count(self) -> int:
        """Practices in the area and in all areas within it."""
        return len(self.practices) + sum(child.practice_count for child in self.children)


def holding_on(day: date, prefix: str = "") -> Q:
    """The condition that a dated row holds on the day."""
    starts, ends = f"{prefix}valid_from__lte", f"{prefix}valid_to"
    return Q(**{starts: day}) & (Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gt": day}))


def area_codes_within(area_code: str, on: date) -> frozenset[str]:
    """The codes of the area and of every area within it on the day."""
    children: dict[str, list[str]] = defaultdict(list)
    rows = AreaMembership.objects.filter(holding_on(on)).values_list("parent__code", "child__code")
    for parent, child in rows:
        children[parent].append(child)
    found, waiting = {area_code}, [area_code]
    while waiting:
        new = [code for code in children[waiting.pop()] if code not in found]
        found.update(new)
        waiting.extend(new)
    return frozenset(found)


def practices_in(area_code: str, on: date) -> QuerySet[Organisation]:
    """The practices in the area, and in every area within it, on the day."""
    memberships = PracticeMembership.objects.filter(
        holding_on(on), area__code__in=area_codes_within(area_code, on)
    )
    return Organisation.objects.filter(pk__in=memberships.values("practice")).order_by("name")


def practice_codes_in(area_code: str, on: date) -> frozenset[str]:
    """The codes of the practices in the area on the day; empty for an unknown area."""
    return frozenset(practices_in(area_code, on).values_list("code", flat=True))


def areas_of(practice_code: str, on: date) -> list[Area]:
    """The areas a practice lay in on the day, narrowest first: cluster, locality, place, health economy."""
    first = (
        PracticeMembership.objects.filter(holding_on(on), practice__code=practice_code)
        .select_related("area")
        .first()
    )
    return [] if first is None else [first.area, *areas_around(first.area, on)]


def areas_around(area: Area, on: date) -> list[Area]:
    """The areas that the area lay in on the day, narrowest first."""
    around: list[Area] = []
    current: Area | None = area
    while current is not None:
        row = AreaMembership.objects.filter(holding_on(on), child=current).select_related("parent").first()
        current = row.parent if row else None
        if current is not None:
            around.append(current)
    return around


def name_on(area: Area, day: date) -> str:
    """The name that the area had on the day."""
    row = AreaName.objects.filter(holding_on(day), area=area).first()
    return row.name if row else area.name


def exists_on(area: Area, day: date) -> bool:
    """Whether the area existed on the day: it lay in another, or is a health economy that held."""
    if area.kind == Area.Kind.HEALTH_ECONOMY:
        return area.valid_from <= day and (area.valid_to is None or area.valid_to > day)
    return AreaMembership.objects.filter(holding_on(day), child=area).exists()


def area_tree(on: date) -> list[AreaNode]:
    """The health economies with everything in them as it was on the day, in four queries."""
    names = dict(AreaName.objects.filter(holding_on(on)).values_list("area_id", "name"))
    nodes = {area.pk: AreaNode(area, names.get(area.pk, area.name)) for area in Area.objects.order_by("pk")}
    for parent, child in AreaMembership.objects.filter(holding_on(on)).values_list("parent_id", "child_id"):
        nodes[parent].children.append(nodes[child])
    memberships = PracticeMembership.objects.filter(holding_on(on)).select_related("practice")
    for membership in memberships.order_by("practice__name"):
        nodes[membership.area_id].practices.append(membership.practice)
    for node in nodes.values():
        node.children.sort(key=lambda child: child.area.pk)
    return [
        node
        for node in nodes.values()
        if node.area.kind == Area.Kind.HEALTH_ECONOMY and exists_on(node.area, on)
    ]


def find_area(code: str) -> Area:
    """The area; UnknownArea when no area has the code."""
    area = Area.objects.filter(code=code).first()
    if area is None:
        raise UnknownArea(f"There is no area with the code {code!r}: choose one from the tree of places.")
    return area
