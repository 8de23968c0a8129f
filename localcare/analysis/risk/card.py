"""The model card: every figure as JSON, a text under the TRIPOD+AI headings, and its pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcare.analysis.risk.card_text import card_text
from localcare.analysis.risk.judging import Judgement
from localcare.analysis.risk.model import (
    CARD_FILE,
    CARD_TEXT_FILE,
    PLOTS,
    ModelError,
    TrainedModel,
    digest,
    plain,
    pretty,
)
from localcare.analysis.risk.plots import calibration_plot, decision_plot, groups_plot


def write_card(model: TrainedModel, judgement: Judgement, folder: Path) -> dict[str, Any]:
    """Write card.json, card.md and plots/*.svg into the model's folder; the card as JSON has it."""
    card = card_of(model, judgement)
    (folder / CARD_FILE).write_text(pretty(card), encoding="utf-8")
    (folder / CARD_TEXT_FILE).write_text(card_text(card), encoding="utf-8")
    plots = folder / PLOTS
    plots.mkdir(exist_ok=True)
    for name, drawn in pictures(card).items():
        (plots / f"{name}.svg").write_bytes(drawn)
    return card


def card_of(model: TrainedModel, judgement: Judgement) -> dict[str, Any]:
    """The whole card as plain values."""
    made: dict[str, Any] = plain(
        {
            "model_version": model.version,
            "method": model.method,
            "outcome": model.outcome.content,
            "dates": model.content["dates"],
            "seed": model.content["seed"],
            "dataset": model.content["dataset"],
            "made_with": model.content["made_with"],
            "held_out_practices": len(model.content["held_out_practices"]),
            "trained_on": model.content["trained_on"],
            "left_out_factors": model.content["left_out_factors"],
            "factors": [{"name": factor.name, "title": factor.title} for factor in model.factors],
            "estimator": {
                name: value
                for name, value in model.content["estimator"].items()
                if name != "booster_checksum"
            },
            "verdict": model.content["verdict"],
            "figures": judgement.figures,
        }
    )
    return made


def pictures(card: Mapping[str, Any]) -> dict[str, bytes]:
    """The card's pictures as SVG, by name."""
    figures, outcome = card["figures"], card["outcome"]
    allowed = outcome["judging"]["groups"]["observed_to_expected"]
    return {
        "calibration": calibration_plot(figures, title=f"Calibration: {outcome['what']}"),
        "decision-curve": decision_plot(figures, title="Would acting on it do more good than harm?"),
        "groups": groups_plot(figures, allowed, title="Does it serve every group?"),
    }


def read_card(folder: Path | str, model: TrainedModel) -> dict[str, Any]:
    """The card beside a model; ModelError when it is missing, belongs to another or was changed."""
    file = Path(folder) / CARD_FILE
    if not file.is_file():
        raise ModelError(f"{file} is missing. Train the model again.")
    card: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if (
        card.get("model_version") != model.version
        or digest(card["figures"]) != model.content["figures_checksum"]
    ):
        raise ModelError(
            f"{file} belongs to another model or was changed after training. Train the model again."
        )
    return card
