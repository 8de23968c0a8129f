"""Work of two kinds: made when it is begun (a measuring), and asked for beforehand (a training)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from localcare.care.stratification.models import RiskModel
from localcare.kernel.work.models import Work
from localcare.system.insight.models import Run


@pytest.fixture(autouse=True)
def home(settings, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "home"
    return settings.HOME


@pytest.fixture
def measuring(db) -> Run:
    """Not yet kept."""
    return Run(until=timezone.localdate(), definitions_version="d", requested_by="tests")


@pytest.fixture
def training(db) -> RiskModel:
    """Waits for a worker."""
    return RiskModel.objects.create(
        outcome="o", outcome_title="O", method="logistic", as_of=timezone.localdate(), seed=1,
        asked_by_name="tests", asked_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture(params=["measuring", "training"])
def work(request: pytest.FixtureRequest) -> Work:
    return request.getfixturevalue(request.param)
