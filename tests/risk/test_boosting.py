"""The optional model: the same bytes from the same seed, monotone, explained, and clear when it is not installed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from localcare.analysis.risk.boosting import BoostedModel, NotAdditive, fit_boosted
from localcare.analysis.risk.definitions import Factor

pytest.importorskip("lightgbm")
FACTORS = (
    Factor("up", "Up", "up", {"many": "{value}"}, monotone=1),
    Factor("free", "Free", "free", {"many": "{value}"}),
)
SETTINGS = {"trees": 40, "leaves": 8, "depth": 4, "learning_rate": 0.1, "least_people_in_leaf": 20}


def people() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    rows = random.integers(0, 12, (3000, 2)).astype(float)
    rows[random.random(3000) < 0.05, 1] = np.nan
    dip = np.where(rows[:, 0] == 7, -1.5, 0)  # against the constraint
    odds = -2 + 0.2 * rows[:, 0] + dip + np.where(np.nan_to_num(rows[:, 1]) > 6, 0.8, 0)
    return rows, (random.random(3000) < 1 / (1 + np.exp(-odds))).astype(np.int8)


@pytest.fixture(scope="module")
def boosted() -> BoostedModel:
    rows, event = people()
    return fit_boosted(rows, event, FACTORS, seed=5, settings=SETTINGS)


def test_the_same_seed_gives_the_same_text(boosted: BoostedModel):
    rows, event = people()
    assert fit_boosted(rows, event, FACTORS, seed=5, settings=SETTINGS).text == boosted.text


def test_more_of_a_constrained_factor_never_lowers_the_risk(boosted: BoostedModel):
    for other in (0.0, 5.0, 11.0, np.nan):
        grid = np.column_stack([np.arange(12.0), np.full(12, other)])
        assert (np.diff(boosted.log_odds(grid)) >= 0).all()
    rows, event = people()
    free = fit_boosted(rows, event, (replace(FACTORS[0], monotone=0), FACTORS[1]), seed=5, settings=SETTINGS)
    grid = np.column_stack([np.arange(12.0), np.full(12, 3.0)])
    assert (np.diff(free.log_odds(grid)) < 0).any()


def test_contributions_add_up_to_the_log_odds(boosted: BoostedModel):
    rows, _ = people()
    moved = boosted.contributions(rows)
    assert moved.shape == rows.shape
    assert boosted.baseline + moved.sum(axis=1) == pytest.approx(boosted.log_odds(rows), abs=1e-6)


def test_an_explanation_that_does_not_add_up_is_refused(boosted: BoostedModel):
    rows, _ = people()
    with pytest.raises(NotAdditive, match="does not add up"):
        replace(boosted, baseline=boosted.baseline + 0.01).contributions(rows[:50])


def test_without_lightgbm_it_says_what_to_install():
    code = (
        "import sys; sys.modules['lightgbm'] = None\n"
        "from datetime import date; from pathlib import Path; from localcare.analysis.risk import train\n"
        "try: train('nowhere', outcome='emergency-admission-12m', as_of=date(2026, 9, 30), method='lightgbm', seed=1,"
        " out=Path('nowhere'))\n"
        "except ImportError as missing: print(missing)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'localcare[boosting]'" in done.stdout
