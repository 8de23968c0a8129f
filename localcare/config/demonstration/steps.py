"""The steps from an empty database to a site worth looking at; what is there already is kept."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone

from localcare.care.stratification.actions import run_stratification
from localcare.care.stratification.models import Run
from localcare.config import static_files
from localcare.config.command_line.database import apply_migrations
from localcare.config.command_line.progress import progress
from localcare.config.demonstration.logins import Login, open_logins
from localcare.config.demonstration.risk import ask_for_model
from localcare.config.demonstration.teams import join_teams
from localcare.config.demonstration.week.making import is_made, make_week
from localcare.config.observation.health import unapplied_migrations
from localcare.config.production_guard import NotForProduction, refuse_production
from localcare.exchange.extracts.load import load_dataset
from localcare.exchange.loads.models import LoadRun
from localcare.foundation.people.duplicates import find_duplicates
from localcare.foundation.people.models import Person
from localcare.foundation.places.actions import load_place_definitions
from localcare.foundation.places.models import Area
from localcare.foundation.services.actions import load_service_definitions
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader, reader_for, system_reader
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import kent_and_medway_practices
from localcare.system.insight.jobs import ask_for_refresh
from localcare.system.insight.queries import run_in_force
from localcare.system.planning import lived

EARLIER_RUNS = (
    timedelta(days=60),
    timedelta(days=30),
)  # so that trends and "what changed" have something to show


def prepare_demonstration(*, people: int, seed: int) -> list[Login]:
    """Do every step that is not done yet; the logins to print."""
    refuse_production()
    if unapplied_migrations():
        with progress("Migrating the database") as report:
            apply_migrations(report)
    _refuse_real_people()
    by = system_reader("demonstration")
    if not Area.objects.exists():
        with progress("Loading the places of Kent and Medway"):
            load_place_definitions(by=by)
    if _lacks_people(by):
        _people(by, people, seed)
    _lists(by)
    with progress("Filling the directory of services"):
        load_service_definitions(by=by)
    logins = open_logins(by)
    join_teams(by)
    if not is_made():
        with progress("Living a week of work up to now") as report:
            make_week(by=by, seed=seed, progress=report)
    _fit_what_was_lived()
    if run_in_force() is None:
        ask_for_refresh(timezone.localdate(), asked_by="demonstration")  # the worker measures beside the site
    ask_for_model(by)  # and trains a risk model
    if not static_files.are_collected():
        with progress("Gathering style sheets and pictures"):
            static_files.collect()
    return logins


def _fit_what_was_lived() -> None:
    """Have the worker fit a scenario to the week and run it, so that the two can be laid over each other."""
    fitted = lived.latest()
    if fitted.version is None and not fitted.is_waiting:
        lived.ask_to_fit(weeks=1, by=reader_for(User.objects.get(username="analyst")))


def _refuse_real_people() -> None:
    """A demonstration never goes into a register that somebody else filled."""
    if Person.objects.filter(nhs_number__gt="").exclude(nhs_number__startswith="999").exists():
        raise NotForProduction("This database holds NHS numbers that are not synthetic. Use one of its own.")
    if User.objects.filter(is_demonstration=False).exists():
        raise NotForProduction("This database holds accounts of real users. Use one of its own.")


def _lacks_people(by: Reader) -> bool:
    """Whether nobody is there, or their loading was broken off: loading again goes on with what is not in yet."""
    loads = LoadRun.objects.filter(started_by=by.name)
    is_broken_off = loads.exists() and not loads.filter(status=LoadRun.Status.FINISHED).exists()
    return is_broken_off or not Person.objects.exists()


def _people(by: Reader, people: int, seed: int) -> None:
    with tempfile.TemporaryDirectory(prefix="localcare-demo-") as folder:
        out = Path(folder)
        with progress(f"Synthesising {people:,} people") as report:
            synthesise(
                people=people, seed=seed, as_of=timezone.localdate(), practices=kent_and_medway_practices(),
                out=out, progress=report,
            )  # fmt: skip
        with progress("Loading their records") as report:
            load_dataset(out, by=by, progress=report)
    with progress("Looking for possible duplicates") as report:
        find_duplicates(by=by, progress=report)


def _lists(by: Reader) -> None:
    """Bring the tracking list up to today, with two earlier ones where there is none as late."""
    today = timezone.localdate()
    runs = Run.objects.filter(status__in=(Run.Status.PUBLISHED, Run.Status.UNCHANGED))
    for day in (*(today - ago for ago in EARLIER_RUNS), today):
        if not runs.filter(as_of__gte=day).exists():
            _stratify(by, day)


def _stratify(by: Reader, day: date) -> None:
    with progress(f"Finding who needs care, as of {day:%d %B %Y}") as report:
        run_stratification(as_of=day, by=by, progress=report)
