"""Writes of this room: assess a dataset and keep the report; accept a finding until a day, and take that back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from localcare.foundation.data_quality import queries
from localcare.foundation.data_quality.models import Acceptance, Finding, GroupMonths, Report
from localcare.kernel.access.models import User
from localcare.kernel.access.permitted import NotAllowed, permitted
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.nhs_design.formatting import format_date

if TYPE_CHECKING:
    from localcare.analysis.quality import Accepted
    from localcare.analysis.quality import Report as Assessment
    from localcare.analysis.quality.counts import Counts

ACCEPT = "quality.accept"
Progress = Callable[[str, int, int], None]


class DataRefused(Exception):
    """The data are not good enough by the stated rules; the message says which and what to do, without numbers."""

    def __init__(self, report: Report) -> None:
        self.report = report
        titles = "; ".join(reason.split(": ")[0].rstrip(".") for reason in report.reasons)
        super().__init__(
            f"The data of {format_date(report.as_of)} were refused: {titles}. The list in force stays."
            " Mend the data, or accept the finding on the page of data quality, then run again."
        )


class CannotAccept(ValueError):
    """A finding cannot be accepted so; the message says why."""


def assess(
    folder: Path,
    *,
    as_of: date,
    run: str,
    by: Reader,
    data_version: str,
    lists: Callable[[Any], Any] | None = None,
    packs: Any = None,
    progress: Progress | None = None,
) -> Report:
    """Assess an exported dataset before it is used, and keep the report. Raises DataRefused by the stated rules.

    `run` names the run it is for; asked again about the same run and data, the report that is kept answers. `lists`
    makes the desk's list from a dataset (person_id, on_list), so that a finding can say what it would do to it.
    """
    report = Report.objects.filter(run=run, data_version=data_version).first()
    if report is None:
        report = _kept(
            _assessed(folder, as_of, lists, packs, progress), run=run, by=by, data_version=data_version
        )
    if report.is_refused:
        raise DataRefused(report)
    return report


def _assessed(folder: Path, as_of: date, lists: Any, packs: Any, progress: Progress | None) -> Assessment:
    from localcare.analysis.quality import assess as assess_dataset

    return assess_dataset(
        folder,
        as_of=as_of,
        rules=queries.rules_in_force(),
        packs=packs,
        lists=lists,
        accepted=_accepted(),
        also_known=_with_the_register,
        until=timezone.localdate(),
        progress=progress,
        temp_directory=folder.parent / "spill",
    )


def _accepted() -> Mapping[queries.Key, Accepted]:
    from localcare.analysis.quality import Accepted, Severity

    return {
        one.key: Accepted(
            f"{one.made_by_name} until {format_date(one.until)}: {one.reason}", Severity(one.severity)
        )
        for one in reversed(queries.acceptances(on=timezone.localdate()))
    }


def _with_the_register(counts: Counts) -> Counts:
    """Who has no NHS number and who may be there twice, from the register: the dataset of a run does not say."""
    if counts.has_identifiers:
        return counts
    known = queries.identifiers_by_practice(counts.as_of)
    people = []
    for each in counts.people:
        missing, alike = known.get(each.practice, (0, 0))
        told = {"with_identifiers": each.people, "number_missing": min(missing, each.people),
                "alike": min(alike, each.people)}  # fmt: skip
        people.append(replace(each, flags={**each.flags, **told}))
    return replace(counts, people=tuple(people), has_identifiers=True)


@transaction.atomic
def _kept(found: Assessment, *, run: str, by: Reader, data_version: str) -> Report:
    report = Report.objects.create(
        run=run,
        as_of=found.as_of,
        made_at=timezone.now(),
        requested_by=by.name,
        data_version=data_version,
        rules_version=found.rules.version,
        verdict=found.verdict.outcome.value,
        reasons=list(found.verdict.reasons),
        registered=found.registered,
        practices={each.practice: each.people for each in found.counts.people},
        not_measured=[
            {"rule": one.rule, "title": found.rules.rule(one.rule).title, "why": one.why}
            for one in found.not_measured
        ],
        sampled=found.counts.sampled,
        seconds=found.seconds,
    )
    Finding.objects.bulk_create(_findings(report, found), batch_size=1000)
    GroupMonths.objects.bulk_create(
        [
            GroupMonths(report=report, kind=kind, code=code, content=content)
            for (kind, code), content in found.months().items()
        ],
        batch_size=200,
    )
    record_access(
        reader=by,
        action="quality.assess",
        basis="data quality before scores",
        detail={
            "run": run,
            "as_of": found.as_of.isoformat(),
            "verdict": report.verdict,
            "rules": report.rules_version,
        },
    )
    return report


def _findings(report: Report, found: Assessment) -> list[Finding]:
    made = []
    for position, one in enumerate(found.findings, start=1):
        rule = found.rules.rule(one.rule)
        made.append(
            Finding(
                report=report, position=position, rule=one.rule, title=rule.title, dimension=rule.dimension,
                unit=rule.unit, kind=one.kind, code=one.code, table=one.table, part=one.part, whole=one.whole,
                value=one.value, severity=one.severity.value, words=one.words, since=one.since,
                effect=asdict(one.effect), effect_words=rule.effect, measured=rule.measured, remedy=rule.remedy,
                status=rule.limits, accepted=one.accepted,
            )
        )  # fmt: skip
    return made


@transaction.atomic
def accept(
    *, finding: Finding, reason: str, until: date, by: User | Reader, today: date | None = None
) -> Acceptance:
    """Let runs go on although the finding stands, until a day; it ends sooner should the finding get graver.

    Raises NotAllowed outside the reader's scope (a finding about the place needs it everywhere), and CannotAccept.
    """
    reader = permitted(by, ACCEPT)
    _refuse_outside(reader, finding.kind, finding.code, finding.report)
    day = today or timezone.localdate()
    last = day + timedelta(days=queries.rules_in_force().accepted_for_at_most_days)
    if not day <= until <= last:
        raise CannotAccept(f"Choose a day from today to {format_date(last)}.")
    if not reason.strip():
        raise CannotAccept("Say why it is known and what is done about it.")
    made = Acceptance.objects.create(
        rule=finding.rule, kind=finding.kind, table=finding.table, code=finding.code, severity=finding.severity,
        title=finding.title, until=until, reason=reason.strip(), made_by=reader.user, made_by_name=reader.name,
    )  # fmt: skip
    record_access(reader=reader, action="quality.accept", basis=made.reason, detail=_detail(made))
    return made


@transaction.atomic
def take_back(*, acceptance: Acceptance, reason: str, by: User | Reader) -> Acceptance:
    """End an acceptance now, with a reason. Raises NotAllowed, and CannotAccept when it was taken back already."""
    reader = permitted(by, ACCEPT)
    report = queries.latest_report()
    if report:
        _refuse_outside(reader, acceptance.kind, acceptance.code, report)
    Acceptance.objects.select_for_update().get(pk=acceptance.pk)
    if Acceptance.objects.filter(takes_back=acceptance).exists():
        raise CannotAccept("It was taken back already.")
    if not reason.strip():
        raise CannotAccept("Say why it is taken back.")
    made = Acceptance.objects.create(
        rule=acceptance.rule, kind=acceptance.kind, table=acceptance.table, code=acceptance.code,
        severity=acceptance.severity, title=acceptance.title, reason=reason.strip(), made_by=reader.user,
        made_by_name=reader.name, takes_back=acceptance,
    )  # fmt: skip
    record_access(reader=reader, action="quality.accept-taken-back", basis=made.reason, detail=_detail(made))
    return made


def _refuse_outside(reader: Reader, kind: str, code: str, report: Report) -> None:
    scope = reader.scope(ACCEPT)
    within = (
        scope.includes(code)
        if code in report.practices or kind == "practice"
        else scope.practice_codes is None
    )
    if not within:
        raise NotAllowed(f"{reader.name} does not hold {ACCEPT} for {code or 'the whole place'}")


def _detail(made: Acceptance) -> dict[str, str]:
    return {"rule": made.rule, "of": made.kind, "code": made.code, "table": made.table,
            "until": made.until.isoformat() if made.until else ""}  # fmt: skip
