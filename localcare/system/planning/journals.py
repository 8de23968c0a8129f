"""The journals of runs: one replication of each of the latest, to be measured and laid over the lived one."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

from localcare.analysis.simulation.result import SimulationResult
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_moment
from localcare.system.insight.overlays import Offer
from localcare.system.planning import queries
from localcare.system.planning.models import Run

KEPT = 20  # journals of so many runs are kept; a run done again writes its journal again
REPLICATION = 0
LIVED = "as-lived"  # the code of scenarios that are fitted to be laid over what was lived


def folder_of(run: Run) -> Path:
    """Where the journal of a run lies, or would."""
    return Path(settings.HOME) / "planning" / str(run.reference)


def has_journal(run: Run) -> bool:
    """Whether the journal of a run is kept."""
    return (folder_of(run) / "about.json").is_file()


def write(run: Run, result: SimulationResult) -> None:
    """Write the first replication's journal, whole or not at all, and forget the oldest."""
    folder = folder_of(run)
    begun = folder.with_suffix(".begun")
    shutil.rmtree(begun, ignore_errors=True)
    result.write_journal(begun, REPLICATION)
    shutil.rmtree(folder, ignore_errors=True)
    begun.rename(folder)
    _forget(folder.parent, keep={folder.name})


def offers(reader: Reader) -> list[Offer]:
    """The journals that may be laid over the lived one by whoever sees the planning desk."""
    if not reader.may("planning.read"):
        return []
    done = queries.runs().filter(status=Run.Status.DONE)[:KEPT]
    return [
        Offer(
            key=f"planning-{run.reference}",
            title=f"{run.content.title}, run of {format_moment(run.asked_at)}",
            folder=folder_of(run),
            is_of_lived_days=run.content.code == LIVED,
        )
        for run in done
    ]


def _forget(parent: Path, keep: set[str]) -> None:
    """Remove journals of runs that are no longer among the latest, and what a killed run left behind."""
    latest = queries.runs().exclude(status__in=(Run.Status.FAILED, Run.Status.CANCELLED))[:KEPT]
    wanted = keep | {str(run.reference) for run in latest}
    for folder in parent.iterdir():
        if folder.stem not in wanted:
            shutil.rmtree(folder, ignore_errors=True)
