"""How a model does in each part of the people: by age, sex, deprivation, ethnicity and practice, small numbers hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.disclosure import Sum
from localcare.analysis.risk.calibration import calibrate
from localcare.analysis.risk.definitions import Group
from localcare.analysis.risk.discrimination import NOTHING, Estimate, auc
from localcare.analysis.risk.frame import Frame
from localcare.analysis.risk.hiding import hidden_labels

NOT_KNOWN = "Not known"
ALL, TOGETHER = "everybody", "told together"
ROUGH_FROM = 100  # events expected from which one decimal of a ratio spans ten of them
Labels = NDArray[Any]


def labels_of(frame: Frame, group: Group) -> tuple[Labels, list[str]]:
    """The part each row belongs to, and the parts in order."""
    column = frame.columns[group.column]
    if group.bands:
        return _by_band(column, group.bands)
    if group.fifths:
        fifths = np.ceil(column / 2)
        names = {1: "1, most", 2: "2", 3: "3", 4: "4", 5: "5, least"}
        labels = np.array(
            [names.get(value, NOT_KNOWN) for value in np.nan_to_num(fifths).tolist()], dtype=object
        )
        return labels, [*names.values(), NOT_KNOWN]
    if group.values:
        part = {code: name for name, codes in group.values.items() for code in codes}
        labels = np.array([part.get(value, NOT_KNOWN) for value in column.tolist()], dtype=object)
        return labels, [*group.values, NOT_KNOWN]
    labels = np.array([value if value else NOT_KNOWN for value in column.tolist()], dtype=object)
    return labels, [*sorted(set(labels.tolist()) - {NOT_KNOWN}), NOT_KNOWN]


def _by_band(column: NDArray[Any], bands: Sequence[int]) -> tuple[Labels, list[str]]:
    names = [f"{first} to {after - 1}" for first, after in pairwise(bands)] + [f"{bands[-1]} and over"]
    under = f"under {bands[0]}"
    place = np.searchsorted(np.asarray(bands), column, side="right")
    labels = np.array([under, *names], dtype=object)[place]
    return labels, [under, *names]


def by_group(
    frame: Frame, risk: NDArray[np.float64], groups: Sequence[Group], limits: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The figures of every part of every group; parts with fewer than the least numbers get counts only.

    These are for judging; `shown` makes of them what may leave the team.
    """
    made = []
    for group in groups:
        labels, order = labels_of(frame, group)
        parts = []
        for label in order:
            chosen = labels == label
            if chosen.any():
                parts.append({"label": label, **_figures(frame.event[chosen], risk[chosen], limits)})
        made.append({"group": group.name, "title": group.title, "parts": parts})
    return made


def _figures(event: NDArray[Any], risk: NDArray[np.float64], limits: Mapping[str, Any]) -> dict[str, Any]:
    people, events = len(event), int(event.sum())
    enough = people >= limits["least_people"] and events >= limits["least_events"]
    found: dict[str, Any] = {
        "people": people,
        "events": events,
        "observed": events / people,
        "expected": float(risk.mean()),
        "enough_to_judge": enough,
        "hidden": False,
    }
    if enough:
        calibration = calibrate(event, risk)
        found |= {
            "auc": auc(event, risk),
            "calibration_slope": calibration.slope,
            "calibration_intercept": calibration.intercept,
            "observed_to_expected": calibration.observed_to_expected,
        }
    return found


def shown(
    groups: Sequence[Mapping[str, Any]], people: int, events: int, *, told_together: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The same with numbers from 1 to 4, and whatever would give them away by subtraction, as None.

    A part whose numbers are hidden only to protect another keeps its AUC and slope without their intervals, and
    observed to expected to one decimal, from which nobody can count. `told_together` are parts (the practices held
    out) whose sum is told elsewhere in the card.
    """
    return [
        {**group, "parts": _parts_shown(group["parts"], people, events, set(told_together))}
        for group in groups
    ]


def _parts_shown(
    parts: Sequence[Mapping[str, Any]], people: int, events: int, together: set[str]
) -> list[dict[str, Any]]:
    without_people, without_events = _hidden(parts, people, events, together)
    made = []
    for part in parts:
        label = part["label"]
        told = dict(part)
        if label in without_people:
            told = {"label": label, "people": None, "events": None, "observed": None, "expected": None}
            told |= {"enough_to_judge": part["enough_to_judge"], "hidden": True} | _roughly(part)
        elif label in without_events:
            told |= {"events": None, "observed": None, "hidden": True} | _roughly(part)
        made.append(told)
    return made


def _roughly(part: Mapping[str, Any]) -> dict[str, Any]:
    """Figures from which the number of events cannot be worked out."""
    if not part["enough_to_judge"]:
        return {}
    nothing = float("nan")
    ratio = part["observed_to_expected"].value
    wide = part["expected"] * part["people"] >= ROUGH_FROM
    return {
        "auc": Estimate(part["auc"].value, nothing, nothing),
        "calibration_slope": Estimate(part["calibration_slope"].value, nothing, nothing),
        "calibration_intercept": NOTHING,
        "observed_to_expected": Estimate(round(ratio, 1) if wide else nothing, nothing, nothing),
    }


def _hidden(
    parts: Sequence[Mapping[str, Any]], people: int, events: int, together: set[str]
) -> tuple[set[str], set[str]]:
    numbers = {part["label"]: (part["people"], part["events"]) for part in parts}
    totals, sums = {ALL: (people, events)}, [Sum(ALL, tuple(numbers))]
    if told := [label for label in numbers if label in together]:
        totals[TOGETHER] = (sum(numbers[one][0] for one in told), sum(numbers[one][1] for one in told))
        sums.append(Sum(TOGETHER, tuple(told)))
    return hidden_labels(numbers, totals, sums)
