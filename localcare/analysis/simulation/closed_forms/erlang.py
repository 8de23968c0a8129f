"""Erlang's formulas and those beside them, for one queue with Poisson arrivals.

`load` is the offered load in Erlang (arrivals per mean service time), times are in units of the caller's choice.
Sources: A. K. Erlang 1917 (B, C); C. Palm 1957 and Garnett, Mandelbaum and Reiman 2002 (A); O. Allen 1990 (Allen-Cunneen).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad

from localcare.analysis.simulation.scenario.distributions import Array


def erlang_b(servers: int, load: float) -> float:
    """The share that finds all servers taken where nobody waits (M/G/c/c, any length of service).

    Exact for any number of servers: the recursion in the inverse neither overflows nor cancels. ValueError for
    less than no servers or load.
    """
    _refuse(servers, load)
    if load == 0:
        return 1.0 if servers == 0 else 0.0
    blocked = 1.0
    for busy in range(1, servers + 1):
        blocked = load * blocked / (busy + load * blocked)
    return blocked


def erlang_b_each(servers: Array, load: Array) -> Array:
    """`erlang_b` for many pairs at once; both arrays of the same length."""
    servers, load = np.asarray(servers, float), np.asarray(load, float)
    blocked = np.ones_like(load)
    for busy in range(1, int(servers.max(initial=0)) + 1):
        blocked = np.where(busy <= servers, load * blocked / (busy + load * blocked), blocked)
    return np.asarray(blocked, float)


def erlang_c(servers: int, load: float) -> float:
    """The share that must wait where everybody waits as long as it takes (M/M/c); 1 when the load is too great."""
    _refuse(servers, load)
    if load >= servers:
        return 1.0
    blocked = erlang_b(servers, load)
    return blocked / (1 - load / servers * (1 - blocked))


def mean_wait(servers: int, load: float, mean_service: float) -> float:
    """The mean wait of all who come to an M/M/c queue; infinite when the load is too great."""
    if load >= servers:
        return math.inf
    return erlang_c(servers, load) * mean_service / (servers - load)


def share_within(servers: int, load: float, mean_service: float, within: float) -> float:
    """P(wait <= within) in an M/M/c queue; 0 when the load is too great."""
    if load >= servers:
        return 0.0
    return 1 - erlang_c(servers, load) * math.exp(-(servers - load) * within / mean_service)


def wait_not_exceeded(servers: int, load: float, mean_service: float, share: float) -> float:
    """The wait that this share of all does not exceed (a percentile) in an M/M/c queue; infinite when overloaded."""
    if load >= servers:
        return math.inf
    waits = erlang_c(servers, load)
    if 1 - share >= waits:
        return 0.0
    if share >= 1:
        return math.inf
    return math.log(waits / (1 - share)) * mean_service / (servers - load)


def allen_cunneen(
    servers: int, load: float, mean_service: float, service_cv2: float, arrival_cv2: float = 1.0
) -> float:
    """The mean wait in a GI/G/c queue, APPROXIMATED: that of M/M/c times half the sum of both squared variations.

    Exact for M/M/c and for M/G/1; within some per cent in heavy traffic, worse for many servers with light load.
    """
    return mean_wait(servers, load, mean_service) * (arrival_cv2 + service_cv2) / 2


@dataclass(frozen=True)
class ErlangA:
    """A queue in which people give up (M/M/c+M); times in units of the mean service."""

    servers: int
    load: float
    patience: float  # mean patience
    wait_probability: float
    gave_up: float  # share of all who come
    mean_wait: float  # of all who come, whether served or not
    mean_wait_served: float  # of those who are served
    mean_queue: float

    @property
    def utilisation(self) -> float:
        """The share of the servers' time that is taken."""
        return self.load * (1 - self.gave_up) / self.servers

    def served_within(self, within: float) -> float:
        """The share of all who come that is served after waiting no longer than this."""
        return 1 - self.gave_up - self._served_after(within)

    def _served_after(self, within: float) -> float:
        """Who waits longer and is served: the density of the offered wait times the patience that lasts as long."""
        rate, load, servers = 1 / self.patience, self.load, self.servers

        def log_density(time: float) -> float:
            return load * -math.expm1(-rate * time) / rate - servers * time - rate * time

        # The density starts where the last server was taken: its height follows from the share that waits and is served.
        top = max(math.log(load / (servers + rate)) / rate, 0.0) if load > 0 else 0.0
        peak = log_density(top)
        far = top + 60.0 / max(min(servers, 1e6) ** 0.5, rate, 1e-9) + 60.0 / (servers + rate)

        def density(time: float) -> float:
            return math.exp(log_density(time) - peak)

        points = [top] if 0 < top < far else None
        whole = quad(density, 0.0, far, points=points, limit=400, epsabs=0, epsrel=1e-11)[0]
        if within >= far:
            return 0.0
        after_points = [top] if within < top < far else None
        after = quad(density, within, far, points=after_points, limit=400, epsabs=0, epsrel=1e-11)[0]
        return float((self.wait_probability - self.gave_up) * after / whole)


def erlang_a(servers: int, load: float, patience: float) -> ErlangA:
    """The queue of `servers` whose callers give up after an exponential patience (mean in units of the mean service).

    Exact for any load, also above the servers. ValueError for a patience of no time.
    """
    _refuse(servers, load)
    if not patience > 0 or servers < 1:
        raise ValueError("Erlang A needs a server and a mean patience above 0")
    if load == 0:
        return ErlangA(servers, load, patience, 0.0, 0.0, 0.0, 0.0, 0.0)
    blocked = erlang_b(servers, load)
    if blocked == 0:  # less than the smallest number there is: nobody ever waits
        return ErlangA(servers, load, patience, 0.0, 0.0, 0.0, 0.0, 0.0)
    logs = _log_tail(servers, load, 1 / patience)
    top = float(logs.max())
    terms = np.exp(logs - top)
    queued = np.arange(len(terms), dtype=float)
    below = math.exp(math.log(1 / blocked - 1) - top) if blocked < 1 else 0.0
    whole = below + math.fsum(terms)
    mean_queue = math.fsum(queued * terms) / whole
    # somebody with k - 1 before them is served in the end with the chance servers / (servers + k / patience)
    to_be_served = np.cumsum(np.where(queued > 0, servers / (servers + queued / patience), 0.0))
    served = 1 - mean_queue / patience / load
    return ErlangA(
        servers=servers,
        load=load,
        patience=patience,
        wait_probability=math.fsum(terms) / whole,
        gave_up=mean_queue / patience / load,
        mean_wait=mean_queue / load,
        mean_wait_served=math.fsum(to_be_served * terms) / whole / load / served,
        mean_queue=mean_queue,
    )


def _log_tail(servers: int, load: float, rate: float) -> Array:
    """Logarithms of the chances of 0, 1, 2 … people waiting, relative to that of none; cut where they no longer matter."""
    peak = max((load - servers) / rate, 0.0)
    count = int(peak + 12 * math.sqrt(load / rate + servers + 1) + 60 * (1 + 1 / math.sqrt(rate))) + 1000
    steps = np.log(load) - np.log(servers + rate * np.arange(1, count))
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    while logs[-1] > logs.max() - 50:
        more = np.log(load) - np.log(servers + rate * np.arange(len(logs), 2 * len(logs)))
        logs = np.concatenate([logs, logs[-1] + np.cumsum(more)])
    return np.asarray(logs, float)


@dataclass(frozen=True)
class FiniteQueue:
    """A queue in which only so many may wait (M/M/c/K)."""

    wait_probability: float  # share of all who come that waits (and is not turned away)
    turned_away: float
    mean_wait: float  # of those who are let in, in units of the mean service


def finite_queue(servers: int, load: float, waiting_room: int) -> FiniteQueue:
    """The queue of `servers` with room for `waiting_room` people to wait; Erlang B when there is no room."""
    _refuse(servers, load)
    blocked = erlang_b(servers, load)
    if blocked == 0:
        return FiniteQueue(0.0, 0.0, 0.0)
    if servers == 0:
        return FiniteQueue(0.0, 1.0, 0.0)
    ratio = load / servers
    logs = np.arange(waiting_room + 1) * math.log(ratio)
    top = max(float(logs.max()), 0.0)
    terms = np.exp(logs - top)
    below = (1 / blocked - 1) * math.exp(-top)
    whole = below + math.fsum(terms)
    turned_away = float(terms[-1]) / whole
    queue = math.fsum(np.arange(waiting_room + 1) * terms) / whole
    return FiniteQueue(
        wait_probability=math.fsum(terms[:-1]) / whole,
        turned_away=turned_away,
        mean_wait=queue / (load * (1 - turned_away)),
    )


def _refuse(servers: int, load: float) -> None:
    if servers < 0 or not load >= 0 or math.isinf(load):
        raise ValueError(f"{servers} servers with a load of {load}: both must be 0 or more, and finite")
