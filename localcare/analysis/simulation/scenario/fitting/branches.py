"""How steps end, without being misled by those that are not over yet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from localcare.analysis.simulation.scenario.distributions import Array
from localcare.analysis.simulation.scenario.fitting.observed import Words

DECIMALS = 6


def outcome_shares(hours: Array, outcomes: Words) -> dict[str, float]:
    """The share of each outcome by Aalen and Johansen's estimator; "" stands for what is not over.

    What the longest open ones will come to is not known: it is taken as all others came out.
    """
    order = np.argsort(hours, kind="stable")
    ended = outcomes[order]
    is_over = ended != ""
    at_risk = len(ended) - np.arange(len(ended))
    stays = np.concatenate([[1.0], np.cumprod(1 - is_over / at_risk)[:-1]])
    weights = np.where(is_over, stays / at_risk, 0.0)
    codes = sorted(set(ended[is_over].tolist()))
    found = {code: float(weights[ended == code].sum()) for code in codes}
    total = sum(found.values())
    return evened({code: share / total for code, share in found.items()}) if total > 0 else {}


def evened(shares: dict[str, float]) -> dict[str, float]:
    """Shares with few decimals that sum to 1 exactly enough."""
    short = {code: round(share, DECIMALS) for code, share in shares.items()}
    largest = max(short, key=lambda code: short[code])
    short[largest] = round(short[largest] + 1 - sum(short.values()), DECIMALS)
    return {code: share for code, share in short.items() if share > 0}


def counted(words: Sequence[str]) -> dict[str, float]:
    """Plain shares of words; none where there are no words."""
    if not len(words):
        return {}
    return evened({word: words.count(word) / len(words) for word in sorted(set(words))})
