"""Reads of this desk: the list in a reader's scope, scores, history, decisions, numbers. Each takes the reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncWeek

from localcare.care.stratification.models import Decision, ListEntry, ListEvent, PersonScore, Run, RunCount
from localcare.foundation.people.models import Person
from localcare.foundation.people.queries import is_visible, visible_people
from localcare.foundation.places.models import Area, Organisation
from localcare.foundation.places.queries import AreaNode, area_tree
from localcare.kernel.access.readers import Reader, Scope

DRAWN_OVER_TIME = ("hfrs_tenths", "efi_deficits", "emergency_admissions_12m")


@dataclass(frozen=True)
class PlaceChoice:
    """An area or practice that a reader may choose; `practice_codes` are those within the reader's scope."""

    value: str
    label: str
    practice_codes: frozenset[str]
    kind: str


def may_see(person: Person, reader: Reader) -> bool:
    """Whether the person is in the reader's scope of the list."""
    return is_visible(person, reader, "list.read")


def run_in_force() -> Run | None:
    """The run whose list is shown."""
    return Run.objects.filter(status=Run.Status.PUBLISHED).order_by("-id").first()


def run_shown_to(reader: Reader) -> Run | None:
    """The run in force, looked up once in a request, whose panels all ask for it."""
    return reader.once("run in force", run_in_force)


def entries_for(reader: Reader, permission: str = "list.read") -> QuerySet[ListEntry]:
    """The people on the list whom the reader may see."""
    entries = ListEntry.objects.all()
    codes = reader.scope(permission).practice_codes
    return entries if codes is None else entries.filter(practice_code__in=sorted(codes))


def entry_of(person: Person, reader: Reader) -> ListEntry | None:
    """A person's entry when the reader may see it."""
    return entries_for(reader).filter(pk=person.pk).first()


def people_of(
    entries: Iterable[ListEntry], reader: Reader, permission: str = "list.read"
) -> dict[int, Person]:
    """The persons of a page of the list by key; those who have left the reader's scope since are missing."""
    return visible_people(reader, permission).in_bulk([entry.person_id for entry in entries])


def references_of(entries: QuerySet[ListEntry], reader: Reader, permission: str) -> dict[int, str]:
    """The references of the people of a list by key, in its order; only those whom the reader may see."""
    keys = list(entries.values_list("person_id", flat=True))
    visible = visible_people(reader, permission).filter(pk__in=keys)
    references = dict(visible.values_list("pk", "reference"))
    return {key: str(references[key]) for key in keys if key in references}


def scores_of(keys: Iterable[int]) -> dict[int, PersonScore]:
    """The scores in force of people whom the caller has found in the reader's scope."""
    found = PersonScore.objects.filter(person_id__in=list(keys), to_run=None)
    return {score.person_id: score for score in found}


def score_in_force(person: Person, reader: Reader) -> PersonScore | None:
    """A person's scores in force, within the reader's scope."""
    if not may_see(person, reader):
        return None
    return PersonScore.objects.filter(person=person, to_run=None).first()


def score_history(person: Person, reader: Reader) -> list[PersonScore]:
    """Every version of a person's scores, oldest first, with the scores that are drawn over time and their days."""
    if not may_see(person, reader):
        return []
    found = PersonScore.objects.filter(person=person).select_related("from_run").order_by("from_run")
    return list(found.only(*DRAWN_OVER_TIME, "from_run__as_of"))


def decisions_of(person: Person, reader: Reader) -> list[Decision]:
    """Every decision about a person, latest first."""
    if not may_see(person, reader):
        return []
    return list(Decision.objects.filter(person=person).select_related("decided_by").order_by("-id"))


def latest_decisions(keys: Iterable[int]) -> dict[int, Decision]:
    """The latest decision of each person whom the caller has found in the reader's scope."""
    found = Decision.objects.filter(person_id__in=list(keys)).select_related("decided_by").order_by("id")
    return {decision.person_id: decision for decision in found}


def events_of(person: Person, reader: Reader) -> list[ListEvent]:
    """When a person joined, left or changed tier, latest first."""
    if not may_see(person, reader):
        return []
    return list(ListEvent.objects.filter(person=person).order_by("-id")[:20])


def place_choices(scope: Scope, on: date) -> list[PlaceChoice]:
    """Areas (widest first) and practices of which the scope holds people."""
    areas: list[PlaceChoice] = []
    practices: dict[str, PlaceChoice] = {}
    for node in area_tree(on):
        _collect(node, scope, areas, practices)
    missing = (scope.practice_codes or frozenset()) - set(practices)
    for code, name in Organisation.objects.filter(code__in=missing).values_list("code", "name"):
        practices[code] = PlaceChoice(f"practice:{code}", name, frozenset({code}), "practice")
    return areas + sorted(practices.values(), key=lambda choice: choice.label)


def _collect(
    node: AreaNode, scope: Scope, areas: list[PlaceChoice], practices: dict[str, PlaceChoice]
) -> frozenset[str]:
    place = len(areas)
    codes: frozenset[str] = frozenset()
    for practice in node.practices:
        if scope.includes(practice.code):
            practices[practice.code] = PlaceChoice(
                f"practice:{practice.code}", practice.name, frozenset({practice.code}), "practice"
            )
            codes |= {practice.code}
    for child in node.children:
        codes |= _collect(child, scope, areas, practices)
    if codes:
        kind = Area.Kind(node.area.kind).label.split(" (")[0]
        areas.insert(
            place,
            PlaceChoice(f"area:{node.area.code}", f"{node.name} ({kind.lower()})", codes, node.area.kind),
        )
    return codes


def practice_names(codes: Iterable[str]) -> dict[str, str]:
    """The names of practices by code."""
    return dict(Organisation.objects.filter(code__in=set(codes)).values_list("code", "name"))


def counts_of(run: Run, scope: Scope) -> list[RunCount]:
    """What a run counted for the practices of a scope."""
    found = RunCount.objects.filter(run=run)
    if scope.practice_codes is not None:
        found = found.filter(practice_code__in=scope.practice_codes)
    return list(found)


def size_of_list(scope: Scope, since: date) -> list[tuple[date, int]]:
    """People on the list at each run since a day, the last of each day."""
    found = RunCount.objects.filter(run__as_of__gte=since, run__status=Run.Status.PUBLISHED, dimension="list")
    if scope.practice_codes is not None:
        found = found.filter(practice_code__in=scope.practice_codes)
    rows = found.values("run_id", "run__as_of").annotate(total=Sum("people")).order_by("run_id")
    return sorted({row["run__as_of"]: row["total"] for row in rows}.items())


def taken_to_mdt_by_week(scope: Scope, today: date, weeks: int = 12) -> list[tuple[date, int]]:
    """People for whom a reviewer asked for the MDT meeting, for each week that began on a Monday."""
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=weeks - 1)
    found = Decision.objects.filter(kind=Decision.Kind.MDT, decided_on__gte=first)
    if scope.practice_codes is not None:
        found = found.filter(practice_code__in=scope.practice_codes)
    rows = (
        found.annotate(week=TruncWeek("decided_on"))
        .values("week")
        .annotate(total=Count("person", distinct=True))
    )
    known = {row["week"]: row["total"] for row in rows}
    return [(week, known.get(week, 0)) for week in _weeks(first, weeks)]


def _weeks(first: date, weeks: int) -> Sequence[date]:
    return [first + timedelta(weeks=number) for number in range(weeks)]
