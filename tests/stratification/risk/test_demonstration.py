"""The demonstration asks for one risk model, once, and the worker publishes it if its evaluation allows."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from localcare.care.stratification.models import RiskModel
from localcare.config.demonstration.risk import BECAUSE, ask_for_model
from localcare.kernel.access.readers import system_reader

pytestmark = pytest.mark.django_db


def test_it_asks_for_one_model_and_never_twice():
    for _ in range(2):
        ask_for_model(system_reader("demonstration"))

    model = RiskModel.objects.get()
    assert (model.outcome, model.method, model.asked_by) == ("emergency-admission-12m", "logistic", None)
    job = ProcrastinateJob.objects.get(task_name="risk.train", args__reference=str(model.reference))
    assert job.args["publish_because"] == BECAUSE
