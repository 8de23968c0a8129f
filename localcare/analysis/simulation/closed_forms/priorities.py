"""Waits by priority: nobody is interrupted, the most urgent of those waiting goes next."""

from __future__ import annotations

import math
from collections.abc import Sequence

from localcare.analysis.simulation.closed_forms.erlang import erlang_c


def priority_waits(servers: int, loads: Sequence[float], mean_service: float) -> tuple[float, ...]:
    """The mean wait of each class, most urgent first, in a non-preemptive M/M/c queue with one length of service.

    `loads` are the offered loads of the classes; infinite for a class whose load with all above it is too great.
    Source: A. Cobham 1954; O. Kella and U. Yechiali 1985: W_k = C(c, a) / (c mu (1 - s_{k-1}) (1 - s_k)).
    """
    residual = erlang_c(servers, sum(loads)) * mean_service / servers
    waits, above = [], 0.0
    for load in loads:
        up_to = above + load / servers
        waits.append(residual / ((1 - above) * (1 - up_to)) if up_to < 1 else math.inf)
        above = up_to
    return tuple(waits)


def single_server_priority_waits(
    rates: Sequence[float], means: Sequence[float], squares: Sequence[float]
) -> tuple[float, ...]:
    """The mean wait of each class with one server and any lengths of service (non-preemptive M/G/1).

    `rates` of arrival, `means` and mean `squares` of the lengths, most urgent first. Source: A. Cobham 1954.
    """
    residual = sum(rate * square for rate, square in zip(rates, squares, strict=True)) / 2
    waits, above = [], 0.0
    for rate, mean in zip(rates, means, strict=True):
        up_to = above + rate * mean
        waits.append(residual / ((1 - above) * (1 - up_to)) if up_to < 1 else math.inf)
        above = up_to
    return tuple(waits)
