"""The question turned round: how many places for this promise, and how short must a stay be."""

from __future__ import annotations

import math
from collections.abc import Callable

from localcare.analysis.simulation.closed_forms.erlang import erlang_b, share_within

MOST_SERVERS = 1_000_000


def servers_for(load: float, mean_service: float, *, share: float, within: float) -> int:
    """The smallest number of servers with which `share` of all wait no longer than `within` (M/M/c).

    ValueError for a share that is not above 0 and below 1.
    """
    _refuse_share(share)
    return _smallest(
        lambda servers: share_within(servers, load, mean_service, within) >= share, math.floor(load) + 1
    )


def beds_for(load: float, *, delayed_at_most: float) -> int:
    """The smallest number of beds with which no more than this share finds none free (Erlang B)."""
    _refuse_share(delayed_at_most)
    return _smallest(lambda beds: erlang_b(beds, load) <= delayed_at_most, 0)


def longest_service_for(servers: int, rate: float, *, share: float, within: float) -> float:
    """The longest mean service with which `share` of all wait no longer than `within` (M/M/c).

    `rate` is of arrivals per unit of the times. ValueError for a share that is not above 0 and below 1.
    """
    _refuse_share(share)
    low, high = 0.0, servers / rate
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if share_within(servers, rate * middle, middle, within) >= share:
            low = middle
        else:
            high = middle
    return low


def _smallest(is_enough: Callable[[int], bool], least: int) -> int:
    """The first number from `least` on that is enough; enough stays enough."""
    if is_enough(least):
        return least
    step = 1
    while not is_enough(least + step):
        step *= 2
        if least + step > MOST_SERVERS:
            raise ValueError(f"More than {MOST_SERVERS} would be needed")
    low, high = least + step // 2, least + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _refuse_share(share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"{share} is no share: write 0.95 for 95 in a hundred")
