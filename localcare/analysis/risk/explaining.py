"""The few facts that moved a person's risk most, in a clinician's words, and what the model does not know."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.plain_numbers import figure
from localcare.analysis.risk.definitions import Factor
from localcare.analysis.risk.values import Values

MOST_FACTORS = 5
WORTH_SAYING = 0.05  # log odds: below this a fact moves a risk of 10% by less than half a point
SHORT_REGISTRATION_DAYS = 365


def in_words(factor: Factor, value: float) -> str:
    """A factor's value as a clinician says it: 3 is "3 emergency admissions in 12 months"."""
    words = factor.words
    if np.isnan(value):
        return words.get("missing", f"{factor.title} is not known")
    if factor.is_flag:
        return words["is"] if value else words["is_not"]
    if value == 0 and "none" in words:
        return words["none"]
    if value == 1 and "one" in words:
        return words["one"]
    return words["many"].replace("{value}", figure(float(value)))


def top_factors(factors: Sequence[Factor], rows: Values, contributions: Values) -> list[str]:
    """For each row, JSON of at most five facts that moved the log odds by the most, the largest first."""
    count = min(MOST_FACTORS, len(factors))
    size = np.abs(contributions)
    largest = np.argsort(-size, axis=1, kind="stable")[:, :count]
    beginnings = [_beginnings(factor, rows[:, place]) for place, factor in enumerate(factors)]
    made = []
    for row, places in enumerate(largest.tolist()):
        parts = []
        for place in places:
            moved = contributions[row, place]
            if abs(moved) < WORTH_SAYING:
                break
            direction = "raises" if moved > 0 else "lowers"
            parts.append(
                f'{beginnings[place][row]}, "direction": "{direction}", "contribution": {moved:.3f}}}'
            )
        made.append(f"[{', '.join(parts)}]")
    return made


def _beginnings(factor: Factor, values: Values) -> NDArray[Any]:
    """The first half of each row's entry, written once for each different value."""
    different, place = np.unique(values, return_inverse=True)
    said = [
        json.dumps({"factor": factor.name, "words": in_words(factor, float(value))}, ensure_ascii=False)[:-1]
        for value in different
    ]
    return np.array(said, dtype=object)[place]


def not_known(
    factors: Sequence[Factor],
    rows: Values,
    columns: Mapping[str, NDArray[Any]],
    feeds: Sequence[str] = (),
) -> list[str]:
    """For each row, a JSON list of what the model does not know of this person; `feeds` hold for everybody."""
    signs = [np.isnan(rows[:, place]) for place in range(len(factors))]
    said = [in_words(factor, float("nan")) for factor in factors]
    signs += [
        np.isnan(columns["has_facts"]),
        ~(columns["registered_days"] >= SHORT_REGISTRATION_DAYS),
        np.isnan(columns["last_contact_on"]),
    ]
    said += [
        "No coded entry of a record is held: what was never measured or recorded counts as not there",
        "Registered in this place for less than a year: earlier care may not have arrived",
        "No contact, attendance or stay is held: need that never reached care is not seen",
    ]
    kept = [number for number, sign in enumerate(signs) if sign.any()]
    pattern = np.zeros(len(rows), dtype=np.int64)
    for bit, number in enumerate(kept[:60]):
        pattern |= signs[number].astype(np.int64) << bit
    different, place = np.unique(pattern, return_inverse=True)
    lists = [
        json.dumps(
            [said[n] for bit, n in enumerate(kept) if int(one) >> bit & 1] + list(feeds), ensure_ascii=False
        )
        for one in different
    ]
    return [lists[each] for each in place.tolist()]
