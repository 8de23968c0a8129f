"""What was lived as a scenario: fitted from the journal by the worker, kept under a name, and run over the same days.

Nothing in it tells of fewer than five people, and people with a national data opt-out are left out, as from any planning.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from localcare.foundation.pathways.journal_export import export_journal
from localcare.foundation.pathways.models import JournalEntry
from localcare.kernel.access.models import User
from localcare.kernel.access.permitted import NotAllowed, permitted
from localcare.kernel.access.readers import Reader, reader_for, system_reader
from localcare.kernel.audit.actions import record_access
from localcare.system.planning import jobs
from localcare.system.planning.actions import (
    BASIS,
    ask_for_run,
    save_scenario,
    save_version,
)
from localcare.system.planning.journals import LIVED, has_journal
from localcare.system.planning.models import Run, SavedScenario, SavedVersion

LONDON = ZoneInfo("Europe/London")
PURPOSE = "planning"
FEWEST_DAYS = 3
NOTE = "Fitted from the journal; begins on its first day, to be laid over it"


class NothingLived(ValueError):
    """The journal is too young to fit anything to."""


@dataclass(frozen=True)
class Latest:
    """How far the latest fit came."""

    is_waiting: bool
    has_failed: bool
    version: SavedVersion | None
    run: Run | None

    @property
    def can_be_laid_over(self) -> bool:
        """Whether the run is done and its journal is kept."""
        return self.run is not None and self.run.status == Run.Status.DONE and has_journal(self.run)


def first_day(weeks: int, today: date) -> date:
    """The day that a fit of so many weeks begins with: no earlier than the first whole day of the journal."""
    wanted = today - timedelta(weeks=weeks)
    entry = JournalEntry.objects.order_by("recorded_at").values_list("recorded_at", flat=True).first()
    if entry is None:
        return today
    return max(wanted, timezone.localdate(entry) + timedelta(days=1))


@transaction.atomic
def ask_to_fit(*, weeks: int, by: Reader) -> None:
    """Have the worker fit a scenario to the last weeks that were lived. Raises NotAllowed, NothingLived."""
    reader, today = permitted(by, "planning.run"), timezone.localdate()
    if reader.user is None:
        raise NotAllowed("A person must stand behind a scenario, not a job.")
    since = first_day(weeks, today)
    if (today - since).days < FEWEST_DAYS:
        raise NothingLived(
            f"The journal holds fewer than {FEWEST_DAYS} whole days of work. Ask again when more has been lived."
        )
    jobs.put_fit_in_queue(reader.user.pk, since)
    record_access(reader=by, action="planning.fit", basis=BASIS, detail={"since": since.isoformat()})


def fit(user_id: int, since: date) -> Run:
    """Fit, keep and ask for the run, under the name of whoever asked."""
    from localcare.analysis.simulation.scenario.fitting import fit_folder  # heavy: the worker's alone

    user = User.objects.get(pk=user_id)
    by = reader_for(user)
    permitted(by, "planning.run")
    parent = Path(settings.HOME) / "planning-fits"
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        begins = datetime.combine(since, time(), tzinfo=LONDON)
        export_journal(
            folder,
            by=system_reader(f"fitting for {user.get_username()}"[:190]),
            purpose=PURPOSE,
            since=begins,
        )
        content = fit_folder(folder, held_out_weeks=0, code=LIVED, replay=True, coarse=True).content
    with transaction.atomic():
        name = str(content["title"])
        saved = SavedScenario.objects.filter(owner=user, name=name, put_away_at=None).first()
        if saved is None:
            save_scenario(content=content, name=name, by=by, note=NOTE)
        else:
            save_version(saved=saved, content=content, by=by, note=NOTE)
        return ask_for_run(content=content, by=by)


def latest() -> Latest:
    """The latest fit: waiting, failed or kept, with its run."""
    job = ProcrastinateJob.objects.filter(task_name=jobs.FIT).order_by("-id").first()
    found = SavedVersion.objects.filter(content__code=LIVED, saved__put_away_at=None)
    version = found.select_related("saved", "content").order_by("-made_at", "-pk").first()
    run = None
    if version is not None:
        runs = Run.objects.filter(content=version.content).defer("lines", "days", "report")
        run = runs.select_related("content").order_by("-pk").first()
    status = job.status if job else ""
    return Latest(status in ("todo", "doing"), status == "failed", version, run)
