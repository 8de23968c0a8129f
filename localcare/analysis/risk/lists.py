"""The model's list beside those of the frailty scores, and beside its own list of a week earlier."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.disclosure import Sum, hidden_cells
from localcare.analysis.risk.benefit import top
from localcare.analysis.risk.calibration import share
from localcare.analysis.risk.definitions import Outcome
from localcare.analysis.risk.frame import Frame, read_frame
from localcare.analysis.risk.logistic import to_risk
from localcare.analysis.risk.model import Estimator
from localcare.analysis.risk.values import matrix
from localcare.analysis.scores.packs import Packs

FRAILTY_SCORES = {
    "hfrs_tenths": "Hospital Frailty Risk Score",
    "efi_deficits": "Electronic Frailty Index",
}
PARTS = {
    (True, True): "found by both",
    (True, False): "found by the model only",
    (False, True): "found by the score only",
    (False, False): "found by neither",
}
DAYS_BETWEEN = 7


def beside_frailty_scores(frame: Frame, risk: NDArray[np.float64], part: float) -> list[dict[str, Any]]:
    """For each frailty score: who is on the model's list, on a list of the score as long, on both; and what came.

    Of equal scores, those with the lower key are taken: a score with few different values orders them by chance.
    """
    number = max(1, round(part * len(frame)))
    by_model = top(risk, frame.keys, number)
    made = []
    for column, title in FRAILTY_SCORES.items():
        by_score = top(frame.columns[column], frame.keys, number)
        rows = []
        for (model, score), words in PARTS.items():
            chosen = (by_model == model) & (by_score == score)
            people, events = int(chosen.sum()), int(frame.event[chosen].sum())
            rows.append({"who": words, "people": people, "events": events, "observed": share(events, people)})
        _hide(rows)
        made.append({"score": column, "title": title, "list": number, "parts": rows})
    return made


def _hide(rows: list[dict[str, Any]]) -> None:
    both, model, score, neither = (row["who"] for row in rows)
    numbers: dict[tuple[str, str], int] = {}
    for row in rows:
        numbers[row["who"], "people"] = row["people"]
        numbers[row["who"], "events"] = row["events"]
        numbers[row["who"], "others"] = row["people"] - row["events"]
    for kind in ("people", "events", "others"):
        numbers["list", kind] = numbers[both, kind] + numbers[model, kind]
        numbers["scores list", kind] = numbers[both, kind] + numbers[score, kind]
        numbers["all", kind] = sum(numbers[row["who"], kind] for row in rows)
    sums: list[Sum[tuple[str, str]]] = []
    for kind in ("people", "events", "others"):
        sums.append(Sum(("list", kind), ((both, kind), (model, kind))))
        sums.append(Sum(("scores list", kind), ((both, kind), (score, kind))))
        sums.append(Sum(("all", kind), tuple((who, kind) for who in (both, model, score, neither))))
    sums += [Sum((who, "people"), ((who, "events"), (who, "others"))) for who in {key for key, _ in numbers}]
    known = {(who, kind) for who in ("list", "all") for kind in ("people", "events", "others")}
    known.add(("scores list", "people"))
    hidden = hidden_cells(numbers, sums, known=known)
    for row in rows:
        if any((row["who"], kind) in hidden for kind in ("people", "events", "others")):
            row |= {"events": None, "observed": None}
        if (row["who"], "people") in hidden:
            row["people"] = None


def week_to_week(
    source: LinkedDataset,
    outcome: Outcome,
    estimator: Estimator,
    now: Frame,
    *,
    part: float,
    packs: Packs | None,
) -> dict[str, Any]:
    """How much of the list of the test day was on the list seven days earlier.

    A list of people who have just left hospital is new every week; it has no such figure.
    """
    if outcome.index == "discharges":
        return {"applies": False}
    earlier = read_frame(source, outcome, last=now.index_on - timedelta(days=DAYS_BETWEEN), packs=packs)
    list_now, list_then = (_list(estimator, frame, part) for frame in (now, earlier))
    stayed = len(np.intersect1d(list_now, list_then))
    return {
        "applies": True,
        "days": DAYS_BETWEEN,
        "people": len(list_now),
        "stayed": stayed,
        "share": share(stayed, len(list_now)),
    }


def _list(estimator: Estimator, frame: Frame, part: float) -> NDArray[np.int64]:
    risk = to_risk(estimator.log_odds(matrix(frame.columns, estimator.factors)))
    number = max(1, round(part * len(frame)))
    return frame.keys[top(risk, frame.keys, number)]
