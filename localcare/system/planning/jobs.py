"""Background work of the planning desk: a simulation somebody asked for, and a scenario fitted to what was lived."""

from __future__ import annotations

from datetime import date

from procrastinate.contrib.django import app

from localcare.kernel.work.queue import put_once
from localcare.system.planning.models import Run

TASK = "planning.run"
FIT = "planning.fit"


@app.task(name=TASK, retry=3, pass_context=False)
def run(reference: str) -> None:
    """Carry out a run; one that is over already is left as it is."""
    from localcare.system.planning.running import carry_out

    carry_out(reference)


@app.task(name=FIT, lock="planning-fit", pass_context=False)
def fit(user: int, since: str) -> None:
    """Fit a scenario to what was lived from a day on, keep it and ask for its run."""
    from localcare.system.planning.lived import fit as fit_lived

    fit_lived(user, date.fromisoformat(since))


def put_in_queue(run: Run) -> None:
    """Ask the worker, in the transaction of whoever asks; a run of one reference is never done twice at a time."""
    app.configure_task(TASK, lock=f"planning-{run.reference}").defer(reference=str(run.reference))


def put_fit_in_queue(user: int, since: date) -> None:
    """Ask the worker for a fit, unless the same one waits already."""
    day = since.isoformat()
    put_once(FIT, f"planning-fit-{user}-{day}", user=user, since=day)
