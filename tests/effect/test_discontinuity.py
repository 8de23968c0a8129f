"""The jump at a threshold: on people whose truth is known, against plain fits, and refused where it says nothing."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.linear_model import WLS

from localcare.analysis.effect import AtThreshold, CannotCompare, discontinuity, usual_bandwidth
from localcare.analysis.effect.two_groups import contrast

THRESHOLD = 200
MONTHS = 12


def county(
    effect: float, *, seed: int, people: int = 12_000, curved: bool = False, acted_above: float = 0.7
) -> AtThreshold:
    """People with risks near a threshold: admissions follow the risk, and being above changes their number by `effect`.

    Each has a frailty of their own, so that admissions come in clusters as they do; some die within the time.
    """
    random = np.random.default_rng(seed)
    risks = np.floor(random.beta(2, 6, people) * 1000)
    risk = risks / 1000
    expected = 2.5 * risk**2 + 0.1 if curved else risk * 1.4
    frailty = random.gamma(2, 0.5, people)
    above = risks >= THRESHOLD
    months = np.where(random.random(people) < 0.06, random.uniform(0, MONTHS, people), MONTHS)
    before = random.poisson(expected * frailty)
    after = random.poisson((expected * frailty + effect * above) * months / MONTHS)
    acted = random.random(people) < np.where(above, acted_above, 0.05)
    return AtThreshold(risks, after, months, before, acted)


def found(people: AtThreshold, **options):
    return discontinuity(
        people, threshold=THRESHOLD, bandwidth=usual_bandwidth(THRESHOLD), what="admissions", **options
    )


def test_the_figure_is_that_of_two_quadratic_fits_one_on_either_side():
    people = county(0.3, seed=1)
    answer = found(people)
    ends = []
    for side in (people.scores >= THRESHOLD, people.scores < THRESHOLD):
        near = side & (np.abs(people.scores - THRESHOLD) < 100) & (people.time > 0)
        x = (people.scores[near] - THRESHOLD) / 100
        weights = (1 - np.abs(x)) * people.time[near]
        design = np.vander(x, 3, increasing=True)
        square = np.sqrt(weights)
        ends.append(
            np.linalg.lstsq(
                design * square[:, None], people.events[near] / people.time[near] * square, rcond=None
            )[0][0]
        )
    assert answer.effect.estimate.value == pytest.approx(ends[0] - ends[1], rel=1e-6)
    assert answer.effect.expected == pytest.approx(ends[1], rel=1e-6)


def test_the_error_is_robust_as_white_and_mackinnon_have_it():
    """HC3 by its formula: (X'WX)⁻¹ X'W diag(e²/(1−h)²) WX (X'WX)⁻¹."""
    people = county(0.0, seed=2)
    answer = found(people)
    near = (np.abs(people.scores - THRESHOLD) < 100) & (people.time > 0)
    x = (people.scores[near] - THRESHOLD) / 100
    side = (x >= 0).astype(float)
    design = np.column_stack([np.ones(len(x)), side, x, x * side, x**2, x**2 * side])
    weights = (1 - np.abs(x)) * people.time[near]
    outcome = people.events[near] / people.time[near]
    bread = np.linalg.inv(design.T @ (design * weights[:, None]))
    residual = outcome - design @ (bread @ design.T @ (weights * outcome))
    leverage = weights * np.einsum("ij,jk,ik->i", design, bread, design)
    meat = design.T @ (design * ((weights * residual / (1 - leverage)) ** 2)[:, None])
    error = np.sqrt((bread @ meat @ bread)[1, 1])
    width = answer.effect.estimate.upper - answer.effect.estimate.lower
    assert width == pytest.approx(2 * 1.96 * error, rel=0.002)


def test_figure_and_interval_are_those_of_statsmodels_with_people_alike_on_one_row():
    """Twelve thousand rows fitted by statsmodels, and the same people put together."""
    people = county(0.2, seed=9)
    rows, many = np.unique(
        np.column_stack([people.scores, people.events, people.time, people.before, people.acted]),
        axis=0,
        return_counts=True,
    )
    assert len(rows) < len(people.scores) / 2
    answer, together = found(people), found(AtThreshold(*rows.T, people=many))
    near = (np.abs(people.scores - THRESHOLD) < 100) & (people.time > 0)
    x = (people.scores[near] - THRESHOLD) / 100
    side = (x >= 0).astype(float)
    fitted = WLS(
        people.events[near] / people.time[near],
        np.column_stack([np.ones(len(x)), side, x, x * side, x**2, x**2 * side]),
        weights=(1 - np.abs(x)) * people.time[near],
    ).fit(cov_type="HC3", use_t=True)
    for estimate in (answer.effect.estimate, together.effect.estimate):
        ends = [estimate.value, estimate.lower, estimate.upper]
        assert ends == pytest.approx([fitted.params[1], *fitted.conf_int()[1]], rel=1e-6)
    assert together.effect.counts == answer.effect.counts
    assert together.before.upper == pytest.approx(answer.before.upper)
    assert together.acted.lower == pytest.approx(answer.acted.lower)
    assert [(one.people, one.rate) for one in together.bins] == [
        (one.people, pytest.approx(one.rate)) for one in answer.bins
    ]


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """With nothing to find, a small effect and straight or curved risks: the honest test of figure and error."""
    errors, held, asked = [], [], 0
    for effect, curved, seed in product((0.0, 0.25), (False, True), range(30)):
        estimate = found(county(effect, seed=seed, curved=curved, people=4000)).effect.estimate
        asked += 1
        if estimate:
            held.append(estimate.lower <= effect / MONTHS <= estimate.upper)
            errors.append(estimate.value - effect / MONTHS)
    assert len(held) >= 0.88 * asked  # the check of the past stops some that are sound, as often as it says
    assert 0.89 <= np.mean(held) <= 0.995
    assert abs(np.mean(errors)) < 3 * np.std(errors) / len(errors) ** 0.5


def test_before_and_after_of_the_listed_misleads_where_the_threshold_does_not():
    """No effect at all: the listed fall by a third all the same, and every interval of before and after says so."""
    random = np.random.default_rng(5)
    frailty = random.gamma(0.5, 0.8, 60_000)
    before, after = random.poisson(frailty), random.poisson(frailty)
    listed = before >= 2
    fall = contrast(after[listed].astype(float), before[listed].astype(float)).interval(0.95)
    assert fall.upper < -1  # "the list prevented more than one admission a person": it did nothing
    noisy = np.clip(1000 * (1 - np.exp(-frailty)) * random.lognormal(0, 0.2, 60_000), 0, 999)
    answer = found(AtThreshold(noisy, after, np.ones(60_000), before))
    assert answer.effect.estimate.holds_zero


def test_where_the_threshold_did_not_decide_no_effect_is_stated():
    answer = found(county(0.3, seed=3, acted_above=0.05))
    assert answer.effect.estimate is None and answer.effect.expected is None
    assert "did not decide" in answer.effect.says
    assert answer.acted.holds_zero


def test_where_both_sides_differed_before_no_effect_is_stated():
    people = county(0.0, seed=4)
    moved = AtThreshold(
        people.scores,
        people.events,
        people.time,
        people.before + 2 * (people.scores >= THRESHOLD),
        people.acted,
    )
    answer = found(moved)
    assert answer.effect.estimate is None
    assert "already before the list" in answer.effect.says


def test_it_says_counts_direction_and_limits():
    answer = found(county(0.6, seed=6), multiplier=1000, unit="per 1,000 person-months")
    assert answer.effect.heading == "Estimated effect"
    assert "more admissions per 1,000 person-months" in answer.effect.says
    assert "than expected from the people just below" in answer.effect.says
    assert f"{answer.effect.counts['just above']:,} people above" in answer.effect.says
    assert "near the threshold only" in answer.effect.cannot_say
    assert [width for width, _ in answer.other_widths] == [50, 150]
    assert all(one.score < THRESHOLD for one in answer.bins[:6])
    assert (
        sum(one.people for one in answer.bins)
        == answer.effect.counts["just above"] + answer.effect.counts["just below"]
    )


@pytest.mark.parametrize(
    ("people", "why"),
    [
        (county(0.0, seed=7, people=300), "people are near enough"),
        (AtThreshold(*(np.tile(one, 300) for one in ([150, 190, 210, 250], [1, 0, 1, 0], [1, 1, 1, 1]))), "different scores"),
        (AtThreshold(np.arange(100, 300).repeat(5), np.zeros(1000), np.ones(1000)), "wait for more time"),
        (AtThreshold([150.0], [1.0, 2.0], [1.0]), "differ in length"),
    ],
)  # fmt: skip
def test_too_little_is_refused_with_what_would_help(people: AtThreshold, why: str):
    with pytest.raises(CannotCompare, match=why):
        found(people)


def test_the_usual_bandwidth_is_half_the_way_to_the_nearer_end():
    assert [usual_bandwidth(threshold) for threshold in (100, 200, 500, 900)] == [50, 100, 250, 50]


@settings(max_examples=25, deadline=None)
@given(scale=st.floats(0.5, 50), slope=st.floats(-2, 2), curve=st.floats(-2, 2), jump=st.floats(-3, 3))
def test_a_world_without_chance_gives_back_its_jump_exactly(scale, slope, curve, jump):
    """Any quadratic world with a jump: the fit is exact, whatever the units."""
    scores = np.arange(100, 301).repeat(3).astype(float)
    x = (scores - THRESHOLD) / 100
    rate = 10 + slope * x + curve * x**2 + jump * (x >= 0)
    answer = found(AtThreshold(scores, rate * 2, np.full(len(x), 2.0)), multiplier=scale)
    assert answer.effect.counts["just above"] == 300
    assert answer.effect.estimate.value == pytest.approx(jump * scale, abs=1e-6 * scale)


def test_the_example_of_the_docs_finds_the_harm_it_made(capsys):
    page = Path(__file__).parents[2] / "docs" / "explanation" / "does-the-list-help.md"
    [block] = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    names: dict = {}
    exec(block, names)
    estimate = names["found"].effect.estimate
    assert estimate.lower <= 0.2 / 12 <= estimate.upper and not estimate.holds_zero
    assert "more emergency admissions" in capsys.readouterr().out
