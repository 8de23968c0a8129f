"""The first step: records that share a valid NHS number. Believed where the people agree, a conflict where they do not."""

from __future__ import annotations

from typing import Any

from localcare.analysis.linkage.definition import LinkageModel
from localcare.analysis.linkage.levels import MISSING, condition

NUMBER, CONFLICT = "number", "conflict"


def link_by_number(engine: Any, left: str, right: str, model: LinkageModel) -> None:
    """Make `by_number` (left_id, right_id, kind); records in conflict lose the number in their normalised table.

    `left` and `right` are normalised tables; one table twice finds pairs within it. A number is believed when the dates
    of birth agree (or are near, beside one name that agrees; or one is missing) and the names do not speak for two people:
    both differ, or the given names do and somebody else, such as a twin, fits better.
    """
    apart = "l.record_id < r.record_id" if left == right else "TRUE"
    columns = ("given", "given_words", "given_roots", "family", "family_words", "born")
    both = ", ".join(f"l.{name} AS {name}_l, r.{name} AS {name}_r" for name in columns)
    engine.execute(f"""
        CREATE OR REPLACE TABLE by_number AS
        WITH pair AS (
            SELECT l.record_id AS left_id, r.record_id AS right_id, {both},
                {_better(left, "r", "l")} OR {_better(right, "l", "r")} AS somebody_fits_better
            FROM {left} AS l JOIN {right} AS r ON l.number = r.number AND {apart}
        )
        SELECT left_id, right_id, CASE WHEN {_agree(model)} THEN '{NUMBER}' ELSE '{CONFLICT}' END AS kind
        FROM pair ORDER BY left_id, right_id""")
    for table, side in {left: "left_id", right: "right_id"}.items():
        sides = ("left_id", "right_id") if left == right else (side,)
        named = " UNION ".join(f"SELECT {each} FROM by_number WHERE kind = '{CONFLICT}'" for each in sides)
        engine.execute(f"UPDATE {table} SET number = NULL WHERE record_id IN ({named})")


def _agree(model: LinkageModel) -> str:
    given, family = (f"coalesce({_level(model, name)}, 'missing')" for name in ("given", "family"))
    born = f"coalesce({_level(model, 'born')}, 'missing')"
    near = f"{born} IN ('exchanged', 'one-part') AND ({given} NOT IN ('differs', 'missing') OR {family} <> 'differs')"
    one_name = f"({given} <> 'differs' OR ({family} <> 'differs' AND NOT somebody_fits_better))"
    return f"{one_name} AND ({born} IN ('same', 'missing') OR ({near}))"


def _better(table: str, one: str, other: str) -> str:
    """Whether somebody else of the table has the birthday, family name and given name of the one: a twin, for example."""
    same = " AND ".join(f"twin.{name} = {one}.{name}" for name in ("born", "family", "given_root"))
    return f"EXISTS (SELECT 1 FROM {table} AS twin WHERE {same} AND twin.record_id NOT IN (l.record_id, r.record_id))"


def _level(model: LinkageModel, name: str) -> str:
    """The level at which a pair stands, as SQL."""
    arms = [f"WHEN {MISSING[name]} THEN 'missing'"]
    for level in model.comparison(name).levels:
        test = condition(name, level.test)
        arms.append(f"ELSE '{level.code}'" if test == "ELSE" else f"WHEN {test} THEN '{level.code}'")
    return f"CASE {' '.join(arms)} END"
