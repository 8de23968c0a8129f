"""How long it takes to train a risk model, and to train, judge and score one from a dataset.

    python bench/training.py            2 million people x 60 factors; and end to end for 200,000 people (some minutes)
    python bench/training.py --small    100,000 x 60; and end to end for 10,000 people
    python bench/training.py --boosting    LightGBM as well (minutes more)

The factors are generated: 60 of float32, 12 of which move the outcome, 7 in 100 have it; four fifths train, one fifth tests. The
data set of the second part comes from the synthetic generator with five years of history. Imports are not timed. Prints one
JSON line for each part. Bar: the default model fits 2 million x 60 in under 30 seconds on 2 cores.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from localcare.analysis.risk.calibration import brier, calibrate
from localcare.analysis.risk.definitions import Factor
from localcare.analysis.risk.discrimination import auc, average_precision

BAR_SECONDS = 30.0
FACTORS, MOVING = 60, 12
AS_OF = date(2026, 9, 30)


def generated(people: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Factor values, events, and the best AUC that anybody could reach."""
    random = np.random.default_rng(1)
    rows = np.empty((people, FACTORS), dtype=np.float32, order="F")
    for place in range(FACTORS):
        rows[:, place] = random.poisson(1.0, people) if place % 2 else random.standard_normal(people)
    weights = np.linspace(0.6, 0.1, MOVING)
    together = 0.6 * (rows[:, 0] > 1) * (rows[:, 2] > 1)
    odds = -3.15 + rows[:, :MOVING] @ weights - weights[1::2].sum() + together
    risk = 1 / (1 + np.exp(-odds.astype(np.float64)))
    event = (random.random(people) < risk).astype(np.int8)
    return rows, event, auc(event, risk).value


def peak_gigabytes() -> float:
    """The most memory this process has held so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)


def fitted(method: str, people: int) -> dict[str, Any]:
    """Seconds and quality of one fit on generated people."""
    from localcare.analysis.risk.boosting import fit_boosted, lightgbm
    from localcare.analysis.risk.definitions import outcome
    from localcare.analysis.risk.logistic import fit_logistic, linear_model, to_risk

    settings = outcome("emergency-admission-12m").content["methods"][method]
    factors = [
        Factor(f"factor_{place}", f"Factor {place}", "", {"many": "{value}"}) for place in range(FACTORS)
    ]
    rows, event, best = generated(people)
    train = np.arange(people) < people * 4 // 5
    learnt, taught = rows[train], event[train]
    _ = linear_model.LogisticRegression if method == "logistic" else lightgbm.train
    began = time.perf_counter()
    model = (
        fit_logistic(learnt, taught, factors, **settings)
        if method == "logistic"
        else fit_boosted(learnt, taught, factors, seed=1, settings=settings)
    )
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    risk = to_risk(model.log_odds(rows[~train]))
    scoring = time.perf_counter() - began
    judged = event[~train]
    return {
        "benchmark": f"fit, {method}",
        "people": people,
        "factors": FACTORS,
        "had it": round(float(event.mean()), 4),
        "fit seconds": round(seconds, 2),
        "score seconds a million": round(scoring / (~train).sum() * 1e6, 2),
        "best AUC possible": round(best, 4),
        "AUC": round(auc(judged, risk).value, 4),
        "average precision": round(average_precision(judged, risk), 4),
        "brier": round(brier(judged, risk).value, 4),
        "calibration slope": round(calibrate(judged, risk).slope.value, 4),
        "peak GB": peak_gigabytes(),
        "bar": f"fits in under {BAR_SECONDS:.0f} s",
        "met": bool(seconds < BAR_SECONDS) if method == "logistic" else "not applied",
    }


def end_to_end(people: int) -> dict[str, Any]:
    """Train, judge, write the card and score everybody, from Parquet on disk."""
    import importlib

    from localcare.analysis import libraries
    from localcare.analysis.charts import load
    from localcare.analysis.risk import score, train
    from localcare.synthetic.population import synthesise
    from localcare.synthetic.practices import kent_and_medway_practices

    libraries.load()
    load()
    importlib.import_module("sklearn.linear_model")
    with tempfile.TemporaryDirectory(prefix="localcare-bench-") as folder:
        data, out = Path(folder) / "data", Path(folder) / "model"
        synthesise(
            people=people, seed=1, as_of=AS_OF, practices=kent_and_medway_practices(), out=data, years=5
        )
        began = time.perf_counter()
        model = train(
            data, outcome="emergency-admission-12m", as_of=AS_OF, method="logistic", seed=1, out=out
        )
        training = time.perf_counter() - began
        began = time.perf_counter()
        run = score(model, data, as_of=AS_OF, out=Path(folder) / "risk.parquet")
        scoring = time.perf_counter() - began
        card = json.loads((out / "card.json").read_text(encoding="utf-8"))
    overall = card["figures"]["performance"]["overall"]
    return {
        "benchmark": "end to end, logistic",
        "people": people,
        "practices held out": card["held_out_practices"],
        "train, judge and card seconds": round(training, 1),
        "score and explain seconds": round(scoring, 1),
        "people scored": run.people,
        "AUC": round(overall["auc"]["value"], 4),
        "calibration slope": round(overall["calibration_slope"]["value"], 3),
        "may be published": card["verdict"]["published_allowed"],
        "peak GB": peak_gigabytes(),
    }


def main() -> None:
    """Each part in turn, one JSON line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true", help="a twentieth of the size")
    parser.add_argument("--boosting", action="store_true", help="LightGBM as well")
    options = parser.parse_args()
    print(json.dumps(end_to_end(10_000 if options.small else 200_000)), flush=True)
    for method in ("logistic", "lightgbm") if options.boosting else ("logistic",):
        print(json.dumps(fitted(method, 100_000 if options.small else 2_000_000)), flush=True)


if __name__ == "__main__":
    main()
