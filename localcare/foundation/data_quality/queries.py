"""Reads of this room: reports and findings in a reader's scope, who accepted what, and the notice on a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q, QuerySet

from localcare.foundation.data_quality.models import Acceptance, Finding, GroupMonths, Report
from localcare.foundation.people.models import PossibleDuplicate, Registration
from localcare.foundation.places.models import Organisation
from localcare.kernel.access.readers import Reader, Scope

if TYPE_CHECKING:
    from localcare.analysis.quality import Rules

READ = "quality.read"
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Notice:
    """What a list says about the data it was made from, or about newer data that were refused."""

    report: Report
    is_newer: bool  # the list is older than these data, for they were refused


def rules_in_force() -> Rules:
    """The project's rules with the place's own among them."""
    from localcare.analysis.quality import load_rules, shipped_rules

    own = settings.DATA_QUALITY_RULES
    return load_rules(Path(own)) if own else shipped_rules()


def reports() -> QuerySet[Report]:
    """Every report, the latest first."""
    return Report.objects.order_by("-pk")


def latest_report() -> Report | None:
    """The last assessment, whatever became of it."""
    return reports().first()


def report_before(report: Report) -> Report | None:
    """The assessment before this one."""
    return reports().filter(pk__lt=report.pk).first()


def findings_for(reader: Reader, report: Report) -> QuerySet[Finding]:
    """Findings about the place, about practices in the reader's scope, and about feeds that are no practice's."""
    found = report.findings.order_by("position")
    codes = reader.scope(READ).practice_codes
    if codes is None:
        return found
    of_practices = Q(code__in=sorted(codes))
    of_providers = Q(kind="feed") & ~Q(code__in=sorted(report.practices))
    return found.filter(Q(kind="place") | of_practices | of_providers)


def may_see_group(reader: Reader, report: Report, kind: str, code: str) -> bool:
    """Whether a practice or feed is in the reader's scope."""
    scope = reader.scope(READ)
    return scope.includes(code) or (kind == "feed" and code not in report.practices)


def is_known(report: Report, kind: str, code: str) -> bool:
    """Whether the report counted a practice or feed of this code."""
    counted = set(report.months.values_list("kind", "code"))
    return (kind, code) in counted or (kind == "practice" and code in report.practices)


def months_of(report: Report, kind: str, code: str) -> list[GroupMonths]:
    """The months of a practice (its facts, and its own contacts) or of a feed."""
    kinds = ("practice", "feed") if kind == "practice" else ("feed",)
    return list(report.months.filter(kind__in=kinds, code=code).order_by("-kind"))


def groups_of(reader: Reader, report: Report) -> list[tuple[str, str]]:
    """Kind and code of every practice and feed with months that the reader may see."""
    found = report.months.order_by("-kind", "code").values_list("kind", "code")
    return [
        (kind, code)
        for kind, code in found
        if may_see_group(reader, report, kind, code) and not (kind == "feed" and code in report.practices)
    ]


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Organisations' names by code."""
    return dict(Organisation.objects.filter(code__in=set(codes)).values_list("code", "name"))


def sees_people_of(reader: Reader, kind: str, code: str, report: Report) -> bool:
    """Whether nobody of whom a finding is made is hidden from the reader."""
    scope: Scope = reader.scope("person.read")
    if kind == "practice" or code in report.practices:
        return scope.includes(code)
    return scope.practice_codes is None or set(report.practices) <= scope.practice_codes


def acceptances(*, on: date) -> QuerySet[Acceptance]:
    """Those that hold on a day: not over, and not taken back."""
    return Acceptance.objects.filter(takes_back=None, taken_back_by=None, until__gte=on).order_by("-pk")


def acceptances_for(reader: Reader) -> list[Acceptance]:
    """Every acceptance, also over or taken back, that is about the place, a provider or a practice in scope."""
    found = (
        Acceptance.objects.filter(takes_back=None).select_related("made_by", "taken_back_by").order_by("-pk")
    )
    report, scope = latest_report(), reader.scope(READ)
    practices = report.practices if report else {}
    return [one for one in found if not one.code or scope.includes(one.code) or one.code not in practices]


def notice_for(run: str) -> Notice | None:
    """What the list of a run has to say about its data; None when they were good enough."""
    latest = latest_report()
    if latest and latest.is_refused and latest.run != run:
        return Notice(latest, is_newer=True)
    report = reports().filter(run=run).first()
    if report is None or (
        report.verdict == Report.Verdict.GOOD and not report.findings.exclude(accepted="").exists()
    ):
        return None
    return Notice(report, is_newer=False)


def identifiers_by_practice(as_of: date) -> dict[str, tuple[int, int]]:
    """By practice, people registered on the day without an NHS number, and people in an open possible duplicate.

    The dataset of a run carries no names or numbers, so that these two are asked of the register itself.
    """
    here = Registration.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=as_of), started_on__lte=as_of, person__merged_into=None
    ).filter(Q(person__death_date=None) | Q(person__death_date__gt=as_of))
    without = here.filter(Q(person__nhs_number=None) | Q(person__nhs_number=""))
    pairs = PossibleDuplicate.objects.filter(decision=PossibleDuplicate.Decision.OPEN).values_list(
        "first", "second"
    )
    alike = here.filter(person__in={key for pair in pairs for key in pair})
    missing = _people_by_practice(without)
    twice = _people_by_practice(alike)
    return {code: (missing.get(code, 0), twice.get(code, 0)) for code in {*missing, *twice}}


def _people_by_practice(registrations: QuerySet[Registration]) -> dict[str, int]:
    """The people of the registrations, each at the practice of their last one, as the dataset counts them."""
    last: dict[int, tuple[date, int, str]] = {}
    for person, started_on, key, code in registrations.values_list(
        "person_id", "started_on", "pk", "practice__code"
    ).iterator():
        last[person] = max(last.get(person, (date.min, 0, "")), (started_on, key, code))
    counted: dict[str, int] = {}
    for *_, code in last.values():
        counted[code] = counted.get(code, 0) + 1
    return counted
