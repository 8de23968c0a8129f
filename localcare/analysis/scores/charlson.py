"""Charlson Comorbidity Index: ICD-10 codes of Quan 2005, weights of 1987 and of Quan 2011, no points for age."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from localcare.analysis.scores.coded import PrefixMasks, score_events
from localcare.analysis.scores.definitions import definition
from localcare.analysis.scores.masks import without_milder

MASK = "charlson_mask"


@cache
def masks() -> PrefixMasks:
    """The 17 diseases as bits of one column."""
    return PrefixMasks.of(definition("charlson"), (MASK,))


def columns(table: Any) -> dict[str, Any]:
    """One int32 column per weight set, and the mask of all diseases found (milder forms included)."""
    charlson = definition("charlson")
    counted = without_milder(table[MASK], masks().layout, charlson.hierarchies)
    scores = {
        weight_set: masks().layout.weighted_sum(
            {MASK: counted}, {item.name: item.weights[weight_set] for item in charlson.items}
        )
        for weight_set in charlson.weight_sets
    }
    return scores | {MASK: table[MASK].cast("int64")}


def score(
    events: Any,
    *,
    person: str = "person_id",
    code: str = "code",
    on: str | None = None,
    as_of: date | None = None,
    people: Any = None,
) -> Any:
    """The index per person from any Ibis table of (person, ICD-10 code) rows.

    With `on` and `as_of`, only rows in the 24 months up to and including that day count. With `people`, exactly
    those are scored, 0 when they have no codes. Gives person, charlson_1987, charlson_quan_2011, charlson_mask.
    """
    months = definition("charlson").look_back_months
    table = score_events(
        events, [masks()], {MASK: months}, person=person, code=code, on=on, as_of=as_of, people=people
    )
    return table.select(table[person], **columns(table))
