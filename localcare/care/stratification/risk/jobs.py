"""Background work of the risk models: a training that somebody asked for."""

from __future__ import annotations

from procrastinate.contrib.django import app

from localcare.care.stratification.models import RiskModel
from localcare.kernel.access.readers import system_reader
from localcare.kernel.database.one_at_a_time import InProgress

TASK = "risk.train"
AGAIN_SECONDS = 60


@app.task(name=TASK, lock="risk-training", retry=3, pass_context=False)
def train(reference: str, publish_because: str = "") -> None:
    """Train a model; one that is over is left as it is. While another training works, this one waits.

    With `publish_because` what a demonstration asked for is published as well, if its evaluation allows it.
    """
    from localcare.care.stratification.risk.actions import publish
    from localcare.care.stratification.risk.training import carry_out

    try:
        model = carry_out(reference)
    except InProgress:
        waiting = RiskModel.objects.get(reference=reference)
        put_in_queue(waiting, seconds=AGAIN_SECONDS, publish_because=publish_because)
        return
    if publish_because and model.asked_by is None and model.status == RiskModel.Status.EVALUATED:
        publish(model=model, why=publish_because, by=system_reader("demonstration"))


def put_in_queue(model: RiskModel, *, seconds: int = 0, publish_because: str = "") -> None:
    """Ask the worker, in the transaction of whoever asks; the queue gives out one training at a time."""
    later = {"schedule_in": {"seconds": seconds}} if seconds else {}
    app.configure_task(TASK, **later).defer(reference=str(model.reference), publish_because=publish_because)


@app.periodic(cron="30 3 * * *")
@app.task(name="risk.tidy", queueing_lock="risk-tidy", pass_context=False)
def tidy(timestamp: int) -> None:
    """Every night, remove what killed programs left behind."""
    from localcare.care.stratification.risk.training import tidy as remove

    remove()
