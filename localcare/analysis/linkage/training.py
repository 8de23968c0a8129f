"""Learning the weights from the records themselves: chance by sampling, agreement of true pairs by expectation-maximisation.

Everything is seeded and done in one thread over records in order, and shares are kept to ten digits, so that the same
records give the same weights.
"""

from __future__ import annotations

from typing import Any

from localcare.analysis.linkage.definition import LinkageModel, Training
from localcare.analysis.linkage.library import splink
from localcare.analysis.linkage.splink_settings import FIND, LINK, settings
from localcare.analysis.linkage.together import bits_together, in_words
from localcare.analysis.linkage.weights import DIGITS, Weights

EXACTLY = ("given", "family", "born", "postcode")  # agree in all of these: a pair nobody doubts
LEAST_SHARE = 1e-7
MOST_DIFFERING = 0.1  # of true pairs with different given names or dates of birth, before learning is refused


def learn(engine: Any, tables: list[str], model: LinkageModel, known: str) -> Weights:
    """Weights for the normalised `tables` (one or two) of a DuckDB connection; `known`: pairs linked by number."""
    asked = model.training
    share, share_words = _share_agreeing(engine, tables, model, known)
    exact, possible = _exact_pairs(engine, tables)
    prior = min(0.5, max(exact / share, 1.0) / max(possible, 1))
    every, _ = _exact_pairs(engine, tables, everybody=True)
    matches = every / share
    linker = _linker(engine, tables, model)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=asked.pairs_sampled, seed=asked.seed, min_count_per_level=None, num_chunks=1
    )
    _settle_unseen(linker, asked.pairs_sampled)
    how = [share_words, f"Chance agreement from up to {asked.pairs_sampled:,} pairs drawn at random."]
    refused = _too_few(len(tables), matches, asked)
    if not refused:
        engine.execute("SET threads = 1")
        try:
            _expect_and_maximise(linker, model)
        finally:
            engine.execute("RESET threads")
        refused = _swallowed(_shares(linker, model, learnt=True)[0])
    m, u = _shares(linker, model, learnt=not refused)
    linker._db_api.delete_tables_created_by_splink_from_db()
    how.append(
        f"Agreement of true pairs as the definition has it: {refused}."
        if refused
        else f"Agreement of true pairs learnt from about {matches:,.0f} of them, by expectation-maximisation."
    )
    together = bits_together(engine, tables)
    how.append(in_words(together))
    return Weights(model.version, m, u, round(prior, 14), not refused, tuple(how), together)


def _too_few(tables: int, matches: float, asked: Training) -> str:
    """Why nothing can be learnt from these records; empty when it can."""
    if tables == 1:
        return "within one table true pairs are too rare beside people of one family"
    if matches < asked.least_matches:
        return (
            f"about {matches:,.0f} true pairs are too few to learn from ({asked.least_matches} are asked for)"
        )
    return ""


def _swallowed(m: dict[str, Any]) -> str:
    """Why what was learnt is not believed: families taken for one person show as true pairs with different names or birthdays."""
    for name, words in (("given", "given names"), ("born", "dates of birth")):
        if m[name]["differs"] > MOST_DIFFERING:
            return f"{m[name]['differs']:.0%} of the pairs learnt from had different {words}, so they were not of one person"
    return ""


def _linker(engine: Any, tables: list[str], model: LinkageModel) -> Any:
    api = splink.DuckDBAPI(engine)
    inputs = [
        api.register(table, table_name=f"learn_{table}", dataset_display_name=table) for table in tables
    ]
    link_type = LINK if len(tables) == 2 else FIND
    asked = settings(model, link_type=link_type, weights=None, prior=0.0001, keys={})
    return splink.Linker(inputs, asked, log_level=None, validate_settings=False)


def _expect_and_maximise(linker: Any, model: LinkageModel) -> None:
    for columns in model.training.learn_from:
        rule = splink.block_on(*columns)
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )


def _settle_unseen(linker: Any, pairs: int) -> None:
    """A level that no sampled pair stood at is rarer than one in the sample; Splink would put a guess in its place."""
    for comparison in linker._settings_obj.core_model_settings.comparisons:
        for level in comparison.comparison_levels:
            if not level.is_null_level and not level._u_is_trained:
                level.u_probability = 0.5 / pairs


def _shares(linker: Any, model: LinkageModel, learnt: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """m and u by comparison and level, none nought, each comparison's adding up to one."""
    m: dict[str, dict[str, float]] = {}
    u: dict[str, dict[str, float]] = {}
    for made in linker._settings_obj.core_model_settings.comparisons:
        comparison = model.comparison(made.output_column_name)
        found = {level.label_for_charts: level for level in made.comparison_levels if not level.is_null_level}
        m[comparison.name] = _whole(
            {
                level.code: float(found[level.code].m_probability) if learnt else level.m
                for level in comparison.levels
            }
        )
        u[comparison.name] = _whole(
            {level.code: float(found[level.code].u_probability) for level in comparison.levels}
        )
    return m, u


def _whole(shares: dict[str, float]) -> dict[str, float]:
    kept = {code: max(share, LEAST_SHARE) for code, share in shares.items()}
    total = sum(kept.values())
    return {code: round(share / total, DIGITS) for code, share in kept.items()}


def _share_agreeing(engine: Any, tables: list[str], model: LinkageModel, known: str) -> tuple[float, str]:
    """How often two records of one person agree exactly: of the pairs known by number, or as the definition has it."""
    left, right = tables[0], tables[-1]
    agree = " AND ".join(f"l.{name} = r.{name}" for name in EXACTLY)
    number, agreeing = engine.execute(
        f"SELECT count(*), count(*) FILTER (WHERE {agree}) FROM {known} AS pair"
        f" JOIN {left} AS l ON l.record_id = pair.left_id JOIN {right} AS r ON r.record_id = pair.right_id"
    ).fetchall()[0]
    if number < model.training.least_known_pairs or not agreeing:
        share = model.training.share_agreeing_exactly
        return share, f"Taken from the definition: {share:.0%} of true pairs agree exactly."
    return (
        agreeing / number,
        f"{agreeing / number:.0%} of {number:,} pairs known by NHS number agree exactly.",
    )


def _exact_pairs(engine: Any, tables: list[str], *, everybody: bool = False) -> tuple[int, int]:
    """Pairs that agree exactly, and all pairs there could be; of which one has no number, unless of everybody."""
    left, right = tables[0], tables[-1]
    shared = ", ".join(EXACTLY)
    apart = "TRUE" if len(tables) == 2 else "l.record_id < r.record_id"
    eligible = "TRUE" if everybody else "(l.number IS NULL OR r.number IS NULL)"
    (exact,) = engine.execute(
        f"SELECT count(*) FROM {left} AS l JOIN {right} AS r USING ({shared}) WHERE {apart} AND {eligible}"
    ).fetchall()[0]
    counts = [
        engine.execute(f"SELECT count(*), count(number) FROM {table}").fetchall()[0] for table in tables
    ]
    (all_left, with_left), (all_right, with_right) = counts[0], counts[-1]
    if len(tables) == 2:
        return int(exact), all_left * all_right - (0 if everybody else with_left * with_right)
    pairs = all_left * (all_left - 1) // 2
    return int(exact), pairs - (0 if everybody else with_left * (with_left - 1) // 2)
