"""The card is written at every training; drift is seen; every command works without a database."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from localcare.analysis.risk import ModelError, TrainedModel, TrainingError, drift, read_card, train
from localcare.config.command_line.application import application
from tests.risk.conftest import AS_OF

HEADINGS = (
    "Summary", "Background", "Methods", "Data", "People and days", "Outcome", "Factors", "Size", "What is missing",
    "How it was made", "Fairness", "Open science", "Patients and the public", "Results", "How it does", "By group",
    "Discussion", "Limits", "Before use",
)  # fmt: skip


@pytest.fixture(scope="module")
def card(model: TrainedModel, model_folder: Path) -> dict:
    return read_card(model_folder, model)


def test_the_card_has_its_headings_pictures_and_the_warning_of_the_trial(
    model: TrainedModel, model_folder: Path
):
    text = (model_folder / "card.md").read_text(encoding="utf-8")
    for heading in HEADINGS:
        assert f"# {heading}\n" in text
    assert "PRISMATIC, 230,099 people" in text
    for name in ("calibration", "decision-curve", "groups"):
        drawn = (model_folder / "plots" / f"{name}.svg").read_text(encoding="utf-8")
        assert "style=" not in drawn
        assert ElementTree.fromstring(drawn).find("{http://www.w3.org/2000/svg}desc").text
        assert f"plots/{name}.svg" in text


def test_the_card_holds_everything_that_was_asked_for(card: dict):
    figures = card["figures"]
    overall = figures["performance"]["overall"]
    for name in ("auc", "average_precision", "brier", "calibration_slope", "calibration_intercept"):
        assert overall[name]["low"] < overall[name]["value"] < overall[name]["high"]
    assert figures["performance"]["held_out_practices"]["people"] > 0
    assert [group["group"] for group in figures["groups"]] == [
        "age", "sex", "deprivation", "ethnicity", "practice"
    ]  # fmt: skip
    assert {score["score"] for score in figures["frailty_scores"]} == {"hfrs_tenths", "efi_deficits"}
    assert 0.7 < figures["week_to_week"]["share"]["value"] <= 1
    assert len(figures["decision_curve"]) == 9
    assert overall["auc"]["value"] > 0.65
    for when in ("training", "test"):
        counts = figures["people"][when]
        asked = counts["registered and alive"] - counts["younger than the age asked about"]
        left_out = (
            counts["opted out of use beyond direct care"] + counts["left every practice first, so not known"]
        )
        assert counts["used"] == asked - left_out


def test_a_card_of_another_model_is_refused(model: TrainedModel, model_folder: Path, tmp_path: Path):
    spoilt = json.loads((model_folder / "card.json").read_text(encoding="utf-8"))
    spoilt["figures"]["performance"]["overall"]["auc"]["value"] = 0.99
    (tmp_path / "card.json").write_text(json.dumps(spoilt), encoding="utf-8")
    with pytest.raises(ModelError, match="belongs to another model or was changed"):
        read_card(tmp_path, model)


def test_the_same_seed_gives_the_same_bytes(
    model: TrainedModel, place: Path, model_folder: Path, tmp_path: Path
):
    train(place, outcome=model.outcome.name, as_of=AS_OF, method="logistic", seed=1, out=tmp_path)
    written = sorted(file.relative_to(tmp_path) for file in tmp_path.rglob("*") if file.is_file())
    assert Path("model.json") in written
    for file in written:
        assert (tmp_path / file).read_bytes() == (model_folder / file).read_bytes(), file


def test_held_out_practices_teach_nothing(model: TrainedModel, card: dict):
    held_out = model.content["held_out_practices"]
    assert held_out
    practices = [
        part for group in card["figures"]["groups"] if group["group"] == "practice" for part in group["parts"]
    ]
    assert 0 < len(held_out) < len(practices)
    assert card["trained_on"]["people"] < card["figures"]["people"]["training"]["used"]


def test_data_that_do_not_reach_back_are_refused_with_the_reason(place: Path, tmp_path: Path):
    with pytest.raises(TrainingError, match=r"Hospital stays are not held for 12 months before"):
        train(
            place,
            outcome="emergency-admission-12m",
            as_of=date(2024, 6, 30),
            method="logistic",
            seed=1,
            out=tmp_path,
        )


def test_a_factor_without_its_history_is_left_out_and_said(place: Path, tmp_path: Path):
    """Three years of data: the day of training sees one year back."""
    short = tmp_path / "short"
    shutil.copytree(place, short)
    for table, column in (
        ("stays", "admitted_on"),
        ("attendances", "arrived_on"),
        ("contacts", "occurred_on"),
    ):
        rows = pq.read_table(short / f"{table}.parquet")
        pq.write_table(rows.filter(pc.field(column) > date(2023, 9, 30)), short / f"{table}.parquet")
    found = train(
        short,
        outcome="emergency-admission-12m",
        as_of=AS_OF,
        method="logistic",
        seed=1,
        out=tmp_path / "model",
    )
    used = {factor.name for factor in found.factors}
    assert "emergency_admissions_12m" in used
    assert not used & {"hfrs", "charlson", "emergency_admissions_year_before"}
    assert any("looks back 24 months" in reason for reason in found.content["left_out_factors"])


def test_a_month_later_little_has_moved_and_a_lost_feed_is_a_warning(
    model: TrainedModel, place: Path, tmp_path: Path
):
    same = drift(model, place, as_of=AS_OF)
    assert same.known is None  # these outcomes were the test's
    assert not [warning for warning in same.warnings if "gone" in warning]
    without = tmp_path / "without"
    shutil.copytree(place, without)
    contacts = pq.read_table(without / "contacts.parquet")
    kept = contacts.filter(pc.field("setting") != "general-practice")
    pq.write_table(kept, without / "contacts.parquet")
    found = drift(model, without, as_of=AS_OF)
    assert any(
        warning.startswith("An input is gone. Contacts with general practice") for warning in found.warnings
    )
    assert any("lies quite otherwise than at training" in warning for warning in found.warnings)
    assert any("mean risk" in warning for warning in found.warnings)


def test_outcomes_that_became_known_are_compared(place: Path, tmp_path: Path):
    earlier = train(
        place,
        outcome="emergency-admission-12m",
        as_of=date(2026, 6, 30),
        method="logistic",
        seed=1,
        out=tmp_path / "earlier",
    )
    report = drift(earlier, place, as_of=AS_OF)
    assert report.known
    assert report.known.index_on == date(2025, 9, 30)
    value, low, high = report.known.observed_to_expected
    assert value == pytest.approx(report.known.events / report.known.expected)
    assert low < value < high


def test_every_command_works_without_a_database(
    model: TrainedModel, model_folder: Path, place: Path, tmp_path: Path
):
    run = CliRunner()
    listed = run.invoke(application, ["risk", "outcomes"])
    assert "readmission-30d" in listed.output
    shown = run.invoke(application, ["risk", "card", "--model", str(model_folder)])
    assert shown.exit_code == (0 if model.verdict.published_allowed else 3)
    assert model.version in shown.output
    out = tmp_path / "risk.parquet"
    scored = run.invoke(
        application,
        [
            "risk",
            "score",
            "--model",
            str(model_folder),
            "--dataset",
            str(place),
            "--as-of",
            "2026-09-30",
            "--out",
            str(out),
        ],
    )
    assert scored.exit_code == 0
    assert out.is_file()
    assert "mean risk" in scored.output
    wrong = run.invoke(
        application,
        [
            "risk",
            "train",
            "--dataset",
            str(place),
            "--as-of",
            "2026-09-30",
            "--outcome",
            "death",
            "--out",
            str(tmp_path / "m"),
        ],
    )
    assert wrong.exit_code == 1
    assert "There is no outcome 'death'" in wrong.output
