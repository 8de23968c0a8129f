"""Writes of this desk: run the stratification, decide about people, keep views."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.utils import timezone

from localcare.analysis.dataset.engine import DUCKDB, EngineChoice
from localcare.care.stratification import data_quality, publishing, stages
from localcare.care.stratification.definitions import Definitions, definitions
from localcare.care.stratification.models import RiskModel, Run
from localcare.care.stratification.risk import putting_in_force, scoring
from localcare.care.stratification.rules import may_go_on, refuses_older_day
from localcare.kernel.access.models import User
from localcare.kernel.access.permitted import permitted
from localcare.kernel.access.readers import Reader, system_reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.database.one_at_a_time import is_broken, only_one

RUN_LOCK = 8_103_000  # advisory lock: one run at a time; it ends with the connection, whatever happens
Progress = stages.Progress


class RunInProgress(Exception):
    """Another run holds the lock."""


class DayToCome(ValueError):
    """A list of a day to come would keep every nightly run until then from being put in force."""


class OlderThanTheList(Exception):
    """A run of a day before the list in force would put back an older list."""


def run_stratification(
    *,
    as_of: date,
    by: User | Reader,
    progress: Progress | None = None,
    export: Callable[[Path], None] | None = None,
    today: date | None = None,
    choice: EngineChoice = DUCKDB,
) -> Run:
    """Score everyone as of a day on the chosen engine and put the new list in force; the run in force afterwards.

    Goes on with a run of the same day and definitions that was killed. Nothing changes until the last step, which
    happens at once. Raises NotAllowed, DayToCome, RunInProgress, OlderThanTheList, DataRefused, and whatever a stage
    raises.
    """
    reader = permitted(by, "list.run")
    _refuse_day_to_come(as_of, today or timezone.localdate())
    wanted = definitions()
    with only_one(RUN_LOCK, RunInProgress("Another run is in progress: wait until it has ended.")):
        _refuse_older(as_of)
        run = _continued(as_of, wanted) or _begun(as_of, wanted, reader)
        try:
            return _carry_out(
                run, wanted, reader, progress or _silent, export or _export(run, reader), choice
            )
        except Exception as fault:
            _failed(run, fault)
            raise


def _carry_out(
    run: Run,
    wanted: Definitions,
    reader: Reader,
    progress: Progress,
    export: Callable[[Path], None],
    choice: EngineChoice,
) -> Run:
    folder = stages.work_folder(run.pk)
    _report(run, progress, 0, 4, "Exporting the linked dataset")
    run.data_version = stages.export_once(folder, export)
    models = scoring.published_models()
    run.risk_version = scoring.version_of(models)
    if same := _already_published(run):
        _unchanged(run, same)
        stages.clear(folder)
        return same
    _report(run, progress, 1, 4, "Assessing data quality")
    data_quality.assess(run, folder / stages.DATASET, wanted, reader, progress)
    _report(run, progress, 1, 4, "Scoring everyone")
    people = stages.stratify_once(
        folder, as_of=run.as_of, definitions=wanted, choice=choice,
        tasks=lambda done, total: progress(1, 4, f"Scoring everyone: {done} of {total} tasks"),
    )  # fmt: skip
    scored = _risks(run, folder, models, progress)
    _report(run, progress, 2, 4, "Copying the scores")
    publishing.stage(people, progress=lambda done, total: progress(done, total, "Copying the scores"))
    putting_in_force.stage(scored)
    _report(run, progress, 3, 4, "Putting the list in force")
    publishing.publish(
        run, wanted, scored, progress=lambda done, total: progress(done, total, "Putting the list in force")
    )
    stages.keep_export(folder)
    stages.clear(folder)
    record_access(
        reader=reader,
        action="list.run",
        basis="nightly stratification for direct care",
        detail={"run": run.pk, "as_of": run.as_of.isoformat(), "definitions": run.definitions_version},
    )
    progress(4, 4, "The list is in force")
    return run


def _risks(run: Run, folder: Path, models: list[RiskModel], progress: Progress) -> list[scoring.Scored]:
    """Everyone's risk by the models that were published when the run came here."""
    if not models:
        return []
    _report(run, progress, 1, 4, "Working out everyone's risk")
    return scoring.score_once(folder, folder / stages.DATASET, models, as_of=run.as_of, progress=progress)


def _refuse_day_to_come(as_of: date, today: date) -> None:
    if as_of > today:
        raise DayToCome(
            f"{as_of} is after today: a list of that day would keep every nightly run until then from being put in"
            f" force. Give a day up to {today}."
        )


def _refuse_older(as_of: date) -> None:
    in_force = Run.objects.filter(status=Run.Status.PUBLISHED).order_by("-id").first()
    if in_force and refuses_older_day(as_of, in_force.as_of):
        raise OlderThanTheList(
            f"The list in force is as of {in_force.as_of:%d %B %Y}: a run as of {as_of:%d %B %Y} would put back an"
            " older one. Run it as of a later day."
        )


def _continued(as_of: date, wanted: Definitions) -> Run | None:
    """The run that was killed, if it may go on; other unfinished runs are closed as failed."""
    found = None
    for run in Run.objects.filter(status=Run.Status.RUNNING).order_by("-id"):
        fits = run.as_of == as_of and run.definitions_version == wanted.version
        if found is None and fits and may_go_on(run.started_at, timezone.now()):
            run.attempts += 1
            run.save(update_fields=["attempts"])
            found = run
        else:
            _failed(run, RuntimeError("It was stopped before it ended, and another run took its place."))
    return found


def _begun(as_of: date, wanted: Definitions, reader: Reader) -> Run:
    return Run.objects.create(
        as_of=as_of,
        definitions_version=wanted.version,
        requested_by=reader.name,
        started_at=timezone.now(),
        stage="Starting",
    )


def _already_published(run: Run) -> Run | None:
    """The run in force when it was made from the same day, definitions, data and risk models."""
    in_force = Run.objects.filter(status=Run.Status.PUBLISHED).order_by("-id").first()
    made_from = ("as_of", "definitions_version", "data_version", "risk_version")
    same = in_force and all(getattr(in_force, name) == getattr(run, name) for name in made_from)
    return in_force if same else None


def _unchanged(run: Run, same: Run) -> None:
    run.status, run.finished_at = Run.Status.UNCHANGED, timezone.now()
    run.stage, run.message = "Nothing to do", f"Run {same.pk} was made from the same data."
    run.save()


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
    run.stage, run.done, run.total = what, done, total
    run.save(update_fields=["stage", "done", "total", "data_version", "risk_version"])
    progress(done, total, what)


def _export(run: Run, reader: Reader) -> Callable[[Path], None]:
    """Writes the data of a run, going on from the last export where that was kept."""
    kept = stages.latest_export()
    by = system_reader(f"stratification for {reader.name}")
    return stages.exporter(as_of=run.as_of, by=by, since=kept if kept.is_dir() else None)


def _silent(done: int, total: int, what: str) -> None:
    """Progress that nobody asked for."""
