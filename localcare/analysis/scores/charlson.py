"""Charlson Comorbidity Index: ICD-10 codes of Quan 2005, weights of 1987 and of Quan 2011, no points for age."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from localcare.analysis.libraries import ibis
from localcare.analysis.scores.coded import PrefixMasks, score_events
from localcare.analysis.scores.definitions import definition
from localcare.analysis.scores.masks import both_set

MASK = "charlson_mask"


@cache
def masks() -> PrefixMasks:
    """The 17 diseases as bits of one column."""
    return PrefixMasks.of(definition("charlson"), (MASK,))


def columns(table: Any) -> dict[str, Any]:
    """One int32 column per weight set, and the mask of all diseases found (milder forms included)."""
    scores = {
        weight_set: _index(table[MASK], weight_set) for weight_set in definition("charlson").weight_sets
    }
    return scores | {MASK: table[MASK].cast("int64")}


def _index(found: Any, weight_set: str) -> Any:
    """The sum of the weights, less that of each milder disease found beside its more severe form."""
    charlson, layout = definition("charlson"), masks().layout
    weights = {item.name: item.weights[weight_set] for item in charlson.items}
    total = layout.weighted_sum({MASK: found}, weights)
    for severe, mild in charlson.hierarchies:
        if weights[mild]:
            total = total - both_set(found, layout, severe, mild) * ibis.literal(weights[mild], "int32")
    return total.cast("int32")


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
