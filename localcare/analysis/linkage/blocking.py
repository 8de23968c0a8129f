"""Which records are compared at all: those that share a key, of which one has no believed number; counted before weighing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcare.analysis.linkage.definition import Block, LinkageModel
from localcare.analysis.linkage.library import splink
from localcare.analysis.linkage.splink_settings import blocking_rules
from localcare.analysis.linkage.working import LinkageTooLarge

MOST_SHARING = (
    50  # what more records of one table than this share (a hostel, a placeholder) tells nobody apart
)


@dataclass(frozen=True)
class Compared:
    """How many pairs are weighed, by what the two records share; each pair counts where it is found first."""

    by_block: Mapping[str, int]

    @property
    def pairs(self) -> int:
        """All of them."""
        return sum(self.by_block.values())

    @property
    def in_words(self) -> str:
        """A sentence for whoever asks how thoroughly was looked."""
        most = max(self.by_block, key=lambda words: self.by_block[words])
        return f"{self.pairs:,} pairs were compared, most of them ({self.by_block[most]:,}) for {most}."


def candidates(engine: Any, tables: Sequence[str], model: LinkageModel) -> dict[int, str]:
    """Make `<table>_candidates`: the records worth comparing, with a column for each block; returns these columns.

    A key stays where a record without a believed number has it, in either table, and not too many records share it.
    """
    keys = {place: f"key_{place}" for place in range(len(model.blocks))}
    values = {key: _value(model.blocks[place]) for place, key in keys.items()}
    for table in tables:
        for key, value in values.items():
            asked = " UNION ALL ".join(
                f"SELECT {value} AS shared FROM {each} WHERE number IS NULL" for each in tables
            )
            engine.execute(
                f"CREATE OR REPLACE TABLE {table}_{key} AS SELECT shared FROM (SELECT {value} AS shared FROM {table})"
                f" WHERE shared IN ({asked}) GROUP BY shared HAVING count(*) <= {MOST_SHARING}"
            )
        columns = ", ".join(
            f"CASE WHEN {value} IN (FROM {table}_{key}) THEN {value} END AS {key}"
            for key, value in values.items()
        )
        engine.execute(
            f"CREATE OR REPLACE TABLE {table}_candidates AS FROM (SELECT *, {columns} FROM {table})"
            f" WHERE coalesce({', '.join(values)}) IS NOT NULL"
        )
        for key in values:
            engine.execute(f"DROP TABLE {table}_{key}")
    return keys


def _value(block: Block) -> str:
    present = " AND ".join(f"{name} IS NOT NULL" for name in block.columns)
    return f"CASE WHEN {present} THEN concat_ws('|', {', '.join(block.columns)}) END"


def counted(inputs: list[Any], keys: Mapping[int, str], link_type: str, model: LinkageModel) -> Compared:
    """How many pairs weighing would mean, counted by Splink; LinkageTooLarge beyond what the definition allows."""
    rows = splink.blocking_analysis.count_comparisons_from_blocking_rules(
        inputs,
        blocking_rules=blocking_rules(keys),
        link_type=link_type,
        unique_id_column_name="record_id",
        record_sample_proportion=1.0,
    )
    found = Compared(
        {model.blocks[place].words: int(rows[place]["marginal_comparison_count"]) for place in keys}
    )
    if found.pairs > model.most_pairs:
        raise LinkageTooLarge(
            f"{found.in_words.replace('were', 'would have to be')} That is more than the {model.most_pairs:,} that"
            " definitions/linkage/model.yaml allows. Fill in NHS numbers first, link one practice or one feed at a time,"
            " or raise most_pairs there if time and disk allow."
        )
    return found
