"""Erlang's formulas and those beside them against slow, exact twins and published tables."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.analysis.simulation.closed_forms import census, erlang, inverse, priorities

NEAR = pytest.approx


def exact_b(servers: int, load: Fraction) -> Fraction:
    """Erlang B as its textbook sum, in fractions."""
    term, whole = Fraction(1), Fraction(1)
    for busy in range(1, servers + 1):
        term = term * load / busy
        whole += term
    return term / whole


def exact_c(servers: int, load: Fraction) -> Fraction:
    """Erlang C as its textbook sum, in fractions."""
    term, below = Fraction(1), Fraction(0)
    for busy in range(1, servers + 1):
        below += term
        term = term * load / busy
    waiting = term * servers / (servers - load)
    return waiting / (below + waiting)


def exact_a(servers: int, load: Fraction, patience: Fraction, terms: int = 900) -> tuple[float, float, float]:
    """P(wait), P(give up) and mean wait of Erlang A by summing its chain, in fractions cut at 900 waiting."""
    chances = [Fraction(1)]
    for state in range(1, servers + terms):
        leaving = min(state, servers) + max(state - servers, 0) / patience
        chances.append((chances[-1] * load / leaving).limit_denominator(10**60))
    whole = sum(chances)
    waiting = sum(chances[servers:]) / whole
    queue = sum((state - servers) * chance for state, chance in enumerate(chances[servers:], servers)) / whole
    return float(waiting), float(queue / patience / load), float(queue / load)


@pytest.mark.parametrize("servers", [1, 2, 9, 13, 55, 300])
@pytest.mark.parametrize("part", [Fraction(1, 10), Fraction(7, 10), Fraction(98, 100)])
def test_erlang_b_and_c_are_their_textbook_sums(servers: int, part: Fraction) -> None:
    load = servers * part
    assert erlang.erlang_b(servers, float(load)) == NEAR(float(exact_b(servers, load)), rel=1e-9, abs=1e-300)
    assert erlang.erlang_c(servers, float(load)) == NEAR(float(exact_c(servers, load)), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(
    ("servers", "load", "patience"),
    [(58, Fraction(60), Fraction(2)), (1, Fraction(3, 2), Fraction(1, 3)), (13, Fraction(9), Fraction(5))],
)
def test_erlang_a_is_the_sum_of_its_chain(servers: int, load: Fraction, patience: Fraction) -> None:
    found = erlang.erlang_a(servers, float(load), float(patience))
    waits, gives_up, wait = exact_a(servers, load, patience)
    assert found.wait_probability == NEAR(waits, rel=1e-9)
    assert found.gave_up == NEAR(gives_up, rel=1e-9)
    assert found.mean_wait == NEAR(wait, rel=1e-9)


def test_the_measured_facts_of_one_queue() -> None:
    """Modelling notes 1.1 and 1.2: the single point of access, Erlang C at three sizes, Erlang A."""
    load = 600_000 * 8 / (365 * 24 * 60)
    assert load == NEAR(9.1324, abs=5e-5)
    assert erlang.erlang_c(13, load) == NEAR(0.17157, abs=5e-6)
    assert erlang.mean_wait(13, load, 480) == NEAR(21.294, abs=5e-4)
    assert erlang.share_within(13, load, 480, 20) == NEAR(0.85396, abs=5e-6)
    assert erlang.erlang_c(55, 50) == NEAR(0.3845, abs=5e-5)
    assert erlang.mean_wait(55, 50, 1) == NEAR(0.07691, abs=5e-6)
    assert erlang.erlang_c(840, 821.9) == NEAR(0.4174, abs=5e-5)
    palm = erlang.erlang_a(58, 60, 2)
    assert (palm.wait_probability, palm.gave_up, palm.mean_wait) == NEAR(
        (0.71533, 0.06039, 0.12078), abs=5e-6
    )


@pytest.mark.parametrize(
    ("every", "nurses", "wait"),
    [(4, 5, 0.52149), (3, 6, 0.55581), (3, 7, 0.16708), (4, 6, 0.13556), (4, 7, 0.03432)],
)
def test_the_clinic_of_the_published_exercise(every: int, nurses: int, wait: float) -> None:
    """Modelling notes 1.3: the closed form is the acceptance value, as the published intervals miss it."""
    assert erlang.mean_wait(nurses, 10 / every, 10) == NEAR(wait, abs=5e-6)


ACUTE = {9: 0.18, 10: 0.13, 11: 0.09, 12: 0.06, 13: 0.03, 14: 0.02}
ACUTE_MORE = {10: 0.15, 11: 0.10, 12: 0.07, 13: 0.04, 14: 0.03}
REHABILITATION = {10: 0.20, 12: 0.11, 13: 0.08, 14: 0.05, 15: 0.03, 16: 0.02}
REHABILITATION_MORE = {12: 0.13, 13: 0.09, 14: 0.06, 15: 0.04, 16: 0.03}


@pytest.mark.parametrize(
    ("load", "table"),
    [
        (8.1455, ACUTE),
        (8.1455 * 1.05, ACUTE_MORE),
        (9.7182, REHABILITATION),
        (9.7182 * 1.05, REHABILITATION_MORE),
    ],
)
def test_the_beds_of_the_published_stroke_unit(load: float, table: dict[int, float]) -> None:
    """Modelling notes 1.4, both columns of closed form: today, and five in a hundred more."""
    assert {beds: round(census.bed_delay(beds, load), 2) for beds in table} == table


def test_bed_delay_is_the_ratio_of_a_poisson_census() -> None:
    load, beds = 8.1455, 10
    exactly = math.exp(-load) * load**beds / math.factorial(beds)
    assert census.bed_delay(beds, load) == NEAR(exactly / census.census_at_most(beds, load), rel=1e-12)


def test_with_thousands_of_servers_numbers_stay_numbers() -> None:
    assert erlang.erlang_b(20_000, 20_000.0) == NEAR(math.sqrt(2 / math.pi / 20_000), rel=2e-2)
    assert 0 < erlang.erlang_c(5_000, 4_950.0) < 1
    assert erlang.erlang_b(10_000, 1.0) == 0.0
    assert erlang.erlang_a(10_000, 1.0, 1.0).gave_up == 0.0
    crowded = erlang.erlang_a(5_000, 5_600.0, 0.5)
    assert crowded.gave_up == NEAR(1 - 5_000 / 5_600, abs=1e-6)  # the servers never rest
    assert crowded.served_within(math.inf) == NEAR(5_000 / 5_600, abs=1e-6)


def test_many_at_once_are_each_alone() -> None:
    servers, load = np.array([0.0, 1, 5, 30]), np.array([2.0, 0.5, 7, 25.0])
    alone = [erlang.erlang_b(int(count), one) for count, one in zip(servers, load, strict=True)]
    assert erlang.erlang_b_each(servers, load) == NEAR(np.array(alone))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 80), st.floats(0.01, 0.99), st.floats(0.05, 20))
def test_erlang_a_lies_between_loss_and_endless_patience(servers: int, part: float, patience: float) -> None:
    load = servers * part
    found = erlang.erlang_a(servers, load, patience)
    assert (
        erlang.erlang_b(servers, load) - 1e-12
        <= found.wait_probability
        <= erlang.erlang_c(servers, load) + 1e-12
    )
    assert 0 <= found.gave_up <= erlang.erlang_b(servers, load) + 1e-12
    assert found.mean_wait == NEAR(found.gave_up * patience, rel=1e-9, abs=1e-15)
    assert found.served_within(0) == NEAR(1 - found.wait_probability, abs=1e-7)
    assert found.served_within(patience * 60 + 60) == NEAR(1 - found.gave_up, abs=1e-7)


def test_served_within_of_erlang_a_meets_the_sum_over_who_was_before() -> None:
    """Whoever finds j waiting is served after j + 1 departures, if patience lasts: summed by uniformised steps."""
    servers, load, patience, within = 3, 4.0, 1.5, 0.4
    steps = 4000
    step = within / steps
    ahead = np.zeros(120)
    chances = [1.0]
    for state in range(1, servers + 120):
        chances.append(chances[-1] * load / (min(state, servers) + max(state - servers, 0) / patience))
    whole = sum(chances)
    served = sum(chances[:servers]) / whole
    ahead[:] = np.array(chances[servers:]) / whole
    leaving = servers + np.arange(120) / patience  # one of the servers ends, or somebody before gives up
    for _ in range(steps):
        going = ahead * -np.expm1(-(leaving + 1 / patience) * step)
        forward = going * leaving / (leaving + 1 / patience)
        served += forward[0]
        ahead -= going
        ahead[:-1] += forward[1:]
    assert erlang.erlang_a(servers, load, patience).served_within(within) == NEAR(served, abs=3e-4)


def test_the_wait_of_those_who_are_served_is_what_they_have_left_at_each_moment() -> None:
    for servers, load, patience in ((3, 4.0, 1.5), (20, 18.0, 0.7), (58, 60.0, 2.0)):
        found = erlang.erlang_a(servers, load, patience)
        times = np.linspace(0, 12 * patience / servers**0.5 + 3, 400)
        later = np.array([1 - found.gave_up - found.served_within(float(at)) for at in times])
        assert found.mean_wait_served == NEAR(np.trapezoid(later, times) / (1 - found.gave_up), rel=2e-3)
        assert found.mean_wait_served < found.patience


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 60), st.floats(0.05, 0.98), st.floats(0.05, 0.999))
def test_a_percentile_of_the_wait_is_the_share_turned_round(servers: int, part: float, share: float) -> None:
    load = servers * part
    wait = erlang.wait_not_exceeded(servers, load, 1.0, share)
    if wait > 0:
        assert erlang.share_within(servers, load, 1.0, wait) == NEAR(share)
    else:
        assert erlang.share_within(servers, load, 1.0, 0.0) >= share - 1e-12


def test_more_is_asked_than_can_be_done() -> None:
    assert erlang.erlang_c(5, 5.0) == 1.0
    assert erlang.mean_wait(5, 6.0, 1.0) == math.inf
    assert erlang.share_within(5, 6.0, 1.0, 100.0) == 0.0
    assert erlang.wait_not_exceeded(5, 6.0, 1.0, 0.5) == math.inf
    with pytest.raises(ValueError, match="0 or more"):
        erlang.erlang_b(-1, 1.0)
    with pytest.raises(ValueError, match="patience"):
        erlang.erlang_a(3, 1.0, 0.0)


def test_a_queue_with_little_room() -> None:
    assert erlang.finite_queue(4, 3.0, 0).turned_away == NEAR(erlang.erlang_b(4, 3.0))
    roomy = erlang.finite_queue(4, 3.0, 2_000)
    assert (roomy.wait_probability, roomy.mean_wait) == NEAR(
        (erlang.erlang_c(4, 3.0), erlang.mean_wait(4, 3.0, 1.0))
    )
    # one server, room for one, load 1: nobody, one, two people are equally likely
    small = erlang.finite_queue(1, 1.0, 1)
    assert (small.turned_away, small.wait_probability, small.mean_wait) == NEAR((1 / 3, 1 / 3, 0.5))
    assert erlang.finite_queue(3, 60.0, 4).turned_away == NEAR(1 - 3 / 60, abs=1e-4)


def test_waits_by_priority() -> None:
    """One class is Erlang C; with one server they are Cobham's; weighted by load they keep the mean wait."""
    assert priorities.priority_waits(13, [9.1324], 8.0)[0] == NEAR(erlang.mean_wait(13, 9.1324, 8.0))
    rates, mean = [0.2, 0.3, 0.25], 1.0
    several = priorities.priority_waits(1, rates, mean)
    assert several == NEAR(priorities.single_server_priority_waits(rates, [mean] * 3, [2 * mean**2] * 3))
    loads = [2.0, 3.0, 2.5]
    waits = priorities.priority_waits(9, loads, 0.5)
    kept = sum(load * wait for load, wait in zip(loads, waits, strict=True)) / sum(loads)
    assert kept == NEAR(erlang.mean_wait(9, sum(loads), 0.5))
    assert all(one < after for one, after in pairwise(waits))
    assert priorities.priority_waits(2, [1.0, 1.5], 1.0)[1] == math.inf
    assert priorities.priority_waits(2, [1.0, 1.5], 1.0)[0] == NEAR(
        1.0
    )  # half a service to go, half the servers free


def test_the_named_approximation_is_exact_where_it_should_be() -> None:
    assert erlang.allen_cunneen(7, 5.0, 1.0, 1.0) == NEAR(erlang.mean_wait(7, 5.0, 1.0))
    # Pollaczek and Khinchine, one server: load / (1 - load) * (1 + cv2) / 2
    assert erlang.allen_cunneen(1, 0.8, 1.0, 0.0) == NEAR(0.8 / 0.2 / 2)


def test_how_many_are_enough() -> None:
    for load in (0.3, 9.1324, 821.9):
        enough = inverse.servers_for(load, 8.0, share=0.95, within=1.0)
        assert erlang.share_within(enough, load, 8.0, 1.0) >= 0.95
        assert enough - 1 <= load or erlang.share_within(enough - 1, load, 8.0, 1.0) < 0.95
    assert inverse.beds_for(8.1455, delayed_at_most=0.05) == 13
    longest = inverse.longest_service_for(13, 1.0, share=0.95, within=2.0)
    assert erlang.share_within(13, longest, longest, 2.0) == NEAR(0.95, abs=1e-9)
    with pytest.raises(ValueError, match=r"0\.95"):
        inverse.servers_for(3.0, 1.0, share=95, within=1.0)
