"""Background work of the planning desk: a simulation somebody asked for."""

from __future__ import annotations

from procrastinate.contrib.django import app

from localcare.system.planning.models import Run

TASK = "planning.run"


@app.task(name=TASK, retry=3, pass_context=False)
def run(reference: str) -> None:
    """Carry out a run; one that is over already is left as it is."""
    from localcare.system.planning.running import carry_out

    carry_out(reference)


def put_in_queue(run: Run) -> None:
    """Ask the worker, in the transaction of whoever asks; a run of one reference is never done twice at a time."""
    app.configure_task(TASK, lock=f"planning-{run.reference}").defer(reference=str(run.reference))
