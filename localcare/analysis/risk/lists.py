"""The model's list beside those of the frailty scores, and beside its own list of a week earlier."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.disclosure import Sum
from localcare.analysis.risk.benefit import top
from localcare.analysis.risk.calibration import share
from localcare.analysis.risk.definitions import Outcome
from localcare.analysis.risk.frame import Frame, read_frame
from localcare.analysis.risk.hiding import hidden_labels
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
    numbers = {row["who"]: (row["people"], row["events"]) for row in rows}
    both, model, score, _ = numbers
    sums = [
        Sum("the model's list", (both, model)),
        Sum("the score's list", (both, score)),
        Sum("everybody", tuple(numbers)),
    ]
    totals = {
        each.total: (sum(numbers[who][0] for who in each.parts), sum(numbers[who][1] for who in each.parts))
        for each in sums
    }
    without_people, without_events = hidden_labels(numbers, totals, sums)
    for row in rows:
        if row["who"] in without_events:
            row |= {"events": None, "observed": None}
        if row["who"] in without_people:
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
