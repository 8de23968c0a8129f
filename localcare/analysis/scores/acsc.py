"""Emergency admissions for ambulatory-care-sensitive conditions, by primary diagnosis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from localcare.analysis.libraries import ibis
from localcare.analysis.scores.coded import RAW_CODE, PrefixMasks, code_map, in_window
from localcare.analysis.scores.definitions import definition
from localcare.analysis.scores.masks import MaskLayout, bit_or, mask
from localcare.analysis.scores.windows import Window

MASK = "acsc_mask"
CONDITIONAL = "acsc_conditional_mask"
SECONDARY = "acsc_secondary_mask"


def window(as_of: date) -> Window:
    """The 12 months that end with the date."""
    return Window.ending(as_of, months=definition("acsc").look_back_months)


@cache
def masks() -> tuple[PrefixMasks, PrefixMasks, PrefixMasks]:
    """Bits of a primary code that counts, of one that counts only beside a second, and of that second."""
    items = definition("acsc").items
    names = tuple(item.name for item in items)
    plain = PrefixMasks.of(definition("acsc"), (MASK,))
    conditional: dict[str, dict[str, int]] = {}
    secondary: dict[str, dict[str, int]] = {}
    unconditional = dict(plain.bits_of_prefix)
    for item in items:
        bit = plain.layout.bits([item.name])[MASK]
        for codes, seconds in item.needs_secondary:
            for code in codes:
                unconditional.pop(code)
                conditional[code] = {CONDITIONAL: bit}
            for code in seconds:
                secondary[code] = {SECONDARY: bit}
    return (
        PrefixMasks(plain.layout, unconditional),
        PrefixMasks(MaskLayout((CONDITIONAL,), names), conditional),
        PrefixMasks(MaskLayout((SECONDARY,), names), secondary),
    )


def admissions_per_person(diagnoses: Any, stays: Any, codes: Sequence[str], as_of: date) -> Any:
    """person_id, acsc_admissions_12m and acsc_mask for everyone with such an admission.

    `codes` are the distinct codes of the diagnoses as recorded.
    """
    emergencies = stays.filter(
        stays.admission_type == "emergency", in_window(stays.admitted_on, window(as_of))
    ).select(emergency_stay_id=stays.stay_id, emergency_person_id=stays.person_id)
    recent = diagnoses.filter(in_window(diagnoses.occurred_on, window(as_of)))
    counted = sensitive_stays(recent, emergencies, codes)
    return counted.group_by("person_id").aggregate(
        acsc_admissions_12m=counted.count().cast("int32"), **{MASK: bit_or(counted.groups)}
    )


def sensitive_stays(diagnoses: Any, emergencies: Any, codes: Sequence[str]) -> Any:
    """stay_id, person_id and groups (a mask) of the stays, among those given, for such a condition.

    `emergencies` has emergency_stay_id and emergency_person_id; `codes` are the distinct codes of the diagnoses.
    """
    known = code_map(diagnoses, codes, masks())
    coded = diagnoses.join(known, diagnoses.code == known[RAW_CODE], how="inner")
    of_the_same_person = coded.person_id == emergencies.emergency_person_id
    coded = coded.join(
        emergencies, [coded.stay_id == emergencies.emergency_stay_id, of_the_same_person], how="inner"
    )
    first = coded.position == 1
    by_stay = coded.group_by("person_id", "stay_id").aggregate(
        plain=bit_or(ibis.cases((first, coded[MASK]), else_=mask(0))),
        conditional=bit_or(ibis.cases((first, coded[CONDITIONAL]), else_=mask(0))),
        beside=bit_or(ibis.cases((first, mask(0)), else_=coded[SECONDARY])),
    )
    groups = by_stay.select(
        "stay_id", "person_id", groups=by_stay.plain | (by_stay.conditional & by_stay.beside)
    )
    return groups.filter(groups.groups != mask(0))
