"""Carrying out a run: simulate, tell how far it came, stop when asked, keep what was found.

Nothing is kept until the end and the seed decides every number, so a run that was killed is simply done again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from localcare.analysis.simulation.run import Cancelled, simulate
from localcare.analysis.simulation.scenario.files import shipped_pathways
from localcare.analysis.simulation.scenario.reading import read_scenario
from localcare.kernel.access.readers import reader_for
from localcare.kernel.audit.actions import record_access
from localcare.system.planning import journals
from localcare.system.planning.found import days_of, lines_of
from localcare.system.planning.models import Run
from localcare.system.planning.texts import kept_content

TELL_EVERY_SECONDS = 0.5
Progress = Callable[[int, int, str], None]


def carry_out(reference: str, *, progress: Progress | None = None) -> Run:
    """Carry out the run with this reference; what a stage raises is kept as its failure and raised again."""
    run = Run.objects.select_related("content", "asked_by").get(reference=reference)
    if run.is_over or not _begun(run):
        return run
    try:
        _simulated(run, progress or _Teller(run))
    except Cancelled:
        _ended(run, Run.Status.CANCELLED)
    except Exception as fault:
        run.message = f"{type(fault).__name__}: {fault}"
        _ended(run, Run.Status.FAILED)
        raise
    return run


def _begun(run: Run) -> bool:
    """Mark it as running; not when somebody stopped it meanwhile."""
    with transaction.atomic():
        locked = Run.objects.select_for_update().get(pk=run.pk)
        if locked.is_over:
            run.status = locked.status
            return False
        run.status, run.started_at, run.attempts = Run.Status.RUNNING, timezone.now(), locked.attempts + 1
        run.save(update_fields=["status", "started_at", "attempts"])
    return True


def _simulated(run: Run, progress: Progress) -> None:
    scenario = read_scenario(kept_content(run.content.text))
    started = time.perf_counter()
    result = simulate(
        scenario,
        pathways=shipped_pathways(),
        replications=run.replications,
        seed=run.seed,
        progress=progress,
        cancelled=_Asked(run),
    )
    run.lines, run.days, run.report = lines_of(result), days_of(result), result.report()
    run.seconds = round(time.perf_counter() - started, 3)
    run.engine, run.why_engine = result.engine, result.why_engine
    run.result_digest = digest_of_result(run.lines, run.days)
    journals.write(run, result)
    run.program = {name: str(version) for name, version in result.facts.versions.items()}
    _ended(run, Run.Status.DONE)


def _ended(run: Run, status: Run.Status) -> None:
    run.status, run.finished_at = status, timezone.now()
    with transaction.atomic():
        run.save()
        record_access(
            reader=reader_for(run.asked_by),
            action="planning.run-ended",
            basis="planning of services; no data about persons",
            outcome="failure" if status == Run.Status.FAILED else "success",
            detail={"run": str(run.reference), "status": str(status), "result": run.result_digest},
        )


def digest_of_result(lines: Any, days: Any) -> str:
    """SHA-256 (hexadecimal) of what a run found: the same words, seed and replications give the same."""
    text = json.dumps([lines, days], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class _Teller:
    """Writes down how far a run came, a few times a second at most."""

    def __init__(self, run: Run) -> None:
        self.run, self.told_at = run, 0.0

    def __call__(self, done: int, total: int, what: str) -> None:
        now = time.monotonic()
        if now - self.told_at < TELL_EVERY_SECONDS and done < total:
            return
        self.told_at = now
        Run.objects.filter(pk=self.run.pk).update(done=done, total=total, stage=what[:200])
        self.run.done, self.run.total, self.run.stage = done, total, what[:200]


class _Asked:
    """Whether somebody asked the run to stop; looks a few times a second at most."""

    def __init__(self, run: Run) -> None:
        self.run, self.looked_at, self.is_asked = run, 0.0, False

    def __call__(self) -> bool:
        now = time.monotonic()
        if not self.is_asked and now - self.looked_at >= TELL_EVERY_SECONDS:
            self.looked_at = now
            self.is_asked = Run.objects.filter(pk=self.run.pk).exclude(stop_asked_at=None).exists()
        return self.is_asked
