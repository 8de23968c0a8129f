"""HFRS and Charlson in one pass over any table of (person, ICD-10 code) rows, for notebooks and comparisons."""

from __future__ import annotations

from typing import Any

from localcare.analysis.scores import charlson, hfrs
from localcare.analysis.scores.coded import masks_per_person


def score_codes(events: Any, *, person: str = "person_id", code: str = "code") -> Any:
    """Both scores for everyone in the rows, 0 for people none of whose codes count.

    Gives person and the columns of `hfrs.score` and `charlson.score`.
    """
    table = masks_per_person(
        events, [hfrs.masks(), charlson.masks()], person=person, code=code, keep_all=True
    )
    return table.select(table[person], **hfrs.columns(table), **charlson.columns(table))
