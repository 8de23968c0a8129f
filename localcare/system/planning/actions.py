"""Writes of the planning desk: keep a scenario, ask for a run, stop one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from localcare.analysis.simulation.scenario.digest import digest
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.kernel.access.models import User
from localcare.kernel.access.permitted import NotAllowed, permitted
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.work.stopping import stop
from localcare.system.planning import jobs
from localcare.system.planning.journals import has_journal
from localcare.system.planning.models import Run, SavedScenario, SavedVersion, ScenarioText
from localcare.system.planning.texts import digest_of, text_of

BASIS = "planning of services; no data about persons"
MOST_WAITING = 6  # runs of one person that wait or work at a time


class NameTaken(ValueError):
    """The person keeps another scenario under this name."""


class TooManyRuns(ValueError):
    """The person has runs enough that wait."""


@transaction.atomic
def keep_text(content: Mapping[str, Any]) -> ScenarioText:
    """The words as they are kept: the same words are the same row."""
    text = text_of(content)
    kept, _ = ScenarioText.objects.get_or_create(
        digest=digest_of(text),
        defaults={
            "text": text,
            "code": str(content["scenario"]),
            "title": str(content["title"])[:300],
            "scenario_digest": digest(read_scenario(content)),
        },
    )
    return kept


@transaction.atomic
def save_scenario(
    *, content: Mapping[str, Any], name: str, by: Reader, based_on: str = "", note: str = ""
) -> SavedVersion:
    """Keep a scenario under a new name as its first version; NotAllowed, NameTaken."""
    user = _permitted(by)
    if SavedScenario.objects.filter(owner=user, name=name, put_away_at=None).exists():
        raise NameTaken(f"You keep a scenario called {name} already. Choose another name, or open that one.")
    saved = SavedScenario.objects.create(name=name, owner=user, based_on=based_on)
    return _next_version(saved, content, user, by, note)


@transaction.atomic
def save_version(
    *, saved: SavedScenario, content: Mapping[str, Any], by: Reader, note: str = ""
) -> SavedVersion:
    """Keep a next version; the latest one when nothing differs from it. NotAllowed unless it is one's own."""
    user = _permitted(by)
    locked = SavedScenario.objects.select_for_update().get(pk=saved.pk)
    if locked.owner_id != user.pk:
        raise NotAllowed(
            "Only the person who keeps a scenario adds versions to it; save it under your own name."
        )
    latest = locked.latest
    if latest.content_id == digest_of(text_of(content)):
        return latest
    return _next_version(locked, content, user, by, note)


@transaction.atomic
def put_away(*, saved: SavedScenario, by: Reader) -> None:
    """Take a saved scenario off the lists; its address and its runs stay. NotAllowed unless it is one's own."""
    user = _permitted(by)
    if saved.owner_id != user.pk:
        raise NotAllowed("Only the person who keeps a scenario puts it away.")
    saved.put_away_at = timezone.now()
    saved.save(update_fields=["put_away_at"])
    _written(by, "planning.put-away", saved=str(saved.reference))


@transaction.atomic
def ask_for_run(
    *,
    content: Mapping[str, Any],
    by: Reader,
    beside: Mapping[str, Any] | None = None,
    seed: int | None = None,
    replications: int | None = None,
) -> Run:
    """Put a run in the worker's queue, in this transaction; with `beside`, a second one with the same random numbers.

    Seed and replications come from the scenario when they are not given. A run of the same words, seed and replications
    that is done, and whose journal is kept, is given back as it is: it would find the same. NotAllowed, TooManyRuns.
    """
    user = _permitted(by)
    scenario = read_scenario(content)
    chosen_seed = scenario.seed if seed is None else seed
    chosen = replications or scenario.replications
    other = None
    if beside is not None and text_of(beside) != text_of(content):
        other = _run_of(beside, user, by, chosen_seed, chosen, None)
    return _run_of(content, user, by, chosen_seed, chosen, other)


def stop_run(*, run: Run, by: Reader) -> str:
    """Ask a run to stop; what came of that, in a sentence. NotAllowed unless it is one's own."""
    if run.asked_by_id != _permitted(by).pk:
        raise NotAllowed("Only the person who asked for a run stops it.")
    detail = {"run": str(run.reference)}
    return stop(run, by=by, permission="planning.run", action="planning.stop", basis=BASIS, detail=detail)


def _run_of(
    content: Mapping[str, Any], user: User, by: Reader, seed: int, replications: int, beside: Run | None
) -> Run:
    kept = keep_text(content)
    same = Run.objects.filter(content=kept, seed=seed, replications=replications, status=Run.Status.DONE)
    if (found := same.filter(beside=beside).order_by("-pk").first()) and has_journal(found):
        return found
    open_runs = Run.objects.filter(
        asked_by=user, status__in=(Run.Status.WAITING, Run.Status.RUNNING), stop_asked_at=None
    )
    if open_runs.count() >= MOST_WAITING:
        raise TooManyRuns(
            f"{MOST_WAITING} of your runs wait or work already. Stop one, or wait until one is done."
        )
    run = Run.objects.create(
        content=kept,
        beside=beside,
        seed=seed,
        replications=replications,
        asked_by=user,
        asked_at=timezone.now(),
    )
    jobs.put_in_queue(run)
    _written(
        by, "planning.run", run=str(run.reference), scenario=kept.digest, seed=seed, replications=replications
    )
    return run


def _next_version(
    saved: SavedScenario, content: Mapping[str, Any], user: User, by: Reader, note: str
) -> SavedVersion:
    number = saved.versions.count() + 1
    version = saved.versions.create(number=number, content=keep_text(content), made_by=user, note=note[:300])
    _written(by, "planning.save", saved=str(saved.reference), number=number, scenario=version.content_id)
    return version


def _permitted(by: Reader) -> User:
    reader = permitted(by, "planning.run")
    if reader.user is None:
        raise NotAllowed("A person must stand behind a scenario, not a job.")
    return reader.user


def _written(by: Reader, action: str, **detail: Any) -> None:
    record_access(reader=by, action=action, basis=BASIS, detail=detail)
