"""Charts of odd but lawful data are drawn and said, never an error page: all missing, one value, equal, huge, below zero."""

from __future__ import annotations

import warnings
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.analysis.charts import Band, bars, fan, funnel_chart, map_of, overlay, run_chart, waterfall
from localcare.analysis.spc.funnel import funnel
from localcare.analysis.spc.xmr import xmr
from tests.charts.examples import AREAS

values = st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9), st.integers(0, 5)), min_size=1, max_size=30)
few = settings(max_examples=12, deadline=None)


def drawn(svg: bytes) -> None:
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert b"nan" not in svg.lower()


@pytest.fixture(autouse=True)
def _warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@few
@given(values, st.one_of(st.none(), st.floats(-1e6, 1e6)))
def test_run_chart(series: list[float | None], target: float | None):
    names = [f"week {number}" for number in range(len(series))]
    drawn(run_chart(xmr(series, improvement="high", target=target), title="x", unit="y", periods=names))


@few
@given(values)
def test_series(series: list[float | None]):
    names = [f"day {number}" for number in range(len(series))]
    band = Band(0.9, series, series)
    drawn(fan(series, [band], title="x", unit="y", periods=names, limit=series))
    drawn(overlay(series, series[::-1], title="x", unit="y", periods=names, band=band))


@few
@given(values)
def test_bars_and_waterfall(series: list[float | None]):
    names = [f"place {number}" for number in range(len(series))]
    drawn(bars(names, series, title="x", unit="y", lower=series, upper=series, average=0.0))
    steps = [(name, value or 0.0) for name, value in zip(names, series, strict=True)]
    drawn(waterfall(("a", 0.0), steps, end="b", title="x", unit="y"))


@few
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 5000)), min_size=1, max_size=20))
def test_funnel(places: list[tuple[int, int]]):
    counts, sizes = zip(*places, strict=True)
    found = funnel(counts, sizes, [f"place {number}" for number in range(len(sizes))])
    drawn(funnel_chart(found, title="x", unit="y"))


@few
@given(st.tuples(*[st.one_of(st.none(), st.floats(-1e9, 1e9))] * 3))
def test_map(series: tuple[float | None, ...]):
    drawn(map_of(AREAS, dict(zip("ABC", series, strict=True)), title="x", unit="y"))


def test_nothing_at_all():
    drawn(waterfall(("a", 0.0), [], end="b", title="x", unit="y"))
    drawn(funnel_chart(funnel([0], [5], ["one"]), title="x", unit="y"))
    drawn(funnel_chart(funnel([5], [5], ["one"]), title="x", unit="y"))
    with pytest.raises(ValueError, match="no bar"):
        bars([], [], title="x", unit="y")
    with pytest.raises(ValueError, match="no period"):
        fan([], [], title="x", unit="y", periods=[])
