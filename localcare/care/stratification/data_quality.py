"""The data of a run are assessed before anything is scored: refused data leave the list in force as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.care.stratification.definitions import Definitions
from localcare.care.stratification.models import Run
from localcare.care.stratification.packs import installed_packs
from localcare.care.stratification.plan import stratify
from localcare.foundation.data_quality import actions, presenters, queries
from localcare.foundation.data_quality.models import Report
from localcare.kernel.access.readers import Reader
from localcare.kernel.work.carrying_out import Progress


def name_of(run: Run) -> str:
    """What the report on a run's data calls the run."""
    return f"stratification-{run.pk}"


def assess(run: Run, dataset: Path, wanted: Definitions, by: Reader, progress: Progress) -> Report:
    """Keep a report on the exported data of a run; raises DataRefused by the stated rules."""

    def lists(part: LinkedDataset) -> Any:
        return stratify(part, as_of=run.as_of, definitions=wanted).select("person_id", "on_list")

    return actions.assess(
        dataset,
        as_of=run.as_of,
        run=name_of(run),
        by=by,
        data_version=run.data_version,
        lists=lists,
        packs=installed_packs(),
        progress=lambda what, done, total: progress(done, total, f"Data quality: {what.lower()}"),
    )


def report_of(run: Run) -> Report | None:
    """The report on a run's data; a run that found the same data as the one before has none of its own."""
    return queries.reports().filter(run=name_of(run)).first()


def notice(reader: Reader, run: Run | None) -> dict[str, Any]:
    """What a page of the list says about the data it was made from."""
    found = queries.notice_for(name_of(run)) if run else None
    reasons = presenters.reasons_for(reader, found.report) if found else []
    return {"quality": found, "quality_reasons": reasons, "may_read_quality": reader.may(queries.READ)}
