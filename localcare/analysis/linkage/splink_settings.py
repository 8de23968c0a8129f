"""The definition and its weights in Splink's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcare.analysis.linkage.definition import Comparison, LinkageModel
from localcare.analysis.linkage.levels import FREQUENCY_COLUMN, MISSING, condition
from localcare.analysis.linkage.weights import Weights

ONE_WITHOUT_NUMBER = (
    "(l.number IS NULL OR r.number IS NULL)"  # two believed numbers that differ are two people
)
LINK, FIND = "link_only", "dedupe_only"


def settings(
    model: LinkageModel, *, link_type: str, weights: Weights | None, prior: float, keys: Mapping[int, str]
) -> dict[str, Any]:
    """Settings for `splink.Linker`; without weights, the first values of the definition.

    `keys` names the column that stands for each block (by its place), where one was prepared.
    """
    return {
        "link_type": link_type,
        "unique_id_column_name": "record_id",
        "comparisons": [_comparison(comparison, weights) for comparison in model.comparisons],
        "blocking_rules_to_generate_predictions": blocking_rules(keys),
        "probability_two_random_records_match": prior,
        "retain_intermediate_calculation_columns": True,
        "retain_matching_columns": True,
        "max_iterations": 100,
        "em_convergence": 1e-5,
        "linker_uid": "linkage",
    }


def blocking_rules(keys: Mapping[int, str]) -> list[dict[str, str]]:
    """The records that are compared: they share a key, and one of them has no believed number."""
    return [
        {"blocking_rule": f"l.{key} = r.{key} AND {ONE_WITHOUT_NUMBER}", "sql_dialect": "duckdb"}
        for key in keys.values()
    ]


def frequency_columns(model: LinkageModel) -> list[str]:
    """The columns whose rare values weigh more than common ones."""
    return [
        FREQUENCY_COLUMN.get(comparison.name, comparison.name)
        for comparison in model.comparisons
        if any(level.by_frequency for level in comparison.levels)
    ]


def gamma_of(comparison: Comparison, code: str) -> int:
    """The number by which Splink knows a level: the strongest is the highest, "otherwise" is 0, missing is -1."""
    codes = [level.code for level in comparison.levels]
    return len(codes) - 1 - codes.index(code)


def _comparison(comparison: Comparison, weights: Weights | None) -> dict[str, Any]:
    missing = {
        "sql_condition": MISSING[comparison.name],
        "label_for_charts": "missing",
        "is_null_level": True,
    }
    levels: list[dict[str, Any]] = [missing]
    for level in comparison.levels:
        row: dict[str, Any] = {
            "sql_condition": condition(comparison.name, level.test),
            "label_for_charts": level.code,
            "m_probability": weights.m[comparison.name][level.code] if weights else level.m,
        }
        if weights:
            row["u_probability"] = weights.u[comparison.name][level.code]
        if level.by_frequency:
            row["tf_adjustment_column"] = FREQUENCY_COLUMN.get(comparison.name, comparison.name)
            row["disable_tf_exact_match_detection"] = comparison.name in FREQUENCY_COLUMN
        levels.append(row)
    return {"output_column_name": comparison.name, "comparison_levels": levels}
