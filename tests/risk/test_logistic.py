"""The default model: scikit-learn's numbers without scikit-learn, and explanations that add up."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from localcare.analysis.risk.definitions import Factor, outcome
from localcare.analysis.risk.design import design, learn_terms
from localcare.analysis.risk.logistic import LogisticModel, fit_logistic, shrinkage, to_risk

FACTORS = (
    Factor("age", "Age", "age", {"many": "{value}"}, bend_at=(50.0, 70.0)),
    Factor("stays", "Stays", "stays", {"many": "{value}"}, log=True, up_to=10),
    Factor("decile", "Decile", "decile", {"many": "{value}"}, may_be_missing=True),
    Factor("flag", "Flag", "flag", {"is": "yes", "is_not": "no"}),
    Factor("never", "Never", "never", {"is": "yes", "is_not": "no"}),
)


def people(seed: int = 1, count: int = 6000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    rows = np.column_stack(
        [
            random.integers(18, 100, count),
            random.poisson(0.4, count),
            np.where(random.random(count) < 0.1, np.nan, random.integers(1, 11, count)),
            random.random(count) < 0.2,
            np.zeros(count),
        ]
    ).astype(float)
    odds = -4 + 0.03 * rows[:, 0] + 0.8 * np.log1p(rows[:, 1]) + 0.5 * rows[:, 3]
    odds += np.where(np.isnan(rows[:, 2]), 0.7, -0.05 * np.nan_to_num(rows[:, 2]))
    return rows, (random.random(count) < to_risk(odds)).astype(np.int8)


@pytest.fixture(scope="module")
def fitted() -> LogisticModel:
    rows, event = people()
    return fit_logistic(rows, event, FACTORS, penalty=1.0, shrink=False)


def test_risks_are_those_of_scikit_learn(fitted: LogisticModel):
    rows, event = people()
    columns = design(rows, FACTORS, fitted.terms)
    theirs = LogisticRegression(C=1.0, tol=1e-10, max_iter=5000).fit(columns, event)
    expected = theirs.predict_proba(columns)[:, 1]
    assert to_risk(fitted.log_odds(rows)) == pytest.approx(expected, abs=2e-6)


def test_contributions_add_up_exactly_and_the_average_person_has_none(fitted: LogisticModel):
    rows, _ = people(2)
    moved = fitted.contributions(rows)
    assert fitted.baseline + moved.sum(axis=1) == pytest.approx(fitted.log_odds(rows), abs=1e-12)
    trained, _ = people()
    assert fitted.contributions(trained).mean(axis=0) == pytest.approx(np.zeros(len(FACTORS)), abs=1e-6)


def test_what_is_missing_has_its_own_weight_and_stands_at_the_mean(fitted: LogisticModel):
    rows, _ = people()
    known, missing = rows[:1].copy(), rows[:1].copy()
    known[0, 2], missing[0, 2] = np.nanmean(rows[:, 2]), np.nan
    terms = {(term.factor, term.kind) for term in fitted.terms}
    assert ("decile", "missing") in terms
    assert ("stays", "missing") not in terms
    assert fitted.log_odds(missing)[0] > fitted.log_odds(known)[0] + 0.4


def test_a_factor_that_never_varies_is_no_term_and_a_cap_holds(fitted: LogisticModel):
    assert "never" not in {term.factor for term in fitted.terms}
    rows, _ = people()
    more = rows[:1].copy()
    rows[0, 1], more[0, 1] = 10, 50
    assert fitted.log_odds(more)[0] == fitted.log_odds(rows[:1])[0]


def test_age_bends_where_it_says():
    rows = np.array([[40.0, 0, 5, 0, 0], [60.0, 0, 5, 0, 0], [80.0, 0, 5, 0, 0]])
    terms = learn_terms(rows, FACTORS[:1])
    raw = design(rows, FACTORS[:1], terms) * [term.spread for term in terms] + [term.mean for term in terms]
    assert raw.tolist() == [
        pytest.approx([40, 0, 0]), pytest.approx([60, 10, 0]), pytest.approx([80, 30, 10])
    ]  # fmt: skip


def test_the_model_read_back_gives_the_same(fitted: LogisticModel):
    again = LogisticModel.from_content(fitted.to_content(), FACTORS)
    assert again == fitted


def test_shrinkage_is_the_closed_form_and_brings_a_small_model_nearer_to_the_truth():
    event = np.array([0, 1] * 50, dtype=np.int8)
    odds = np.where(event == 1, 1.0, -1.0)
    gain = 2 * (100 * np.log(2) - 100 * np.log1p(np.exp(-1.0)))
    assert shrinkage(odds, event, 7) == pytest.approx((gain - 7) / gain)
    assert shrinkage(np.zeros(100), event, 3) == 0
    rows, event = people(3, 400)
    plain = fit_logistic(rows, event, FACTORS, penalty=1.0, shrink=False)
    shrunk = fit_logistic(rows, event, FACTORS, penalty=1.0)
    ratio = np.array(shrunk.weights) / np.array(plain.weights)
    assert ratio == pytest.approx(np.full(len(ratio), ratio[0]))
    assert 0.5 < ratio[0] < 1
    assert to_risk(shrunk.log_odds(rows)).sum() == pytest.approx(event.sum(), rel=1e-5)


def test_a_factor_that_may_only_raise_a_risk_and_would_lower_it_gets_no_weight():
    random = np.random.default_rng(5)
    stays = random.poisson(0.8, 8000).astype(float)
    nights = stays * random.integers(1, 9, 8000)
    rows = np.column_stack([stays, nights])
    event = (random.random(8000) < to_risk(-2 + 0.9 * stays - 0.1 * nights)).astype(np.int8)
    free = [Factor(name, name, name, {"many": "{value}"}) for name in ("stays", "nights")]
    only_up = [replace(factor, monotone=1) for factor in free]
    assert fit_logistic(rows, event, free, penalty=1.0).weights[1] < 0
    held = fit_logistic(rows, event, only_up, penalty=1.0)
    alone = fit_logistic(rows[:, :1], event, free[:1], penalty=1.0)
    assert held.weights == pytest.approx((alone.weights[0], 0.0), abs=1e-5)
    assert not held.contributions(rows)[:, 1].any()


def test_many_people_are_hardly_shrunk():
    rows, event = people(4, 40_000)
    plain = fit_logistic(rows, event, FACTORS, penalty=1.0, shrink=False)
    shrunk = fit_logistic(rows, event, FACTORS, penalty=1.0)
    assert np.array(shrunk.weights) == pytest.approx(np.array(plain.weights), rel=0.01)


def test_the_shipped_outcomes_factors_need_no_scikit_learn_to_be_scored():
    code = (
        "import sys; import localcare.analysis.risk as risk; from localcare.analysis.risk.logistic import LogisticModel;"
        "import numpy as np; LogisticModel((), 0.0, (), ()).log_odds(np.zeros((3, 0)));"
        "print([name for name in ('sklearn', 'lightgbm', 'scipy', 'matplotlib', 'ibis', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert len(outcome("emergency-admission-12m").factors) > 30
