"""Weighing the pairs that share something rare, with what holds a pair back and who rivals it."""

from __future__ import annotations

from typing import Any

from localcare.analysis.linkage.bands import Bands
from localcare.analysis.linkage.blocking import Compared, candidates, counted
from localcare.analysis.linkage.definition import HeldBack, LinkageModel
from localcare.analysis.linkage.library import splink
from localcare.analysis.linkage.splink_settings import (
    FIND,
    LINK,
    frequency_columns,
    gamma_of,
    settings,
)
from localcare.analysis.linkage.together import taken_off
from localcare.analysis.linkage.weights import Weights

LIKENESS = "likeness"
DECIMALS = 4  # of weights, in bits


def score(
    engine: Any, tables: list[str], model: LinkageModel, weights: Weights, bands: Bands, *, least: float
) -> Compared:
    """Make `scored`: one row for each pair of at least `least` bits, with levels, bits, band, held_back and rivals.

    Returns how many pairs were compared. Raises LinkageTooLarge.
    """
    keys = candidates(engine, tables, model)
    api = splink.DuckDBAPI(engine)
    inputs = [
        api.register(f"{table}_candidates", table_name=f"side_{place}", dataset_display_name=f"side_{place}")
        for place, table in enumerate(tables)
    ]
    link_type = LINK if len(tables) == 2 else FIND
    compared = counted(inputs, keys, link_type, model)
    asked = settings(model, link_type=link_type, weights=weights, prior=weights.prior, keys=keys)
    linker = splink.Linker(inputs, asked, log_level=None, validate_settings=False)
    for column in frequency_columns(model):
        linker.table_management.register_term_frequency_lookup(
            api.register(_frequencies(engine, tables, column)), column
        )
    found = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
    turned = "source_dataset_l = 'side_1'" if len(tables) == 2 else "record_id_l > record_id_r"
    engine.execute(_weighed(found.physical_name, turned, model, weights))
    engine.execute(_with_rivals(model, bands))
    api.delete_tables_created_by_splink_from_db()
    return compared


def _frequencies(engine: Any, tables: list[str], column: str) -> str:
    """A table of how frequent each value is among all records, not only among those that are compared."""
    name = f"frequency_of_{column}"
    every = " UNION ALL ".join(f"SELECT {column} FROM {table}" for table in tables)
    engine.execute(
        f"CREATE OR REPLACE TABLE {name} AS WITH every AS ({every}) SELECT {column},"
        f" count(*)::DOUBLE / (SELECT count({column}) FROM every) AS tf_{column}"
        f" FROM every WHERE {column} IS NOT NULL GROUP BY {column}"
    )
    return name


def _weighed(predicted: str, turned: str, model: LinkageModel, weights: Weights) -> str:
    """Splink's table in our words; the record of the first table on the left.

    What names and birthday share is taken off the family name where it agrees, or else off the given name.
    """
    columns = []
    for comparison in model.comparisons:
        name = comparison.name
        by_frequency = any(level.by_frequency for level in comparison.levels)
        frequency = f" + mw_tf_adj_{name}" if by_frequency else ""
        columns.append(f"round(mw_{name}{frequency}, {DECIMALS}) AS bits_{name}")
        arms = " ".join(
            f"WHEN {gamma_of(comparison, level.code)} THEN '{level.code}'" for level in comparison.levels
        )
        columns.append(f"CASE gamma_{name} {arms} ELSE 'missing' END AS level_{name}")
    held = " ".join(f"WHEN {_when(each)} THEN '{each.code}'" for each in model.held_back)
    held_back = f"CASE {held} END" if held else "NULL::VARCHAR"
    return f"""
        CREATE OR REPLACE TABLE weighed AS
        WITH said AS (
            SELECT CASE WHEN {turned} THEN record_id_r ELSE record_id_l END AS left_id,
                CASE WHEN {turned} THEN record_id_l ELSE record_id_r END AS right_id,
                round(match_weight, {DECIMALS}) AS bits, {", ".join(columns)},
                match_key::INT AS found_by
            FROM {predicted}
        ), apart AS (
            SELECT * EXCLUDE (off) REPLACE (
                round(bits - off, {DECIMALS}) AS bits,
                round(bits_family - CASE WHEN level_family = 'same' THEN off ELSE 0 END, {DECIMALS}) AS bits_family,
                round(bits_given - CASE WHEN level_family = 'same' THEN 0 ELSE off END, {DECIMALS}) AS bits_given
            ) FROM (SELECT *, {taken_off(weights.together)} AS off FROM said)
        )
        SELECT *, 1 / (1 + pow(2::DOUBLE, -bits)) AS probability, {held_back} AS held_back
        FROM apart WHERE (left_id, right_id) NOT IN (SELECT (left_id, right_id) FROM by_number)"""


def _when(held: HeldBack) -> str:
    listed = {name: ", ".join(f"'{code}'" for code in codes) for name, codes in held.when.items()}
    return " AND ".join(f"level_{name} IN ({codes})" for name, codes in listed.items())


def _with_rivals(model: LinkageModel, bands: Bands) -> str:
    """How many other records fit nearly as well as the one of the pair, and are not known to be that one."""
    rivalled = bands.rivalled
    band = " ".join(f"WHEN bits >= {band.from_bits} THEN '{band.code}'" for band in bands.bands)
    return f"""
        CREATE OR REPLACE TABLE scored AS
        WITH side AS (
            SELECT left_id AS one, right_id AS other, bits FROM weighed WHERE held_back IS NULL
            UNION ALL SELECT right_id, left_id, bits FROM weighed WHERE held_back IS NULL
        ), rivalled AS (
            SELECT mine.one, mine.other, count(*) AS rivals FROM side AS mine JOIN side AS his ON mine.one = his.one
            WHERE mine.other <> his.other AND his.bits >= mine.bits - {model.rival_bits}
                AND NOT EXISTS (SELECT 1 FROM side AS same WHERE same.one = mine.other AND same.other = his.other)
                AND NOT EXISTS (SELECT 1 FROM by_number AS same WHERE kind = 'number'
                    AND same.left_id = least(mine.other, his.other) AND same.right_id = greatest(mine.other, his.other))
            GROUP BY ALL
        ), counted AS (
            SELECT weighed.*, greatest(coalesce(lefts.rivals, 0), coalesce(rights.rivals, 0))::INT AS rivals,
                CASE {band} END AS band
            FROM weighed
            LEFT JOIN rivalled AS lefts ON lefts.one = left_id AND lefts.other = right_id
            LEFT JOIN rivalled AS rights ON rights.one = right_id AND rights.other = left_id
        )
        SELECT * REPLACE (
            CASE WHEN held_back IS NOT NULL THEN NULL WHEN rivals = 0 THEN band
                WHEN bits >= {rivalled.from_bits} THEN '{rivalled.code}' END AS band
        ) FROM counted ORDER BY bits DESC, left_id, right_id"""
