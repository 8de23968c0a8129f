"""Carrying out a training: export the data, train and evaluate, keep the model, remove every file about people.

Nothing is kept until the end and the seed decides every number, so a training that was killed is done again; it goes
on with an export that is young enough.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from localcare.analysis.risk import TrainingError
from localcare.care.stratification import stages
from localcare.care.stratification.models import RiskModel
from localcare.care.stratification.packs import installed_packs
from localcare.care.stratification.risk.card import headline_figures
from localcare.care.stratification.risk.definitions import definitions_version
from localcare.care.stratification.risk.files import LOADED, folder_of, keep, read_folder
from localcare.care.stratification.rules import GOES_ON_WITHIN
from localcare.kernel.access.readers import Reader, reader_for, system_reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.database.one_at_a_time import is_broken, only_one

TRAIN_LOCK = 8_103_003  # advisory lock: one training at a time; it ends with the connection, whatever happens
TELL_EVERY_SECONDS = 0.5
LOADED_AT_MOST_SECONDS = 24 * 60 * 60
CARD = "card.json"
RESULT = (
    "status", "finished_at", "stage", "message", "seconds", "data_version", "definitions_version", "version",
    "files_digest", "figures", "card", "may_be_published", "reasons",
)  # fmt: skip
Progress = Callable[[int, int, str], None]
Status = RiskModel.Status


class TrainingInProgress(Exception):
    """Another training holds the lock."""


class Stopped(Exception):
    """Somebody asked the training to stop."""


def carry_out(
    reference: str,
    *,
    progress: Progress | None = None,
    export: Callable[[Path], None] | None = None,
) -> RiskModel:
    """Carry out the training with this reference. What a stage raises is kept as its failure and raised again.

    Raises TrainingInProgress while another one works; this one then waits as it did.
    """
    with only_one(TRAIN_LOCK, TrainingInProgress("Another training is in progress: this one waits.")):
        clear_leftovers(but=[reference])
        model = _begun(reference)
        if model is None:
            return RiskModel.objects.get(reference=reference)
        folder = work_folder(model)
        try:
            _carry_out(
                model,
                folder,
                _Teller(model, progress),
                export or stages.exporter(as_of=model.as_of, by=_job_for(model)),
            )
        except Stopped:
            _ended(model, Status.STOPPED)
        except TrainingError as fault:  # the data do not allow it: nothing to try again
            model.message = str(fault)
            _ended(model, Status.FAILED)
        except Exception as fault:
            if not is_broken():
                model.message = f"{type(fault).__name__}: {fault}"[:2000]
                _ended(model, Status.FAILED)
            raise
        finally:
            stages.clear(folder)
    return model


def work_folder(model: RiskModel) -> Path:
    """Where a training keeps its files while it works; readable by its owner only."""
    return folder_of(_prefix() + str(model.reference))


def clear_leftovers(*, but: Collection[str]) -> None:
    """Remove the files of trainings other than these (by reference): they hold people's records."""
    kept = {_prefix() + reference for reference in but}
    for folder in folder_of().glob(_prefix() + "*"):
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def tidy() -> None:
    """Remove what killed programs left behind: the files of trainings that are over, and models put back to be used."""
    under_way = RiskModel.objects.filter(status__in=RiskModel.UNDER_WAY)
    clear_leftovers(but=[str(reference) for reference in under_way.values_list("reference", flat=True)])
    for folder in folder_of().glob(f"{LOADED}*"):
        if time.time() - folder.stat().st_mtime > LOADED_AT_MOST_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _prefix() -> str:
    return f"{settings.DATABASES['default']['NAME']}-training-"


def _begun(reference: str) -> RiskModel | None:
    """Mark it as being trained; None when it is over already."""
    with transaction.atomic():
        model = RiskModel.objects.select_for_update(of=("self",)).get(reference=reference)
        if model.is_over:
            return None
        model.status, model.attempts = Status.TRAINING, model.attempts + 1
        model.started_at, model.stage, model.done = timezone.now(), "Exporting the linked dataset", 0
        model.save(update_fields=["status", "attempts", "started_at", "stage", "done"])
    return model


def _carry_out(model: RiskModel, folder: Path, tell: Progress, export: Callable[[Path], None]) -> None:
    from localcare.analysis import risk

    started = time.perf_counter()
    tell(0, 0, "Exporting the linked dataset")
    _forget_old_export(folder)
    model.data_version = stages.export_once(folder, export)
    tell(0, 0, "Reading what is known about each person")
    out = folder / "model"
    shutil.rmtree(out, ignore_errors=True)
    trained = risk.train(
        folder / stages.DATASET,
        outcome=model.outcome,
        as_of=model.as_of,
        method=model.method,
        seed=model.seed,
        out=out,
        progress=lambda what, step, steps: tell(step, steps, what),
        packs=installed_packs(),
    )
    tell(0, 0, "Keeping the model")
    model.seconds = round(time.perf_counter() - started, 3)
    keep_result(model, trained, read_folder(out))


def keep_result(model: RiskModel, trained: Any, files: dict[str, str]) -> None:
    """Keep what a training found, and end it as evaluated or refused. Raises Stopped when that was asked for."""
    verdict = trained.verdict
    model.version = trained.version
    model.definitions_version = definitions_version(model.outcome)
    model.card = json.loads(files[CARD])
    model.figures = headline_figures(model.card)
    model.may_be_published, model.reasons = verdict.published_allowed, list(verdict.reasons)
    with transaction.atomic():
        if RiskModel.objects.select_for_update(of=("self",)).get(pk=model.pk).stop_asked_at:
            raise Stopped
        model.files_digest = keep(model, files)
        _ended(model, Status.EVALUATED if verdict.published_allowed else Status.REFUSED)


def _forget_old_export(folder: Path) -> None:
    """An export of another day would be yesterday's data under today's name."""
    finished = folder / stages.VERSION
    if finished.is_file() and time.time() - finished.stat().st_mtime > GOES_ON_WITHIN.total_seconds():
        finished.unlink()


def _ended(model: RiskModel, status: str) -> None:
    model.status, model.finished_at = status, timezone.now()
    model.stage = ""
    with transaction.atomic():
        model.save(update_fields=RESULT)
        record_access(
            reader=_reader(model),
            action="risk.train-ended",
            basis="training of a risk model for direct care",
            outcome="failure" if status == Status.FAILED else "success",
            detail={
                "model": str(model.reference),
                "status": str(status),
                "version": model.version,
                "files": model.files_digest,
            },
        )


def _job_for(model: RiskModel) -> Reader:
    return system_reader(f"training of a risk model for {model.asked_by_name}")


def _reader(model: RiskModel) -> Reader:
    if model.asked_by and model.asked_by.is_active:
        return reader_for(model.asked_by)
    return system_reader("training of a risk model")


class _Teller:
    """Writes down how far a training came, a few times a second at most; raises Stopped when that was asked for."""

    def __init__(self, model: RiskModel, also: Progress | None) -> None:
        self.model, self.also, self.told_at = model, also, 0.0

    def __call__(self, done: int, total: int, what: str) -> None:
        if self.also:
            self.also(done, total, what)
        now = time.monotonic()
        if now - self.told_at < TELL_EVERY_SECONDS and what == self.model.stage:
            return
        self.told_at = now
        self.model.done, self.model.total, self.model.stage = done, total, what[:200]
        found = RiskModel.objects.filter(pk=self.model.pk)
        found.update(done=done, total=total, stage=what[:200])
        if found.exclude(stop_asked_at=None).exists():
            raise Stopped
