"""Small and lopsided counts give finite, ordered answers or a clear refusal."""

from __future__ import annotations

from math import isfinite

from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.analysis.spc.funnel import funnel
from localcare.analysis.spc.inequality import inequality
from localcare.analysis.spc.rates import TooFewEvents, crude_rate, directly_standardised, proportion

counts = st.one_of(st.integers(0, 12), st.integers(0, 100_000))
groups = st.lists(st.tuples(counts, counts), min_size=3, max_size=10)
quickly = settings(max_examples=60, deadline=None)


@quickly
@given(groups, st.sampled_from(["proportion", "rate"]))
def test_inequality(pairs: list[tuple[int, int]], kind: str):
    events, people = [min(pair) for pair in pairs], [max(1, *pair) for pair in pairs]
    found = inequality(events, people, kind=kind)
    for estimate in (found.gap, found.ratio, found.slope_index, found.relative):
        if estimate:
            assert estimate.lower <= estimate.value <= estimate.upper
            assert isfinite(estimate.lower) and isfinite(estimate.upper)
    assert found.says


@quickly
@given(groups, st.sampled_from(["proportion", "rate"]), st.booleans())
def test_funnel(pairs: list[tuple[int, int]], kind: str, overdispersion: bool):
    events, people = [min(pair) for pair in pairs], [max(1, *pair) for pair in pairs]
    found = funnel(
        events, people, [str(place) for place in range(len(pairs))], kind=kind, overdispersion=overdispersion
    )
    for curve in found.curves:
        assert all(
            0 <= low <= found.centre + 1e-9 and found.centre - 1e-9 <= high
            for low, high in zip(curve.lower, curve.upper, strict=True)
        )
    assert isfinite(found.dispersion)


@quickly
@given(counts, st.integers(1, 100_000), st.sampled_from([0.8, 0.95, 0.998]))
def test_intervals_hold_their_value(events: int, people: int, level: float):
    rates = [crude_rate(events, people, level=level, method=method) for method in ("exact", "byar")]
    if events <= people:
        rates.append(proportion(events, people, level=level))
    for rate in rates:
        assert 0 <= rate.lower <= rate.value <= rate.upper < float("inf")


@quickly
@given(groups)
def test_standardised(pairs: list[tuple[int, int]]):
    events, people = [min(pair) for pair in pairs], [max(1, *pair) for pair in pairs]
    try:
        rate = directly_standardised(events, people, range(1, len(pairs) + 1))
    except TooFewEvents:
        assert sum(events) < 10
    else:
        assert rate.lower <= rate.value <= rate.upper
