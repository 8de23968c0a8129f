"""The other outcome and the other method go the same way."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from localcare.analysis.risk import ModelError, TrainedModel, load, read_card, score, train
from tests.risk.conftest import AS_OF


@pytest.fixture(scope="module")
def readmission(place: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainedModel:
    out = tmp_path_factory.mktemp("readmission")
    return train(place, outcome="readmission-30d", as_of=AS_OF, method="logistic", seed=1, out=out)


def test_too_few_readmissions_are_not_published_and_it_says_so(readmission: TrainedModel):
    assert not readmission.verdict.published_allowed
    assert any("too few to judge by" in reason for reason in readmission.verdict.reasons)


def test_a_model_of_discharges_asks_about_people_who_just_left(
    readmission: TrainedModel, place: Path, tmp_path: Path
):
    """Each once, at the last discharge, and nobody who is in a bed."""
    out = tmp_path / "risk.parquet"
    score(readmission, place, as_of=AS_OF, out=out)
    asked = pq.read_table(out)["person_id"].to_pylist()
    assert asked == sorted(set(asked))
    stays = pq.read_table(place / "stays.parquet").to_pylist()
    left = {
        row["person_id"]
        for row in stays
        if row["discharged_on"]
        and AS_OF - timedelta(days=30) < row["discharged_on"] <= AS_OF
        and row["discharged_on"] > row["admitted_on"]
    }
    assert asked
    assert set(asked) <= left


def test_its_days_do_not_overlap(readmission: TrainedModel):
    dates = {name: date.fromisoformat(day) for name, day in readmission.content["dates"].items()}
    assert dates["test_index"] == AS_OF - timedelta(days=30)
    assert dates["training_follow_up_to"] <= dates["test_first"]


def test_a_boosted_model_is_read_back_and_refused_when_its_trees_were_changed(place: Path, tmp_path: Path):
    pytest.importorskip("lightgbm")
    out = tmp_path / "boosted"
    trained = train(place, outcome="emergency-admission-12m", as_of=AS_OF, method="lightgbm", seed=1, out=out)
    again = load(out)
    assert again.version == trained.version
    assert read_card(out, again)["method"] == "lightgbm"
    run = score(again, place, as_of=AS_OF, out=tmp_path / "risk.parquet")
    said = json.loads(pq.read_table(tmp_path / "risk.parquet")["top_factors"][0].as_py())
    assert run.method == "lightgbm"
    assert said
    text = (out / "booster.txt").read_text(encoding="utf-8")
    (out / "booster.txt").write_text(text.replace("Tree=0", "Tree=1", 1), encoding="utf-8")
    with pytest.raises(ModelError, match="booster"):
        load(out)
