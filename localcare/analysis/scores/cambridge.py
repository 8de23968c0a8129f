"""Cambridge Multimorbidity Score: weights of 20 conditions, in hundredths."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from localcare.analysis.scores.definitions import definition
from localcare.analysis.scores.facts import FactRule, Key
from localcare.analysis.scores.masks import MaskLayout
from localcare.analysis.scores.packs import Packs
from localcare.analysis.scores.windows import Window

MASK = "cambridge_mask"


@cache
def layout() -> MaskLayout:
    """The 20 conditions as bits of one column."""
    return MaskLayout((MASK,), tuple(item.name for item in definition("cambridge").items))


def fact_rules(packs: Packs, as_of: date) -> dict[Key, list[FactRule]]:
    """What each code of the installed lists shows, after the start of its condition's look-back."""
    rules: dict[Key, list[FactRule]] = {}
    for item in definition("cambridge").items:
        after = Window.ending(as_of, months=item.look_back_months).after
        bits = layout().bits([item.name])[MASK]
        for key in packs.codes_of(item.code_list):
            rules.setdefault(key, []).append(FactRule(MASK, item.name, bits, after))
    return rules


def columns(table: Any) -> dict[str, Any]:
    """cambridge_hundredths (int32) and cambridge_mask."""
    weights = {item.name: item.weight for item in definition("cambridge").items}
    return {"cambridge_hundredths": layout().weighted_sum({MASK: table[MASK]}, weights), MASK: table[MASK]}
