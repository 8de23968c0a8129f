"""Carrying out a run: simulate, tell how far it came, stop when asked, keep what was found.

Nothing is kept until the end and the seed decides every number, so a run that was killed is simply done again.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from django.db import transaction

from localcare.analysis.simulation.run import Cancelled, simulate
from localcare.analysis.simulation.scenario.files import shipped_pathways
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.kernel.access.readers import reader_for
from localcare.kernel.audit.actions import record_access
from localcare.kernel.work.carrying_out import CarryingOut, Progress, Stopped, begin, end
from localcare.system.planning import journals
from localcare.system.planning.found import days_of, lines_of
from localcare.system.planning.models import Run
from localcare.system.planning.texts import kept_content


def carry_out(reference: str, *, progress: Progress | None = None) -> Run:
    """Carry out the run with this reference; what a stage raises is kept as its failure and raised again."""
    run = Run.objects.get(reference=reference)
    if begin(run):
        with CarryingOut(run, also=progress, broken_off=_ended) as carrying:
            _simulated(run, carrying)
    return run


def _simulated(run: Run, carrying: CarryingOut) -> None:
    scenario = read_scenario(kept_content(run.content.text))
    started = time.perf_counter()
    try:
        result = simulate(
            scenario,
            pathways=shipped_pathways(),
            replications=run.replications,
            seed=run.seed,
            progress=carrying.tell,
            cancelled=carrying.is_to_stop,
        )
    except Cancelled as stopped:
        raise Stopped from stopped
    run.lines, run.days, run.report = lines_of(result), days_of(result), result.report()
    run.seconds = round(time.perf_counter() - started, 3)
    run.engine, run.why_engine = result.engine, result.why_engine
    run.result_digest = digest_of_result(run.lines, run.days)
    journals.write(run, result)
    run.program = {name: str(version) for name, version in result.facts.versions.items()}
    with transaction.atomic():
        end(run, Run.Status.DONE)
        _ended(run)


def _ended(run: Run) -> None:
    record_access(
        reader=reader_for(run.asked_by),
        action="planning.run-ended",
        basis="planning of services; no data about persons",
        outcome="failure" if run.status == Run.Status.FAILED else "success",
        detail={"run": str(run.reference), "status": str(run.status), "result": run.result_digest},
    )


def digest_of_result(lines: Any, days: Any) -> str:
    """SHA-256 (hexadecimal) of what a run found: the same words, seed and replications give the same."""
    text = json.dumps([lines, days], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
