"""Writes of this room: measure every indicator; begin a chart anew, and take that back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.measures.definitions import Indicator, NotYet
from localcare.analysis.measures.engine import CannotMeasure, MeasureSource
from localcare.foundation.pathways.journal_export import export_journal
from localcare.foundation.record.linked_dataset import export_dataset
from localcare.kernel.access.models import User
from localcare.kernel.access.permitted import NotAllowed, permitted
from localcare.kernel.access.readers import Reader, system_reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.database.one_at_a_time import is_broken, only_one
from localcare.system.insight import places, publishing, stages
from localcare.system.insight.breach_lists import breaches_found
from localcare.system.insight.definitions import measured_indicators
from localcare.system.insight.hiding import hidden_keys
from localcare.system.insight.measuring import numbers_of, practices_of
from localcare.system.insight.models import Rebase, Run
from localcare.system.insight.queries import rebases_in_force

RUN_LOCK = 8_104_000  # advisory lock: one run at a time; it ends with the connection, whatever happens
TABLES_NEEDED = (
    "persons",
    "registrations",
    "facts",
    "stays",
    "diagnoses",
    "attendances",
    "contacts",
    "packages",
)
PURPOSE = "direct-care"  # the people who opted out are counted, for only counts leave this room: see docs/explanation
Progress = Callable[[int, int, str], None]
Export = Callable[[Path], None]


class RunInProgress(Exception):
    """Another run holds the lock."""


class CannotRebase(ValueError):
    """The chart cannot begin anew there; the message says why."""


def refresh_indicators(
    *,
    until: date,
    by: User | Reader,
    progress: Progress | None = None,
    export: Export | None = None,
    indicators: Mapping[str, Indicator] | None = None,
) -> Run:
    """Measure every indicator (or those given) up to the day before `until` and put the numbers in force; the run.

    Goes on with a run of the same day and definitions that was killed. Nothing changes until the last step, which
    happens at once. Raises NotAllowed, RunInProgress, and whatever a stage raises.
    """
    reader = permitted(by, "insight.refresh")
    indicators = measured_indicators() if indicators is None else indicators
    with only_one(RUN_LOCK, RunInProgress("Another measuring is in progress: wait until it has ended.")):
        run = _continued(until, indicators) or _begun(until, indicators, reader)
        try:
            _carry_out(run, indicators, reader, progress or _silent, export or _export(run, reader))
        except Exception as fault:
            _failed(run, fault)
            raise
    return run


def _carry_out(
    run: Run, indicators: Mapping[str, Indicator], reader: Reader, progress: Progress, export: Export
) -> None:
    folder, total = stages.work_folder(run.pk), len(indicators) + 2
    _report(run, progress, 0, total, "Exporting the journal and the linked dataset")
    stages.export_once(folder, export)
    source = MeasureSource(journal=JournalFolder(folder / stages.JOURNAL), dataset=folder / stages.DATASET)
    tree = places.whole_tree(run.until, known=practices_of(source))
    files: dict[str, Path] = {}
    run.not_measured = {}
    for number, (code, indicator) in enumerate(indicators.items(), 1):
        _report(run, progress, number, total, f"Measuring: {indicator.title}")
        file = stages.numbers_file(folder, code)
        if not file.is_file():
            try:
                found = numbers_of(indicator, source, tree, until=run.until)
            except (NotYet, CannotMeasure) as reason:
                run.not_measured[code] = str(reason)
                continue
            stages.write_numbers(file, found, hidden_keys(indicator.kind, found, tree))
        files[code] = file
    _report(run, progress, total - 1, total, "Putting the numbers in force")
    publishing.publish(run, files, breaches_found(indicators, source, until=run.until))
    stages.clear(folder)
    record_access(
        reader=reader, action="insight.refresh", basis="measuring for those who plan and lead care",
        detail={"run": run.pk, "until": run.until.isoformat(), "indicators": len(files)},
    )  # fmt: skip
    progress(total, total, "The numbers are in force")


def begin_anew(
    *, indicator: str, place: str, starts_on: date, reason: str, by: Reader, today: date | None = None
) -> Rebase:
    """From a day the limits of an indicator's chart of a place are worked out anew. Raises CannotRebase, NotAllowed."""
    reader = permitted(by, "insight.rebase")
    if reader.user is None:
        raise NotAllowed("A person must stand behind a chart's new beginning, not a job.")
    if len(reason.strip()) < 10:
        raise CannotRebase("Say which known change the new limits follow, in ten letters or more.")
    if starts_on > (today or timezone.localdate()):
        raise CannotRebase("The day is to come: limits begin anew only from a day that has been.")
    with transaction.atomic():
        if rebases_in_force(indicator, place).filter(starts_on=starts_on).exists():
            raise CannotRebase("The limits already begin anew on that day.")
        made = Rebase.objects.create(
            indicator=indicator, place=place, starts_on=starts_on, reason=reason.strip()[:500],
            decided_by=reader.user, decided_at=timezone.now(),
        )  # fmt: skip
        _record_rebase(reader, made, "insight.rebase")
    return made


def take_back(*, rebase: Rebase, reason: str, by: Reader) -> Rebase:
    """Take a new beginning back, with a reason; the row that said it stays."""
    reader = permitted(by, "insight.rebase")
    if reader.user is None:
        raise NotAllowed("A person must stand behind it, not a job.")
    if len(reason.strip()) < 10:
        raise CannotRebase("Say why the limits go back to how they were, in ten letters or more.")
    with transaction.atomic():
        locked = Rebase.objects.select_for_update().get(pk=rebase.pk)
        if locked.takes_back_id or Rebase.objects.filter(takes_back=locked).exists():
            raise CannotRebase("That is taken back already.")
        made = Rebase.objects.create(
            indicator=locked.indicator, place=locked.place, starts_on=locked.starts_on,
            reason=reason.strip()[:500], decided_by=reader.user, decided_at=timezone.now(), takes_back=locked,
        )  # fmt: skip
        _record_rebase(reader, made, "insight.rebase-taken-back")
    return made


def _record_rebase(reader: Reader, made: Rebase, action: str) -> None:
    detail = {"indicator": made.indicator, "place": made.place, "from": made.starts_on.isoformat()}
    record_access(reader=reader, action=action, basis=made.reason, detail=detail)


def _continued(until: date, indicators: Mapping[str, Indicator]) -> Run | None:
    """The run that was killed, if it may go on; other unfinished runs are closed as failed."""
    found = None
    for run in Run.objects.filter(status=Run.Status.RUNNING).order_by("-id"):
        fits = run.until == until and run.definitions_version == version_of(indicators)
        if found is None and fits and run.started_at.date() == timezone.now().date():
            run.attempts += 1
            run.save(update_fields=["attempts"])
            found = run
        else:
            _failed(run, RuntimeError("It was stopped before it ended, and another run took its place."))
    return found


def _begun(until: date, indicators: Mapping[str, Indicator], reader: Reader) -> Run:
    return Run.objects.create(
        until=until, definitions_version=version_of(indicators), requested_by=reader.name,
        started_at=timezone.now(), stage="Starting", total=len(indicators) + 2,
    )  # fmt: skip


def version_of(indicators: Mapping[str, Indicator]) -> str:
    """A digest of what every indicator says."""
    said = repr(sorted((code, repr(indicator)) for code, indicator in indicators.items()))
    return sha256(said.encode()).hexdigest()[:32]


def _failed(run: Run, fault: Exception) -> None:
    if is_broken():
        return
    Run.objects.filter(pk=run.pk).update(
        status=Run.Status.FAILED,
        finished_at=timezone.now(),
        message=f"{type(fault).__name__}: {fault}"[:2000],
    )
    stages.clear(stages.work_folder(run.pk))


def _report(run: Run, progress: Progress, done: int, total: int, what: str) -> None:
    run.stage, run.done, run.total = what[:200], done, total
    run.save(update_fields=["stage", "done", "total"])
    progress(done, total, what)


def _export(run: Run, reader: Reader) -> Export:
    """Writes what the indicators ask about, without names, under the name of whoever asked for the run."""
    by = system_reader(f"measuring for {reader.name}"[:190])

    def export(folder: Path) -> None:
        export_dataset(
            folder / stages.DATASET, as_of=run.until, by=by, purpose=PURPOSE, tables=TABLES_NEEDED,
            pseudonymous=True,
        )  # fmt: skip
        export_journal(folder / stages.JOURNAL, by=by, purpose=PURPOSE)

    return export


def _silent(done: int, total: int, what: str) -> None:
    """Progress that nobody asked for."""
