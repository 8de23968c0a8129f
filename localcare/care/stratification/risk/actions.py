"""Writes about risk models: ask for a training, stop one, publish a model, withdraw it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from localcare.care.stratification import jobs as run_jobs
from localcare.care.stratification.models import RiskModel, RiskModelDecision
from localcare.care.stratification.risk import jobs
from localcare.care.stratification.risk.definitions import definitions_version, known_outcomes
from localcare.care.stratification.risk.files import ModelDamaged, checked_files, loaded
from localcare.care.stratification.risk.rules import METHODS, SHORTEST_WHY, why_not_publishable
from localcare.kernel.access.models import User
from localcare.kernel.access.permitted import permitted
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.work.stopping import stop

BASIS = "risk models for direct care; no row of a model is about a person"
DECIDE_LOCK = 8_103_002  # advisory lock: one person publishes or withdraws at a time
MOST_UNDER_WAY = 3  # trainings that wait or work at a time
Status = RiskModel.Status
Kind = RiskModelDecision.Kind


class NotPublishable(ValueError):
    """The model may not be published; the message says why."""


class TooManyTrainings(ValueError):
    """Trainings enough wait already."""


class CannotBeTrained(ValueError):
    """What was asked for makes no training; the message says what to change."""


@transaction.atomic
def ask_for_training(
    *,
    outcome_code: str,
    method: str,
    as_of: date,
    seed: int,
    by: User | Reader,
    publish_because: str = "",
) -> RiskModel:
    """Put a training in the worker's queue, in this transaction. NotAllowed, TooManyTrainings, CannotBeTrained.

    `publish_because` is for a demonstration, which has no person to publish: a training that a person asks for
    is published by a person, or not at all.
    """
    reader = permitted(by, "risk.train")
    wanted = known_outcomes().get(outcome_code)
    if wanted is None:
        raise CannotBeTrained(f"There is no outcome {outcome_code!r}.")
    if method not in METHODS:
        raise CannotBeTrained(f"There is no method {method!r}: choose {' or '.join(METHODS)}.")
    if as_of > timezone.localdate():
        raise CannotBeTrained("Give a day up to today: what has not happened cannot be learnt from.")
    _one_at_a_time()
    if RiskModel.objects.filter(status__in=RiskModel.UNDER_WAY).count() >= MOST_UNDER_WAY:
        raise TooManyTrainings(
            f"{MOST_UNDER_WAY} trainings wait or work already. Stop one, or wait until one is done."
        )
    model = RiskModel.objects.create(
        outcome=wanted.name,
        outcome_title=wanted.title[:200],
        method=method,
        as_of=as_of,
        seed=seed,
        asked_by=reader.user,
        asked_by_name=reader.name,
        asked_at=timezone.now(),
    )
    jobs.put_in_queue(model, publish_because=publish_because if reader.is_system else "")
    _written(reader, "risk.train", model, method=method, as_of=as_of.isoformat(), seed=seed)
    return model


def stop_training(*, model: RiskModel, by: User | Reader) -> str:
    """Ask a training to stop; what came of that, in a sentence. NotAllowed."""
    detail = _said_of(model)
    return stop(model, by=by, permission="risk.train", action="risk.stop", basis=BASIS, detail=detail)


@transaction.atomic
def publish(*, model: RiskModel, why: str, by: User | Reader) -> RiskModel:
    """Put a model in force from the next run on, which is asked for; one of the same outcome is replaced.

    The numbers of a replaced model stay, under its name, until that run has ended. Raises NotAllowed, and
    NotPublishable when the evaluation refuses it, its definitions are not those in force or its files were changed.
    """
    reader = permitted(by, "risk.publish")
    reason = _reason(why)
    _one_at_a_time()
    locked = RiskModel.objects.select_for_update().get(pk=model.pk)
    if faults := _refusals_by_the_model(locked):
        raise NotPublishable(" ".join(faults))
    for earlier in RiskModel.objects.select_for_update().filter(
        outcome=locked.outcome, status=Status.PUBLISHED
    ):
        earlier.status = Status.REPLACED
        earlier.save(update_fields=["status"])
        _decided(earlier, Kind.REPLACED, reader, f"Replaced by the model {locked.version[:12]}: {reason}")
    locked.status = Status.PUBLISHED
    locked.save(update_fields=["status"])
    _decided(locked, Kind.PUBLISHED, reader, reason)
    run_jobs.ask_for_run(timezone.localdate(), asked_by=reader.name)
    _written(reader, "risk.publish", locked, why=reason)
    return locked


@transaction.atomic
def withdraw(*, model: RiskModel, why: str, by: User | Reader) -> RiskModel:
    """Take a model out of force at once: from now on no page shows a number of it. NotAllowed, NotPublishable."""
    reader = permitted(by, "risk.publish")
    reason = _reason(why)
    _one_at_a_time()
    locked = RiskModel.objects.select_for_update().get(pk=model.pk)
    if locked.status not in (Status.PUBLISHED, Status.REPLACED):
        raise NotPublishable("Only a model that is or was in force can be withdrawn.")
    locked.status = Status.WITHDRAWN
    locked.save(update_fields=["status"])
    _decided(locked, Kind.WITHDRAWN, reader, reason)
    _written(reader, "risk.withdraw", locked, why=reason)
    return locked


def refusals_of(model: RiskModel) -> list[str]:
    """Why a model may not be published now, in words, as far as its rows and checksums say; nothing when it may."""
    found = why_not_publishable(
        status=model.status,
        may_be_published=model.may_be_published,
        reasons=model.reasons,
        trained_with=model.definitions_version,
        in_force=definitions_version(model.outcome),
    )
    if found:
        return found
    try:
        checked_files(model)
    except ModelDamaged as fault:
        return [str(fault)]
    return []


def _refusals_by_the_model(model: RiskModel) -> list[str]:
    """The same, and what the model itself says of its evaluation, whatever its row says."""
    if found := refusals_of(model):
        return found
    try:
        with loaded(model) as trained:
            verdict = trained.verdict
    except ModelDamaged as fault:
        return [str(fault)]
    return [] if verdict.published_allowed else list(verdict.reasons)


def _reason(why: str) -> str:
    reason = " ".join(why.split())
    if len(reason) < SHORTEST_WHY:
        raise NotPublishable("Say in a sentence why, so that whoever reads it later understands.")
    return reason[:1000]


def _one_at_a_time() -> None:
    """Until this transaction ends nobody else publishes, withdraws or asks for a training."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DECIDE_LOCK])


def _decided(model: RiskModel, kind: str, reader: Reader, why: str) -> None:
    RiskModelDecision.objects.create(
        model=model,
        kind=kind,
        decided_by=reader.user,
        decided_by_name=reader.name,
        decided_at=timezone.now(),
        why=why[:1000],
    )


def _written(reader: Reader, action: str, model: RiskModel, **detail: Any) -> None:
    record_access(reader=reader, action=action, basis=BASIS, detail=_said_of(model) | detail)


def _said_of(model: RiskModel) -> dict[str, Any]:
    said = {"model": str(model.reference), "outcome": model.outcome, "version": model.version}
    return said | {"files": model.files_digest} if model.files_digest else said
