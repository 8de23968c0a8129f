"""Background work of the evaluations: an answer that somebody asked for."""

from __future__ import annotations

from procrastinate.contrib.django import app

from localcare.care.stratification.models import ListEvaluation

TASK = "stratification.evaluate"


@app.task(name=TASK, lock="list-evaluation", retry=3, pass_context=False)
def evaluate(reference: str) -> None:
    """Work out an answer; the queue gives out one at a time."""
    from localcare.care.stratification.evaluation.asking import carry_out

    carry_out(reference)


def put_in_queue(kept: ListEvaluation) -> None:
    """Ask the worker, in the transaction of whoever asks."""
    app.configure_task(TASK).defer(reference=str(kept.reference))
