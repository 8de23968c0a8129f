from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from localcare.analysis.risk import TrainedModel, train
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import practice_shares

AS_OF = date(2026, 9, 30)
PEOPLE = 12_000
PRACTICES = practice_shares(
    [
        ("S1001", "Deal", 20.0),
        ("S1002", "Margate", 40.0),
        ("S1003", "Sevenoaks", 30.0),
        ("S1004", "Elsewhere", 10.0),
        ("S1005", "Dover", 25.0),
        ("S1006", "Thanet", 30.0),
        ("S1007", "Ashford", 25.0),
    ]
)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place whose data reach back five years, so that every factor can be used."""
    out = tmp_path_factory.mktemp("place")
    return synthesise(people=PEOPLE, seed=11, as_of=AS_OF, practices=PRACTICES, out=out, years=5)


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="session")
def model(place: Path, model_folder: Path) -> TrainedModel:
    """The default model of 12 months."""
    return train(
        place, outcome="emergency-admission-12m", as_of=AS_OF, method="logistic", seed=1, out=model_folder
    )
