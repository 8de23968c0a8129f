"""Electronic Frailty Index: 36 deficits counted, with bands by count."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from localcare.analysis.libraries import ibis
from localcare.analysis.scores.definitions import ValueRule, definition
from localcare.analysis.scores.facts import FactRule, Key
from localcare.analysis.scores.hfrs import band
from localcare.analysis.scores.masks import MaskLayout, bit_count, mask
from localcare.analysis.scores.packs import Packs
from localcare.analysis.scores.windows import EARLIEST

MASK = "efi_mask"
POLYPHARMACY = "polypharmacy"


def evidence(deficit: str, rule: ValueRule) -> str:
    """The bit a value sets: the deficit's, or one that becomes the deficit for one sex only."""
    return f"{deficit}:{rule.sex}" if rule.sex else deficit


@cache
def layout() -> MaskLayout:
    """The 36 deficits first, then the evidence that counts for one sex only."""
    deficits = [item.name for item in definition("efi").items]
    by_sex = {
        evidence(item.name, rule) for item in definition("efi").items for rule in item.value_rules if rule.sex
    }
    return MaskLayout((MASK,), (*deficits, *sorted(by_sex)))


def bit(name: str) -> int:
    """The bit of a deficit or of evidence."""
    return layout().bits([name])[MASK]


def fact_rules(packs: Packs, as_of: date) -> dict[Key, list[FactRule]]:
    """What each code of the installed lists shows; deficits count from whenever they were recorded."""
    rules: dict[Key, list[FactRule]] = {}
    for item in definition("efi").items:
        for key in packs.codes_of(item.code_list):
            rules.setdefault(key, []).append(FactRule(MASK, item.name, bit(item.name), EARLIEST))
        for rule in item.value_rules:
            name = evidence(item.name, rule)
            for key in packs.codes_of(rule.code_list):
                rules.setdefault(key, []).append(FactRule(MASK, name, bit(name), EARLIEST, rule))
    return rules


def columns(table: Any) -> dict[str, Any]:
    """efi_deficits (int32, 0 to 36), efi_category and efi_mask from efi_mask, sex and polypharmacy."""
    found = table[MASK]
    for name in layout().items[len(definition("efi").items) :]:
        deficit, sex = name.split(":")
        shown = (table.sex == sex) & ((found & mask(bit(name))) != mask(0))
        found = ibis.cases((shown, found | mask(bit(deficit))), else_=found)
    if definition("efi").parameters.get("polypharmacy_counts", True):
        found = ibis.cases((table.polypharmacy, found | mask(bit(POLYPHARMACY))), else_=found)
    deficits = found & mask((1 << len(definition("efi").items)) - 1)
    count = bit_count(deficits).cast("int32")
    return {"efi_deficits": count, "efi_category": band(count, definition("efi")), MASK: deficits}
