"""How a model does in each part of the people: by age, sex, deprivation, ethnicity and practice, small numbers hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.disclosure import SMALLEST, Sum, hidden_cells
from localcare.analysis.risk.calibration import calibrate
from localcare.analysis.risk.definitions import Group
from localcare.analysis.risk.discrimination import NOTHING, Estimate, auc
from localcare.analysis.risk.frame import Frame

NOT_KNOWN = "Not known"
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


def shown(groups: Sequence[Mapping[str, Any]], people: int, events: int) -> list[dict[str, Any]]:
    """The same with numbers from 1 to 4, and whatever would give them away by subtraction, as None.

    A part whose numbers are hidden only to protect another keeps its AUC and slope without their intervals, and
    observed to expected to one decimal, from which nobody can count.
    """
    return [
        {**group, "parts": _parts_shown(group["parts"], people=people, events=events)} for group in groups
    ]


def _parts_shown(parts: Sequence[Mapping[str, Any]], *, people: int, events: int) -> list[dict[str, Any]]:
    hidden = _hidden(parts, people=people, events=events)
    made = []
    for part in parts:
        label = part["label"]
        told = dict(part)
        if ("people", label) in hidden:
            told = {"label": label, "people": None, "events": None, "observed": None, "expected": None}
            told |= {"enough_to_judge": part["enough_to_judge"], "hidden": True} | _roughly(part)
        elif any((kind, label) in hidden for kind in ("events", "others")):
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


def _hidden(parts: Sequence[Mapping[str, Any]], *, people: int, events: int) -> set[tuple[str, str]]:
    numbers = {("people", "all"): people, ("events", "all"): events, ("others", "all"): people - events}
    for part in parts:
        label = part["label"]
        numbers |= {
            ("people", label): part["people"],
            ("events", label): part["events"],
            ("others", label): part["people"] - part["events"],
        }
    labels = [part["label"] for part in parts]
    kinds = ("people", "events", "others")
    sums = [Sum((kind, "all"), tuple((kind, label) for label in labels)) for kind in kinds]
    sums += [Sum(("people", label), (("events", label), ("others", label))) for label in [*labels, "all"]]
    known = {(kind, "all") for kind in kinds}
    return hidden_cells(numbers, sums, known=known, smallest=SMALLEST)
