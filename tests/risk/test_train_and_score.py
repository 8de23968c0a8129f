"""A model is trained, read back and used; every person gets a risk with reasons."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from localcare.analysis.risk import ModelError, TrainedModel, load, score
from tests.risk.conftest import AS_OF


def test_a_model_read_back_is_the_same(model: TrainedModel, model_folder: Path):
    again = load(model_folder)
    assert again.version == model.version
    assert again.estimator == model.estimator


def test_a_changed_model_is_refused(model: TrainedModel, model_folder: Path, tmp_path: Path):
    text = (model_folder / "model.json").read_text(encoding="utf-8")
    (tmp_path / "model.json").write_text(text.replace('"seed": 1', '"seed": 2'), encoding="utf-8")
    with pytest.raises(ModelError, match="was changed after training"):
        load(tmp_path)


@pytest.mark.trace("T074")
def test_everybody_gets_a_risk_with_reasons(model: TrainedModel, place: Path, tmp_path: Path):
    run = score(model, place, as_of=AS_OF, out=tmp_path / "risk.parquet")
    table = pq.read_table(tmp_path / "risk.parquet")
    assert run.people == table.num_rows > 5_000
    assert table.schema.names == ["person_id", "risk", "risk_per_mille", "top_factors", "not_known"]
    ids = table["person_id"].to_pylist()
    assert ids == sorted(set(ids))
    assert all(0 < risk < 1 for risk in table["risk"].to_pylist())
    for said in table["top_factors"].to_pylist():
        entries = json.loads(said)
        assert len(entries) <= 5
        assert all(set(entry) == {"factor", "words", "direction", "contribution"} for entry in entries)
    assert all(isinstance(json.loads(said), list) for said in table["not_known"].to_pylist())
