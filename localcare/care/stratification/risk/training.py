"""Carrying out a training: export the data, train and evaluate, keep the model, remove every file about people.

Nothing is kept until the end and the seed decides every number, so a training that was killed is done again; it goes
on with an export that is young enough.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from localcare.analysis.risk import TrainingError
from localcare.care.stratification import stages
from localcare.care.stratification.models import RiskModel
from localcare.care.stratification.packs import installed_packs
from localcare.care.stratification.risk.card import headline_figures
from localcare.care.stratification.risk.definitions import definitions_version
from localcare.care.stratification.risk.files import LOADED, folder_of, keep, read_folder
from localcare.kernel.access.readers import Reader, reader_for, system_reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.database.one_at_a_time import only_one
from localcare.kernel.work.carrying_out import GOES_ON_WITHIN, CarryingOut, Progress, begin, end
from localcare.kernel.work.files import clear, cleared

TRAIN_LOCK = 8_103_003  # advisory lock: one training at a time; it ends with the connection, whatever happens
LOADED_AT_MOST_SECONDS = 24 * 60 * 60
CARD = "card.json"
Status = RiskModel.Status


def carry_out(
    reference: str,
    *,
    progress: Progress | None = None,
    export: stages.Export | None = None,
) -> RiskModel:
    """Carry out the training with this reference. What a stage raises is kept as its failure and raised again.

    Raises InProgress while another one works; this one then waits as it did.
    """
    with only_one(TRAIN_LOCK, "Another training is in progress: this one waits."):
        clear_leftovers(but=[reference])
        model = RiskModel.objects.get(reference=reference)
        if begin(model):
            impossible = (TrainingError, Status.FAILED)  # the data do not allow it: nothing to try again
            with (
                suppress(TrainingError),
                CarryingOut(model, also=progress, answer=impossible, broken_off=_ended) as carrying,
                cleared(work_folder(model)) as folder,
            ):
                by = system_reader(f"training of a risk model for {model.asked_by_name}")
                _carry_out(model, folder, carrying, export or stages.exporter(as_of=model.as_of, by=by))
    return model


def work_folder(model: RiskModel) -> Path:
    """Where a training keeps its files while it works; readable by its owner only."""
    return folder_of(_prefix() + str(model.reference))


def clear_leftovers(*, but: Collection[str]) -> None:
    """Remove the files of trainings other than these (by reference): they hold people's records."""
    kept = {_prefix() + reference for reference in but}
    for folder in folder_of().glob(_prefix() + "*"):
        if folder.name not in kept:
            clear(folder)


def tidy() -> None:
    """Remove what killed programs left behind: the files of trainings that are over, and models put back to be used."""
    under_way = RiskModel.objects.filter(status__in=RiskModel.UNDER_WAY)
    clear_leftovers(but=[str(reference) for reference in under_way.values_list("reference", flat=True)])
    for folder in folder_of().glob(f"{LOADED}*"):
        if time.time() - folder.stat().st_mtime > LOADED_AT_MOST_SECONDS:
            clear(folder)


def _prefix() -> str:
    return f"{settings.DATABASES['default']['NAME']}-training-"


def _carry_out(model: RiskModel, folder: Path, carrying: CarryingOut, export: stages.Export) -> None:
    from localcare.analysis import risk

    started = time.perf_counter()
    carrying.tell(0, 0, "Exporting the linked dataset")
    _forget_old_export(folder)
    model.data_version = stages.export_once(folder, export)
    model.save(update_fields=["data_version"])
    carrying.tell(0, 0, "Reading what is known about each person")
    out = folder / "model"
    clear(out)
    trained = risk.train(
        folder / stages.DATASET,
        outcome=model.outcome,
        as_of=model.as_of,
        method=model.method,
        seed=model.seed,
        out=out,
        progress=lambda what, step, steps: carrying.tell(step, steps, what),
        packs=installed_packs(),
    )
    carrying.tell(0, 0, "Keeping the model")
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
        model.files_digest = keep(model, files)
        end(model, Status.EVALUATED if verdict.published_allowed else Status.REFUSED)
        _ended(model)


def _forget_old_export(folder: Path) -> None:
    """An export of another day would be yesterday's data under today's name."""
    finished = folder / stages.VERSION
    if finished.is_file() and time.time() - finished.stat().st_mtime > GOES_ON_WITHIN.total_seconds():
        finished.unlink()


def _ended(model: RiskModel) -> None:
    record_access(
        reader=_reader(model),
        action="risk.train-ended",
        basis="training of a risk model for direct care",
        outcome="failure" if model.status == Status.FAILED else "success",
        detail={
            "model": str(model.reference),
            "status": str(model.status),
            "version": model.version,
            "files": model.files_digest,
        },
    )


def _reader(model: RiskModel) -> Reader:
    if model.asked_by and model.asked_by.is_active:
        return reader_for(model.asked_by)
    return system_reader("training of a risk model")
