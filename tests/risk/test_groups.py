"""Every group is judged by its own figures, and no small number is told."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from localcare.analysis.risk.definitions import outcome
from localcare.analysis.risk.discrimination import Estimate
from localcare.analysis.risk.frame import Frame
from localcare.analysis.risk.groups import by_group, labels_of, shown
from localcare.analysis.risk.judging import reasons_against, reasons_of_groups
from localcare.analysis.risk.lists import beside_frailty_scores

YEAR = outcome("emergency-admission-12m")
LIMITS = YEAR.content["judging"]
GROUPS = {group.name: group for group in YEAR.groups}


def frame(people: int = 4000) -> tuple[Frame, np.ndarray]:
    """People whose risks are right, except that those of the Black group are twice what is said."""
    random = np.random.default_rng(1)
    ethnicity = random.choice(["A", "H", "N", "Z"], people, p=[0.6, 0.15, 0.24, 0.01]).astype(object)
    risk = random.beta(2, 14, people)
    true = np.where(ethnicity == "N", np.minimum(2 * risk, 1), risk)
    sex = np.where(np.arange(people) < 3, "unknown", np.where(random.random(people) < 0.5, "male", "female"))
    columns = {
        "age": random.integers(18, 100, people).astype(float),
        "sex": sex.astype(object),
        "imd_decile": random.integers(1, 11, people).astype(float),
        "ethnic_category": ethnicity,
        "practice_code": random.choice(["S1", "S2"], people).astype(object),
        "hfrs_tenths": risk * 100 + random.normal(0, 3, people),
        "efi_deficits": random.integers(0, 9, people).astype(float),
    }
    event = (random.random(people) < true).astype(np.int8)
    event[:3] = [1, 0, 0]
    keys = np.arange(1, people + 1)
    return Frame(date(2025, 9, 30), keys, keys, columns, event), risk


def parts(found: list[dict], group: str) -> dict[str, dict]:
    (one,) = [each for each in found if each["group"] == group]
    return {part["label"]: part for part in one["parts"]}


def test_people_belong_to_the_parts_they_should():
    columns = {
        "age": np.array([18.0, 39, 40, 84, 85]),
        "imd_decile": np.array([1.0, 2, 3, 10, np.nan]),
        "ethnic_category": np.array(["A", "N", "Z", None, "R"], dtype=object),
    }
    keys = np.arange(5)
    some = Frame(date(2025, 9, 30), keys, keys, columns, np.zeros(5, dtype=np.int8))
    assert labels_of(some, GROUPS["age"])[0].tolist() == [
        "18 to 39", "18 to 39", "40 to 64", "75 to 84", "85 and over"
    ]  # fmt: skip
    assert labels_of(some, GROUPS["deprivation"])[0].tolist() == [
        "1, most", "1, most", "2", "5, least", "Not known"
    ]  # fmt: skip
    assert labels_of(some, GROUPS["ethnicity"])[0].tolist() == [
        "White", "Black or Black British", "Not known", "Not known", "Other"
    ]  # fmt: skip


def test_a_group_that_the_model_fails_is_a_reason_in_words():
    some, risk = frame()
    exact = by_group(some, risk, YEAR.groups, LIMITS["groups"])
    told = shown(exact, len(some), int(some.event.sum()))
    (reason,) = reasons_of_groups(exact, told, LIMITS)
    assert reason.startswith("Ethnic group, Black or Black British: risks are too low.")
    assert "allowed is 0.8 to 1.25" in reason


def test_small_numbers_are_hidden_and_cannot_be_worked_out():
    some, risk = frame()
    exact = by_group(some, risk, YEAR.groups, LIMITS["groups"])
    told = shown(exact, len(some), int(some.event.sum()))
    sex = parts(told, "sex")
    assert sex["Other or not known"]["people"] is None
    also = [label for label in ("Female", "Male") if sex[label]["people"] is None]
    assert len(also) == 1  # else subtraction tells the three
    hidden = sex[also[0]]
    assert hidden["events"] is hidden["observed"] is hidden["expected"] is None
    assert hidden["auc"].value == parts(exact, "sex")[also[0]]["auc"].value
    assert np.isnan(hidden["observed_to_expected"].low)
    assert hidden["observed_to_expected"].value == round(hidden["observed_to_expected"].value, 1)


def test_the_sum_told_of_held_out_practices_gives_none_of_them_away():
    def part(label: str, people: int, events: int) -> dict:
        rates = {"observed": events / people, "expected": 0.1, "enough_to_judge": False, "hidden": False}
        return {"label": label, "people": people, "events": events, **rates}

    practices = [part("S1", 40, 3), part("S2", 300, 30), part("S3", 400, 40), part("S4", 500, 50)]
    group = [{"group": "practice", "title": "Practice", "parts": practices}]

    def hidden(**more: object) -> list[str]:
        (found,) = shown(group, 1240, 123, **more)
        return [one["label"] for one in found["parts"] if one["events"] is None]

    assert hidden() == ["S1", "S2"]  # their sum is told by subtraction, neither of them is
    assert set(hidden(told_together=["S2", "S3"])) >= {"S1", "S2", "S3"}  # else S2 follows, and from it S1


def test_a_hidden_group_is_judged_all_the_same_and_its_numbers_are_not_said():
    exact = [
        {
            "group": "sex",
            "title": "Sex",
            "parts": [
                {"label": "Male", "enough_to_judge": True, "observed_to_expected": Estimate(1.6, 1.4, 1.8)}
            ],
        }
    ]
    told = [{"group": "sex", "title": "Sex", "parts": [{"label": "Male", "hidden": True}]}]
    (reason,) = reasons_of_groups(exact, told, LIMITS)
    assert "Male" in reason
    assert "1.6" not in reason


def figures(slope: float = 1.0, *, held_out: float = 1.0, events: int = 500, area: float = 0.8) -> dict:
    def performance(value: float) -> dict:
        return {"calibration_slope": Estimate(value, 0, 2), "auc": Estimate(area, 0, 1), "events": events}

    return {
        "people": {"training": {"events": events}, "test": {"events": events}},
        "performance": {"overall": performance(slope), "held_out_practices": performance(held_out)},
    }


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (figures(0.79), "High risks are too high"),
        (figures(1.26), "High risks are too low"),
        (figures(held_out=0.5), "Practices the model never saw"),
        (figures(float("nan")), "could not be worked out"),
        (figures(area=0.55), "orders people too little"),
        (figures(area=float("nan")), "orders people too little"),
        (figures(events=99), "too few to judge by"),
    ],
)
def test_every_fault_is_a_reason(found: dict, words: str):
    assert any(words in reason for reason in reasons_against(found, LIMITS))


@pytest.mark.parametrize("slope", [0.8, 1.0, 1.25])
def test_a_good_model_has_no_reason_against_it(slope: float):
    assert list(reasons_against(figures(slope), LIMITS)) == []


def test_who_is_found_by_the_model_and_who_by_a_score():
    some, risk = frame()
    hfrs, efi = beside_frailty_scores(some, risk, 0.05)
    by_name = {row["who"]: row for row in hfrs["parts"]}
    model = set(np.argsort(-risk, kind="stable")[:200].tolist())
    score = set(np.argsort(-some.columns["hfrs_tenths"], kind="stable")[:200].tolist())
    assert by_name["found by both"]["people"] == len(model & score)
    assert by_name["found by the model only"]["people"] == len(model - score)
    assert by_name["found by the model only"]["events"] == int(some.event[list(model - score)].sum())
    assert sum(row["people"] for row in hfrs["parts"]) == len(some)
    assert efi["title"] == "Electronic Frailty Index"


def test_a_small_overlap_is_hidden():
    some, risk = frame()
    some.columns["efi_deficits"][:] = -risk  # the score finds others altogether
    some.columns["efi_deficits"][np.argsort(-risk)[:3]] = 1.0
    _, efi = beside_frailty_scores(some, risk, 0.05)
    both = efi["parts"][0]
    assert both["people"] is both["events"] is both["observed"] is None
    assert efi["parts"][1]["people"] is None
