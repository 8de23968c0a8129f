"""The closed answer to a scenario and a simulation of the same file, within four standard errors of each other."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from localcare.analysis.simulation.closed_forms.answer import answer
from localcare.analysis.simulation.run import simulate
from localcare.analysis.simulation.scenario.files import shipped_content, shipped_pathways, shipped_scenario
from localcare.analysis.simulation.scenario.reading import read_scenario

REPLICATIONS = 16
PATIENCE = {"distribution": "exponential", "mean": 20, "unit": "minutes"}


def clinic(places: int, **step: Any) -> dict[str, Any]:
    """The scenario of one queue with so many nurses, run for half a year."""
    content = copy.deepcopy(shipped_content("single-queue"))
    content["services"]["nurses"]["capacity"][0]["places"] = places
    content["pathways"]["clinic"]["steps"]["consultation"].update(step)
    return content | {"days": 180, "warm_up_days": 7}


def with_priorities() -> dict[str, Any]:
    """The same, most urgent first."""
    content = clinic(3)
    content["own_pathways"]["clinic"]["priorities"] = {"soon": "Soon", "later": "Later"}
    content["pathways"]["clinic"]["priorities"] = {"soon": 0.3, "later": 0.7}
    content["services"]["nurses"]["discipline"] = "priority"
    return content


def with_room(room: int) -> dict[str, Any]:
    """The same, with room for only so many to wait."""
    content = clinic(3)
    content["services"]["nurses"]["waiting_room"] = room
    return content


@pytest.mark.parametrize(
    "content",
    [
        clinic(4),
        clinic(3, patience=PATIENCE),
        clinic(2, patience=PATIENCE),
        with_room(0),
        with_room(2),
        with_priorities(),
    ],
    ids=["Erlang C", "Erlang A", "Erlang A, too many", "Erlang B", "little room", "priorities"],
)
def test_one_queue(content: dict[str, Any]) -> None:
    scenario = read_scenario(content)
    found = answer(scenario, shipped_pathways())
    assert found is not None
    nurses = found.services["nurses"]
    assert nurses.is_exact
    result = simulate(scenario, pathways=shipped_pathways(), replications=REPLICATIONS)
    rows = {
        row["measure"]: row
        for row in result.summary().to_pylist()
        if row["service"] == "nurses" and not row["step"]
    }

    def near(measure: str, value: float, scale: float = 1.0) -> bool:
        row = rows[measure]
        error = row["sd"] / REPLICATIONS**0.5
        return abs(row["mean"] * scale - value) <= 4 * error * scale + 1e-9

    assert near("mean_wait", nurses.waits.mean, 1 / 60)
    assert near("waited", nurses.waits.wait_probability)
    assert near("occupied", nurses.load * (1 - nurses.lost))
    gone = rows["gave_up_per_day"]["mean"] + rows["turned_away_per_day"]["mean"]
    assert gone / rows["asked_per_day"]["mean"] == pytest.approx(nurses.lost, abs=0.01)


def test_beds_without_limit_day_by_day() -> None:
    """Admissions that fall cluster by cluster: the census of the simulation follows the convolution of each day."""
    scenario = shipped_scenario("case-management-roll-out")
    found = answer(scenario, shipped_pathways())
    assert found is not None
    daily = simulate(scenario, pathways=shipped_pathways(), replications=60).daily().to_pylist()
    beds = [row for row in daily if row["service"] == "frailty-beds" and not row["step"]]
    days = sorted({row["day"] for row in beds})
    for at in range(30, len(days), 60):
        seen = [row["occupied"] for row in beds if row["day"] == days[at]]
        mean = sum(seen) / len(seen)
        expected = found.services["frailty-beds"].load_by_day[at]
        assert mean == pytest.approx(expected, abs=4 * (expected / len(seen)) ** 0.5)
