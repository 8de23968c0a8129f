"""What the pages of places show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from localcare.foundation.places.definitions import (
    ClusterSize,
    cluster_sizes,
    organisation_types,
    site_types,
)
from localcare.foundation.places.models import (
    Area,
    Organisation,
    OrganisationArea,
    PlaceOperation,
    PopulationFigure,
    Site,
)
from localcare.foundation.places.queries import AreaNode, area_codes_within, holding_on, name_on
from localcare.foundation.places.rules import Plan, Snapshot
from localcare.kernel.nhs_design.formatting import format_date, format_number

RAW, WEIGHTED = False, True


@dataclass(frozen=True)
class Figure:
    """One population figure with its paper."""

    people: str
    kind: str
    source: str
    is_used: bool
    because: str


@dataclass(frozen=True)
class SizeJudgement:
    """What one paper's cluster size says of a population."""

    source: str
    says: str
    verdict: str
    colour: str
    is_chosen: bool


@dataclass(frozen=True)
class TreeRow:
    """One area of the tree, ready to show."""

    code: str
    name: str
    kind: str
    people: str
    practice_count: int
    children: tuple[TreeRow, ...]


def tree_rows(nodes: list[AreaNode]) -> tuple[TreeRow, ...]:
    """The tree with the population used for each area."""
    used = dict(
        PopulationFigure.objects.filter(is_preferred=True, is_weighted=RAW).values_list("area_id", "people")
    )
    return tuple(_tree_row(node, used) for node in nodes)


def _tree_row(node: AreaNode, used: dict[int, int]) -> TreeRow:
    return TreeRow(
        code=node.area.code,
        name=node.name,
        kind=node.area.get_kind_display(),
        people=format_number(used.get(node.area.pk)),
        practice_count=node.practice_count,
        children=tuple(_tree_row(child, used) for child in node.children),
    )


def figures_of(area: Area) -> list[Figure]:
    """Every figure that a paper gives, side by side, raw before weighted."""
    return [
        Figure(
            people=format_number(figure.people),
            kind=("Weighted" if figure.is_weighted else "People")
            + (", sum of the parts" if figure.is_sum else ""),
            source=f"Paper {figure.paper}, line {figure.line}",
            is_used=figure.is_preferred,
            because=figure.because,
        )
        for figure in area.population_figures.order_by("is_weighted", "paper")
    ]


def sizes_of(area: Area) -> list[SizeJudgement]:
    """How a cluster's population stands to what each paper says a cluster has."""
    figure = area.population_figures.filter(is_preferred=True, is_weighted=RAW).first()
    if area.kind != Area.Kind.CLUSTER or figure is None:
        return []
    return [_judge(size, figure.people) for size in cluster_sizes()]


def _judge(size: ClusterSize, people: int) -> SizeJudgement:
    verdict = size.judge(people)
    words = {"below": "Below the range", "within": "Within the range", "above": "Above the range"}
    colour = "green" if verdict == "within" else "orange"
    return SizeJudgement(
        f"Paper {size.paper}, line {size.line}", size.says, words[verdict], colour, size.is_chosen
    )


def organisations_for(area: Area, around: list[Area], on: date) -> list[Organisation]:
    """The organisations that serve the area, or one it lies in, on the day."""
    areas = [area, *around]
    serving = OrganisationArea.objects.filter(holding_on(on), area__in=areas).values("organisation")
    return list(
        Organisation.objects.filter(holding_on(on), pk__in=serving).order_by("organisation_type", "name")
    )


def sites_in(area: Area, on: date) -> list[Site]:
    """The sites in the area, and in every area within it, on the day."""
    inside = area_codes_within(area.code, on)
    return list(Site.objects.filter(holding_on(on), area__code__in=inside).order_by("site_type", "name"))


def type_of(organisation: Organisation) -> str:
    """The type of an organisation in words."""
    return organisation_types().get(organisation.organisation_type, organisation.organisation_type)


def type_of_site(site: Site) -> str:
    """The type of a site in words."""
    return site_types().get(site.site_type, site.site_type)


def history_of(area: Area) -> list[PlaceOperation]:
    """Every dated change that touched the area, the latest first."""
    return list(area.operations.select_related("reverses", "reversed_by").distinct())


def organisation_facts(organisation: Organisation) -> list[tuple[str, str]]:
    """What is known of an organisation and how well."""
    until = format_date(organisation.valid_to, missing="today")
    return [
        ("Type", type_of(organisation)),
        ("Code", f"{organisation.code} ({organisation.get_code_status_display().lower()})"),
        ("Short name", organisation.short_name or "None"),
        ("Held", f"{format_date(organisation.valid_from)} to {until} "
                 f"(days {organisation.get_dates_status_display().lower()})"),
        ("Source", organisation.source or "Not recorded"),
    ]  # fmt: skip


def serves(organisation: Organisation) -> list[tuple[str, str]]:
    """Code and name of each area it serves."""
    rows = organisation.serves.select_related("area").order_by("area__name")
    return [(row.area.code, row.area.name) for row in rows]


def memberships_of(practice: Organisation) -> list[tuple[str, str, str, str]]:
    """Area code, name on the first day, days and reason of each membership of a practice."""
    rows = practice.memberships.select_related("area").order_by("-valid_from")
    return [
        (row.area.code, name_on(row.area, row.valid_from),
         f"{format_date(row.valid_from)} to {format_date(row.valid_to, missing='today')}", row.reason)
        for row in rows
    ]  # fmt: skip


def plan_lines(plan: Plan, now: Snapshot) -> list[str]:
    """What a plan will change, one sentence for each thing."""
    names = {code: state.name for code, state in now.areas.items()} | {s.code: s.name for s in plan.opens}
    practices = dict(Organisation.objects.filter(code__in=plan.practice_codes).values_list("code", "name"))
    lines = [f"{state.name} ({state.code}) begins." for state in plan.opens]
    lines += [
        f"{practices.get(move.code) or names.get(move.code, move.code)} goes from {names[move.origin]}"
        f" to {names[move.target]}."
        for move in plan.moves
    ]
    lines += [f"{state.name} ({state.code}) ends." for state in plan.closes]
    return lines + [f"{old} is called {new}." for _, old, new in plan.renames]
