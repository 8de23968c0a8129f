"""Every figure of a card against a closed form, a slow twin or another program."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from statsmodels.stats.proportion import proportion_confint

from localcare.analysis.risk.benefit import decision_curve, list_of, top
from localcare.analysis.risk.calibration import (
    brier,
    brier_skill,
    calibrate,
    deciles,
    log_odds,
    observed_to_expected,
    share,
    smooth_curve,
)
from localcare.analysis.risk.discrimination import auc, average_precision, average_precision_estimate
from localcare.analysis.risk.stability import cuts_of, shares_of, stability_index


def drawn(seed: int, people: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    """Events that follow their risk exactly."""
    random = np.random.default_rng(seed)
    risk = 1 / (1 + np.exp(-random.normal(-2, 1, people)))
    return (random.random(people) < risk).astype(np.int8), risk


def slow_auc(event: np.ndarray, risk: np.ndarray) -> tuple[float, float]:
    """Every pair by itself, and the variance from the placements of both kinds."""
    with_event, without = risk[event == 1], risk[event == 0]
    pairs = (with_event[:, None] > without[None, :]) + 0.5 * (with_event[:, None] == without[None, :])
    variance = pairs.mean(axis=1).var(ddof=1) / len(with_event) + pairs.mean(axis=0).var(ddof=1) / len(
        without
    )
    return float(pairs.mean()), float(variance)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=4, max_size=60))
def test_auc_and_its_interval_are_those_of_all_pairs(rows: list[tuple[bool, int]]):
    event = np.array([came for came, _ in rows], dtype=np.int8)
    risk = np.array([value / 10 for _, value in rows])
    found = auc(event, risk)
    if not 1 < event.sum() < len(event) - 1:
        assert math.isnan(found.low)
        return
    area, variance = slow_auc(event, risk)
    assert found.value == pytest.approx(area)
    half = 1.959963984540054 * math.sqrt(variance)
    assert (found.low, found.high) == pytest.approx((max(0, area - half), min(1, area + half)))


def test_auc_average_precision_and_brier_are_those_of_scikit_learn():
    event, risk = drawn(1)
    assert auc(event, risk).value == pytest.approx(roc_auc_score(event, risk))
    assert average_precision(event, risk) == pytest.approx(average_precision_score(event, risk))
    rounded = np.round(risk, 2)  # with ties
    assert average_precision(event, rounded) == pytest.approx(average_precision_score(event, rounded))
    assert brier(event, risk).value == pytest.approx(brier_score_loss(event, risk))


def test_calibration_is_that_of_statsmodels():
    event, risk = drawn(2)
    wrong = np.clip(risk**1.3, 1e-6, 1)
    found = calibrate(event, wrong)
    odds = log_odds(wrong)
    both = sm.Logit(event, sm.add_constant(odds)).fit(disp=0)
    assert found.slope.value == pytest.approx(both.params[1])
    assert (found.slope.low, found.slope.high) == pytest.approx(tuple(both.conf_int()[1]))
    alone = sm.GLM(event, np.ones(len(event)), offset=odds, family=sm.families.Binomial()).fit()
    assert found.intercept.value == pytest.approx(alone.params[0])
    assert (found.intercept.low, found.intercept.high) == pytest.approx(tuple(alone.conf_int()[0]))


def test_true_risks_are_well_calibrated_and_doubled_log_odds_have_half_the_slope():
    event, risk = drawn(3, 40_000)
    good = calibrate(event, risk)
    assert good.slope.low < 1 < good.slope.high
    assert good.intercept.low < 0 < good.intercept.high
    doubled = 1 / (1 + np.exp(-2 * log_odds(risk)))
    assert calibrate(event, doubled).slope.value == pytest.approx(good.slope.value / 2, rel=1e-6)


def test_calibration_of_people_of_one_kind_is_not_a_number():
    assert math.isnan(calibrate(np.zeros(50), np.full(50, 0.1)).slope.value)
    assert math.isnan(calibrate(np.array([0, 1] * 25), np.full(50, 0.1)).slope.value)


def test_observed_to_expected_has_the_exact_poisson_interval():
    """Garwood's published limits of a count of 10 are 4.80 and 18.39."""
    found = observed_to_expected(np.array([1] * 10 + [0] * 90), np.full(100, 0.05))
    assert found.value == pytest.approx(2.0)
    assert (found.low * 5, found.high * 5) == pytest.approx((4.795, 18.39), abs=0.005)


def test_shares_have_wilsons_interval():
    for events, people in ((0, 20), (3, 20), (20, 20), (400, 5000)):
        low, high = proportion_confint(events, people, method="wilson")
        assert (share(events, people).low, share(events, people).high) == pytest.approx((low, high))


def test_brier_skill_is_nothing_for_the_mean_and_one_for_knowing():
    event = np.array([0, 0, 0, 1])
    assert brier_skill(event, np.full(4, 0.25)) == pytest.approx(0)
    assert brier_skill(event, event.astype(float)) == pytest.approx(1)


def test_tenths_hold_everybody_and_the_smooth_line_of_right_risks_is_the_diagonal():
    event, risk = drawn(4)
    points = deciles(event, risk)
    assert [point.people for point in points] == [300] * 10
    assert sum(point.events for point in points) == event.sum()
    assert [point.risk for point in points] == sorted(point.risk for point in points)
    exact = smooth_curve(risk, risk)  # exactly as much came as was said
    assert [came for _, came in exact] == pytest.approx([given for given, _ in exact])
    steady = smooth_curve(event, risk)
    assert max(abs(given - came) for given, came in steady if 0.05 < given < 0.4) < 0.06
    twice = smooth_curve((np.random.default_rng(9).random(3000) < np.minimum(1, 2 * risk)).astype(int), risk)
    assert [came / given for given, came in twice if 0.08 < given < 0.3] == pytest.approx([2] * 10, rel=0.25)


def test_net_benefit_is_that_of_counting_by_hand():
    event, risk = drawn(5, 500)
    for row in decision_curve(event, risk, [0.05, 0.2, 0.5]):
        true = sum(1 for came, r in zip(event, risk, strict=True) if r >= row["threshold"] and came)
        false = sum(1 for came, r in zip(event, risk, strict=True) if r >= row["threshold"] and not came)
        odds = row["threshold"] / (1 - row["threshold"])
        assert row["model"].value == pytest.approx(true / 500 - false / 500 * odds)
    lowest, highest = decision_curve(event, risk, [1e-6, 0.999999])
    assert lowest["model"].value == pytest.approx(lowest["everybody"])
    assert highest["model"].value == 0


def test_the_interval_of_net_benefit_covers_as_often_as_it_says():
    random = np.random.default_rng(6)
    risk = random.beta(1, 9, 2000)
    chosen = risk >= 0.2
    truth = float(np.where(chosen, risk - (1 - risk) * 0.25, 0).mean())
    inside = 0
    for _ in range(300):
        (row,) = decision_curve((random.random(2000) < risk).astype(int), risk, [0.2])
        inside += row["model"].low <= truth <= row["model"].high
    assert inside / 300 > 0.91


def test_the_bootstrap_of_average_precision_is_seeded_and_holds_the_value():
    event, risk = drawn(7)
    found = average_precision_estimate(event, risk, seed=3, draws=100)
    assert found == average_precision_estimate(event, risk, seed=3, draws=100)
    assert found != average_precision_estimate(event, risk, seed=4, draws=100)
    assert found.low < found.value < found.high
    plain = []
    random = np.random.default_rng(8)
    for _ in range(100):
        picked = random.integers(0, len(event), len(event))
        plain.append(average_precision(event[picked], risk[picked]))
    low, high = np.quantile(plain, [0.025, 0.975])
    assert found.high - found.low == pytest.approx(high - low, rel=0.35)


def test_a_list_takes_the_highest_and_breaks_ties_by_key():
    keys = np.array([40, 30, 20, 10])
    assert keys[top(np.array([0.5, 0.9, 0.5, 0.1]), keys, 2)].tolist() == [30, 20]
    found = list_of(np.array([1, 1, 0, 0]), np.array([0.5, 0.9, 0.5, 0.1]), keys, 0.5)
    assert (found["people"], found["events"], found["lowest_risk"]) == (2, 1, 0.5)
    assert found["of_all_events"].value == 0.5


def test_the_stability_index_is_nothing_for_the_same_and_the_closed_form_otherwise():
    assert stability_index([0.5, 0.5], [0.5, 0.5]) == 0
    assert stability_index([0.5, 0.5], [0.8, 0.2]) == pytest.approx(0.3 * math.log(1.6) - 0.3 * math.log(0.4))
    assert stability_index([0.5, 0.5], [1.0, 0.0]) < 5  # an empty part stays finite


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=80))
def test_the_parts_of_a_factor_hold_everybody_once(values: list[int]):
    numbers = np.array(values, dtype=float)
    cuts = cuts_of(numbers)
    shares = shares_of(numbers, cuts)
    assert len(shares) == len(cuts) + 1 <= 10
    assert sum(shares) == pytest.approx(1)
    assert all(share > 0 for share in shares)
