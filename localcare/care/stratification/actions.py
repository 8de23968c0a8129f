"""Writes of this desk: run the stratification, decide about people, keep views."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.utils import timezone

from localcare.analysis.dataset.engine import DUCKDB, EngineChoice
from localcare.care.stratification import data_quality, publishing, stages
from localcare.care.stratification.definitions import Definitions, definitions
from localcare.care.stratification.models import RiskModel, Run
from localcare.care.stratification.risk import putting_in_force, scoring
from localcare.care.stratification.rules import refuses_older_day
from localcare.foundation.data_quality.actions import DataRefused
from localcare.kernel.access.models import User
from localcare.kernel.access.permitted import permitted
from localcare.kernel.access.readers import Reader, system_reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.database.one_at_a_time import only_one
from localcare.kernel.work.carrying_out import CarryingOut, Progress, begin, end, taken_up
from localcare.kernel.work.files import cleared, work_folder
from localcare.kernel.work.stopping import stop

RUN_LOCK = 8_103_000  # advisory lock: one run at a time; it ends with the connection, whatever happens


BASIS = "nightly stratification for direct care"


class DayToCome(ValueError):
    """A list of a day to come would keep every nightly run until then from being put in force."""


class OlderThanTheList(Exception):
    """A run of a day before the list in force would put back an older list."""


def run_stratification(
    *,
    as_of: date,
    by: User | Reader,
    progress: Progress | None = None,
    export: stages.Export | None = None,
    today: date | None = None,
    choice: EngineChoice = DUCKDB,
) -> Run:
    """Score everyone as of a day on the chosen engine and put the new list in force; the run in force afterwards.

    Goes on with a run of the same day and definitions that was killed. Nothing changes until the last step, which
    happens at once; a run that somebody stops is given back stopped. Raises NotAllowed, DayToCome, InProgress,
    OlderThanTheList, DataRefused, and whatever a stage raises.
    """
    reader = permitted(by, "list.run")
    _refuse_day_to_come(as_of, today or timezone.localdate())
    wanted = definitions()
    with only_one(RUN_LOCK, "Another run is in progress: wait until it has ended."):
        _refuse_older(as_of)
        run = taken_up(Run, as_of=as_of, definitions_version=wanted.version) or Run(
            as_of=as_of, definitions_version=wanted.version, requested_by=reader.name
        )
        begin(run)
        refused = (DataRefused, Run.Status.REFUSED)
        with (
            CarryingOut(run, also=progress, answer=refused) as carrying,
            cleared(work_folder(run)) as folder,
        ):
            run = _carry_out(run, wanted, reader, carrying, folder, export or _export(run, reader), choice)
    return run


def stop_run(*, run: Run, by: User | Reader) -> str:
    """Ask a run to stop; the list in force stays. What came of it, in a sentence. NotAllowed."""
    detail = {"run": run.pk, "as_of": run.as_of.isoformat()}
    return stop(run, by=by, permission="list.run", action="list.stop", basis=BASIS, detail=detail)


def _carry_out(
    run: Run,
    wanted: Definitions,
    reader: Reader,
    carrying: CarryingOut,
    folder: Path,
    export: stages.Export,
    choice: EngineChoice,
) -> Run:
    carrying.tell(0, 4, "Exporting the linked dataset")
    run.data_version = stages.export_once(folder, export)
    models = scoring.published_models()
    run.risk_version = scoring.version_of(models)
    run.save(update_fields=["data_version", "risk_version"])
    if same := _already_published(run):
        end(
            run,
            Run.Status.UNCHANGED,
            stage="Nothing to do",
            message=f"Run {same.pk} was made from the same data.",
        )
        return same
    carrying.tell(1, 4, "Assessing data quality")
    data_quality.assess(run, folder / stages.DATASET, wanted, reader, carrying.within)
    carrying.tell(1, 4, "Scoring everyone")
    people = stages.stratify_once(
        folder, as_of=run.as_of, definitions=wanted, choice=choice,
        tasks=lambda done, total: carrying.say(1, 4, f"Scoring everyone: {done} of {total} tasks"),
    )  # fmt: skip
    scored = _risks(run, folder, models, carrying)
    carrying.tell(2, 4, "Copying the scores")
    publishing.stage(people, progress=lambda done, total: carrying.say(done, total, "Copying the scores"))
    putting_in_force.stage(scored)
    carrying.tell(3, 4, "Putting the list in force")
    publishing.publish(
        run,
        wanted,
        scored,
        progress=lambda done, total: carrying.say(done, total, "Putting the list in force"),
    )
    stages.keep_export(folder)
    record_access(
        reader=reader,
        action="list.run",
        basis=BASIS,
        detail={"run": run.pk, "as_of": run.as_of.isoformat(), "definitions": run.definitions_version},
    )
    carrying.say(4, 4, "The list is in force")
    return run


def _risks(run: Run, folder: Path, models: list[RiskModel], carrying: CarryingOut) -> list[scoring.Scored]:
    """Everyone's risk by the models that were published when the run came here."""
    if not models:
        return []
    carrying.tell(1, 4, "Working out everyone's risk")
    return scoring.score_once(
        folder, folder / stages.DATASET, models, as_of=run.as_of, progress=carrying.within
    )


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


def _already_published(run: Run) -> Run | None:
    """The run in force when it was made from the same day, definitions, data and risk models."""
    in_force = Run.objects.filter(status=Run.Status.PUBLISHED).order_by("-id").first()
    made_from = ("as_of", "definitions_version", "data_version", "risk_version")
    same = in_force and all(getattr(in_force, name) == getattr(run, name) for name in made_from)
    return in_force if same else None


def _export(run: Run, reader: Reader) -> stages.Export:
    """Writes the data of a run, going on from the last export where that was kept."""
    kept = stages.latest_export()
    by = system_reader(f"stratification for {reader.name}")
    return stages.exporter(as_of=run.as_of, by=by, since=kept if kept.is_dir() else None)
