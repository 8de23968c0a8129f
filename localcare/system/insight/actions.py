"""Writes of this room: measure every indicator; begin a chart anew, and take that back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from localcare.analysis.dataset.schema import REQUIRED
from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.measures.definitions import Indicator, NotYet
from localcare.analysis.measures.engine import CannotMeasure, MeasureSource
from localcare.foundation.pathways.journal_export import export_journal
from localcare.foundation.record.linked_dataset import export_dataset
from localcare.kernel.access.models import User
from localcare.kernel.access.permitted import NotAllowed, permitted
from localcare.kernel.access.readers import Reader, system_reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.database.one_at_a_time import only_one
from localcare.kernel.work.carrying_out import CarryingOut, Progress, begin, taken_up
from localcare.kernel.work.files import cleared, work_folder
from localcare.kernel.work.stopping import stop
from localcare.system.insight import places, publishing, stages
from localcare.system.insight.breach_lists import breaches_found
from localcare.system.insight.definitions import measured_indicators
from localcare.system.insight.hiding import hidden_keys
from localcare.system.insight.measuring import numbers_of, practices_of
from localcare.system.insight.models import Rebase, Run
from localcare.system.insight.queries import rebases_in_force

RUN_LOCK = 8_104_000  # advisory lock: one run at a time; it ends with the connection, whatever happens
PURPOSE = "direct-care"  # the people who opted out are counted, for only counts leave this room: see docs/explanation
BASIS = "measuring for those who plan and lead care"
Export = Callable[[Path], None]


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
    happens at once; a run that somebody stops is given back stopped. Raises NotAllowed, InProgress, and whatever a
    stage raises.
    """
    reader = permitted(by, "insight.refresh")
    indicators = measured_indicators() if indicators is None else indicators
    version = version_of(indicators)
    with only_one(RUN_LOCK, "Another measuring is in progress: wait until it has ended."):
        run = taken_up(Run, until=until, definitions_version=version) or Run(
            until=until, definitions_version=version, requested_by=reader.name
        )
        begin(run)
        with CarryingOut(run, also=progress) as carrying, cleared(work_folder(run)) as folder:
            _carry_out(run, indicators, reader, carrying, folder, export or _export(run, reader))
    return run


def stop_run(*, run: Run, by: User | Reader) -> str:
    """Ask a measuring to stop; the numbers in force stay. What came of it, in a sentence. NotAllowed."""
    detail = {"run": run.pk, "until": run.until.isoformat()}
    return stop(run, by=by, permission="insight.refresh", action="insight.stop", basis=BASIS, detail=detail)


def _carry_out(
    run: Run,
    indicators: Mapping[str, Indicator],
    reader: Reader,
    carrying: CarryingOut,
    folder: Path,
    export: Export,
) -> None:
    total = len(indicators) + 2
    carrying.tell(0, total, "Exporting the journal and the linked dataset")
    stages.export_once(folder, export)
    source = MeasureSource(journal=JournalFolder(folder / stages.JOURNAL), dataset=folder / stages.DATASET)
    tree = places.whole_tree(run.until, known=practices_of(source))
    files: dict[str, Path] = {}
    run.not_measured = {}
    for number, (code, indicator) in enumerate(indicators.items(), 1):
        carrying.tell(number, total, f"Measuring: {indicator.title}")
        file = stages.numbers_file(folder, code)
        if not file.is_file():
            try:
                found = numbers_of(indicator, source, tree, until=run.until)
            except (NotYet, CannotMeasure) as reason:
                run.not_measured[code] = str(reason)
                continue
            stages.write_numbers(file, found, hidden_keys(indicator.kind, found, tree))
        files[code] = file
    carrying.tell(total - 1, total, "Putting the numbers in force")
    publishing.publish(run, files, breaches_found(indicators, source, until=run.until))
    record_access(
        reader=reader, action="insight.refresh", basis=BASIS,
        detail={"run": run.pk, "until": run.until.isoformat(), "indicators": len(files)},
    )  # fmt: skip
    carrying.say(total, total, "The numbers are in force")


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


def version_of(indicators: Mapping[str, Indicator]) -> str:
    """A digest of what every indicator says."""
    said = repr(sorted((code, repr(indicator)) for code, indicator in indicators.items()))
    return sha256(said.encode()).hexdigest()[:32]


def _export(run: Run, reader: Reader) -> Export:
    """Writes what the indicators ask about, without names, under the name of whoever asked for the run."""
    by = system_reader(f"measuring for {reader.name}"[:190])

    def export(folder: Path) -> None:
        export_dataset(
            folder / stages.DATASET, as_of=run.until, by=by, purpose=PURPOSE, tables=REQUIRED,
            pseudonymous=True,
        )  # fmt: skip
        export_journal(folder / stages.JOURNAL, by=by, purpose=PURPOSE)

    return export
