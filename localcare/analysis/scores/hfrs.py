"""Hospital Frailty Risk Score: weights in tenths, low below 5, intermediate 5 to 15, high above 15."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from localcare.analysis.libraries import ibis
from localcare.analysis.scores.coded import PrefixMasks, score_events
from localcare.analysis.scores.definitions import Definition, definition

MASKS = ("hfrs_mask_low", "hfrs_mask_high")


@cache
def masks() -> PrefixMasks:
    """The 109 codes as bits of two columns."""
    return PrefixMasks.of(definition("hfrs"), MASKS)


def columns(table: Any) -> dict[str, Any]:
    """The score's columns from a table that has its masks: hfrs_tenths (int32), hfrs_band and the masks."""
    weights = {item.name: item.weight for item in definition("hfrs").items}
    tenths = masks().layout.weighted_sum({name: table[name] for name in MASKS}, weights)
    return {"hfrs_tenths": tenths, "hfrs_band": band(tenths, definition("hfrs"))} | {
        name: table[name].cast("int64") for name in MASKS
    }


def band(value: Any, of: Definition) -> Any:
    """The band's name as an expression."""
    limits = [(band.name, band.up_to) for band in of.bands]
    cases = [(value <= limit, name) for name, limit in limits if limit is not None]
    return ibis.cases(*cases, else_=limits[-1][0])


def score(
    events: Any,
    *,
    person: str = "person_id",
    code: str = "code",
    on: str | None = None,
    as_of: date | None = None,
    people: Any = None,
) -> Any:
    """The score per person from any Ibis table of (person, ICD-10 code) rows.

    The caller has chosen the stays (emergency stays and the index stay). With `on` and `as_of`, only rows in the
    24 months up to and including that day count. With `people`, exactly those are scored, 0 when they have no
    codes. Gives person, hfrs_tenths, hfrs_band, hfrs_mask_low, hfrs_mask_high.
    """
    months = definition("hfrs").look_back_months
    table = score_events(
        events,
        [masks()],
        dict.fromkeys(MASKS, months),
        person=person,
        code=code,
        on=on,
        as_of=as_of,
        people=people,
    )
    return table.select(table[person], **columns(table))
