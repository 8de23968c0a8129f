"""Matched controls on made-up people whose truth is known, and regression to the mean, which fools the raw figure."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from localcare.analysis.effect import Candidates, CannotCompare, against_baseline, matched_controls
from localcare.analysis.effect.propensity import logits


def cohort(seed: int, *, size: int = 3000, effect: float = 0.0) -> tuple[Candidates, Candidates]:
    """People with a lasting rate of admissions; the change goes to some of those with three or more last year."""
    random = np.random.default_rng(seed)
    rate, age = random.gamma(0.8, 1 / 0.8, size), random.normal(75, 8, size)
    last, year = random.poisson(rate), random.poisson(rate)
    has = (last >= 3) & (random.random(size) < 0.4)
    outcome = year + np.where(has, effect, 0.0)

    def group(chosen: np.ndarray) -> Candidates:
        return Candidates(
            identifiers=[f"person {number}" for number in np.flatnonzero(chosen)],
            outcomes=outcome[chosen].tolist(),
            covariates={"admissions last year": last[chosen].tolist(), "age": age[chosen].tolist()},
            exact={"decade": (age[chosen] // 10).astype(int).tolist()},
        )

    return group(has), group(~has)


def test_regression_to_the_mean_fools_the_raw_figure_and_not_the_matched_one():
    """Nothing was done: people chosen for high figures fall by themselves."""
    treated, controls = cohort(3, size=6000)
    before = sum(treated.covariates["admissions last year"])
    raw = against_baseline(sum(treated.outcomes), before, what="admissions")
    assert raw.relative.upper < -0.25
    assert not raw.estimate.holds_zero
    matched = matched_controls(treated, controls, what="admissions per person")
    assert matched.estimate.holds_zero
    assert "chance alone may explain it" in matched.says


def test_with_no_effect_the_interval_holds_zero_about_as_often_as_it_says():
    held = [matched_controls(*cohort(seed)).estimate.holds_zero for seed in range(150)]
    assert 0.90 <= np.mean(held) <= 0.99


def test_a_known_effect_is_found():
    found = matched_controls(*cohort(4, size=6000, effect=-1.0), what="admissions per person")
    assert found.estimate.lower <= -1 <= found.estimate.upper
    assert not found.estimate.holds_zero
    assert found.relative.value == pytest.approx(found.estimate.value / found.expected)
    assert (
        f"{found.counts['pairs']} of {found.counts['with the change']} with the change had a match"
        in found.says
    )
    assert "Only what was recorded" in found.cannot_say


def test_balance_is_shown_before_and_after():
    found = matched_controls(*cohort(5))
    rows = {row.name: row for row in found.balance}
    assert rows["admissions last year"].before > 1.5
    assert all(abs(row.after) < 0.1 for row in rows.values())
    assert (
        rows["admissions last year"].control_mean_before < 1 < rows["admissions last year"].control_mean_after
    )


def test_pairs_agree_exactly_and_no_control_serves_twice():
    treated, controls = cohort(6)
    found = matched_controls(treated, controls)
    decades = {
        person: decade
        for group in (treated, controls)
        for person, decade in zip(group.identifiers, group.exact["decade"], strict=True)
    }
    assert all(decades[one] == decades[two] for one, two in found.pairs)
    assert len({two for _, two in found.pairs}) == len(found.pairs) == found.counts["pairs"]
    assert {one for one, _ in found.pairs} <= set(treated.identifiers)


def test_the_same_seed_gives_the_same_answer():
    treated, controls = cohort(7)
    assert matched_controls(treated, controls, seed=1) == matched_controls(treated, controls, seed=1)


def test_the_interval_is_that_of_the_pairs():
    treated, controls = cohort(8)
    found = matched_controls(treated, controls)
    outcomes = {
        person: value
        for group in (treated, controls)
        for person, value in zip(group.identifiers, group.outcomes, strict=True)
    }
    differences = np.array([outcomes[one] - outcomes[two] for one, two in found.pairs])
    lower, upper = sm.stats.DescrStatsW(differences).tconfint_mean()
    assert (found.estimate.lower, found.estimate.upper) == pytest.approx((lower, upper))


def test_the_propensity_is_the_logistic_regression():
    random = np.random.default_rng(9)
    table = np.column_stack([random.normal(70, 9, 800), random.poisson(2, 800)]).astype(float)
    has = random.random(800) < 1 / (1 + np.exp(-(table[:, 1] - 3)))
    fitted = sm.Logit(has.astype(float), sm.add_constant(table)).fit(disp=False)
    assert logits(table, has) == pytest.approx(fitted.fittedvalues, abs=0.02)


def test_a_covariate_that_tells_the_groups_apart_completely_is_survived():
    table = np.arange(40.0)[:, None]
    assert np.isfinite(logits(table, np.arange(40) >= 20)).all()


def test_groups_that_stay_unalike_get_no_figure():
    random = np.random.default_rng(10)
    treated = Candidates(
        [f"t{n}" for n in range(60)],
        random.normal(size=60).tolist(),
        {"need": random.normal(1, 1, 60).tolist()},
    )
    controls = Candidates(
        [f"c{n}" for n in range(60)],
        random.normal(size=60).tolist(),
        {"need": random.normal(0, 1, 60).tolist()},
    )
    found = matched_controls(treated, controls, caliper=9)  # so wide that everybody is matched with anybody
    assert found.estimate is None
    assert found.expected is None
    assert found.says.startswith("No effect is stated.")
    assert "unalike in need" in found.says


class TestRefusals:
    TREATED, CONTROLS = cohort(11, size=600)

    def test_too_few_pairs(self):
        few = Candidates(
            self.TREATED.identifiers[:10],
            self.TREATED.outcomes[:10],
            {name: column[:10] for name, column in self.TREATED.covariates.items()},
            {name: column[:10] for name, column in self.TREATED.exact.items()},
        )
        with pytest.raises(CannotCompare, match="at least 20 pairs"):
            matched_controls(few, self.CONTROLS)

    def test_different_covariates(self):
        with pytest.raises(CannotCompare, match="give both the same"):
            matched_controls(Candidates(["a"], [1.0], {"age": [70]}), self.CONTROLS)

    def test_nothing_to_match_on(self):
        with pytest.raises(CannotCompare, match="nothing to match on"):
            matched_controls(Candidates(["a"], [1.0], {}), Candidates(["b"], [1.0], {}))

    def test_missing_values(self):
        with pytest.raises(CannotCompare, match="age has missing values"):
            matched_controls(
                Candidates(["a"], [1.0], {"age": [float("nan")]}), Candidates(["b"], [1.0], {"age": [70]})
            )

    def test_uneven_columns(self):
        with pytest.raises(CannotCompare, match="age has 2 values for 1 people"):
            matched_controls(
                Candidates(["a"], [1.0], {"age": [70, 71]}), Candidates(["b"], [1.0], {"age": [70]})
            )

    def test_somebody_in_both_groups(self):
        one = Candidates(["a"], [1.0], {"age": [70]})
        with pytest.raises(CannotCompare, match="a is in both groups"):
            matched_controls(one, one)
