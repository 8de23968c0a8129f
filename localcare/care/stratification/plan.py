"""One plan from the linked dataset to everyone's place: scores, segment, tier, cohorts, points, rank."""

from __future__ import annotations

from datetime import date
from functools import cache, reduce
from operator import add
from typing import Any

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.libraries import ibis
from localcare.analysis.scores import cambridge, charlson, efi, score
from localcare.analysis.scores.masks import bit_count, mask
from localcare.analysis.scores.staging import Stage, as_planned
from localcare.care.stratification.circumstances import circumstances
from localcare.care.stratification.columns import CIRCUMSTANCES, SCORES, STAGED
from localcare.care.stratification.definitions import Definitions, Flag
from localcare.care.stratification.packs import installed_packs

MASK_OF = {"charlson": charlson, "cambridge": cambridge, "efi": efi}


def stratify(
    dataset: LinkedDataset, *, as_of: date, definitions: Definitions, stage: Stage = as_planned
) -> Any:
    """One row per person registered on the date, with the columns of `columns.STAGED`.

    `stage` works parts out in advance (`staging.stage_of` has the one that suits an engine).
    """
    scored = score(dataset, as_of=as_of, packs=installed_packs(), stage=stage)
    table = scored.select("person_id", *SCORES)
    for found in circumstances(dataset, as_of=as_of, codes=definitions.codes):
        table = _left_join(table, stage(found))
    table = table.mutate(**_filled(table), conditions=_conditions(table))
    table = table.mutate(**{flag.name: _flag(table, flag) for flag in definitions.flags})
    return placed(table, as_of=as_of, definitions=definitions)


def placed(table: Any, *, as_of: date, definitions: Definitions) -> Any:
    """The table with segment, tier, cohorts, priority, whether on the list, and rank in the practice."""
    segments = [(segment, segment.when.expression(table, as_of)) for segment in definitions.segments]
    tiers = [(tier, tier.when.expression(table, as_of)) for tier in definitions.tiers]
    cohorts = [(cohort, cohort.when.expression(table, as_of)) for cohort in definitions.cohorts]
    table = table.mutate(
        segment=ibis.cases(*((holds, segment.code) for segment, holds in segments)),
        segment_flags=_sum([_when(holds, segment.bit) for segment, holds in segments]),
        tier=ibis.cases(*((holds, tier.tier) for tier, holds in tiers)),
        cohorts=_sum([_when(holds, cohort.bit) for cohort, holds in cohorts]),
        priority=_sum(
            [_when(holds, cohort.points) for cohort, holds in cohorts]
            + [_when(rule.when.expression(table, as_of), rule.points) for rule in definitions.points]
            + [
                ibis.least(table[count.column].cast("int64") * count.points_each, count.at_most)
                for count in definitions.counts
            ]
        ),
    )
    table = table.mutate(on_list=(table.cohorts & mask(definitions.list_mask)) != mask(0))
    table = table.mutate(rank=_rank(table))
    return table.select(**{name: table[name].cast(type_) for name, type_ in STAGED.items()})


def _rank(table: Any) -> Any:
    order = [
        table.on_list.desc(),
        table.priority.desc(),
        table.emergency_admissions_12m.desc(),
        table.age.desc(),
        table.person_id.asc(),
    ]
    return ibis.row_number().over(ibis.window(group_by=table.practice_code, order_by=order)) + 1


def _when(holds: Any, value: int) -> Any:
    return ibis.cases((holds, mask(value)), else_=mask(0))


def _sum(parts: list[Any]) -> Any:
    return reduce(add, parts)


def _left_join(table: Any, found: Any) -> Any:
    renamed = found.rename(found_person_id="person_id")
    return table.join(renamed, table.person_id == renamed.found_person_id, how="left").drop("found_person_id")


def _filled(table: Any) -> dict[str, Any]:
    empty = {"boolean": False, "int32": 0}
    return {
        name: table[name].fill_null(empty[type_]).cast(type_)
        for name, type_ in CIRCUMSTANCES.items()
        if type_ in empty and name != "conditions"
    }


def _conditions(table: Any) -> Any:
    """Long-term conditions by the Cambridge or the Charlson list, whichever finds more."""
    found = ibis.greatest(bit_count(table.cambridge_mask), bit_count(table.charlson_mask))
    return found.cast("int32")


def _flag(table: Any, flag: Flag) -> Any:
    raised = [
        (table[column] & mask(bits)) != mask(0)
        for score_name, item in flag.items
        for column, bits in bits_of(score_name, item).items()
        if bits
    ]
    return ibis.or_(*raised)


@cache
def bits_of(score_name: str, item: str) -> dict[str, int]:
    """The column and bit that show one item of a score."""
    module: Any = MASK_OF[score_name]
    layout = module.masks().layout if hasattr(module, "masks") else module.layout()
    bits: dict[str, int] = layout.bits([item])
    return bits
