"""Funnels: limits against a slow reading of the source, how often chance alone leaves them, overdispersion."""

from __future__ import annotations

from math import comb, exp, factorial

import numpy as np
import pytest

from localcare.analysis.spc.funnel import funnel, limits


def slow_limit(chances: list[float], share: float, size: float) -> float:
    """Spiegelhalter 2005, appendix A.1: walk up to the count that reaches the share, step back by the overshoot."""
    reached, before = 0.0, 0.0
    for count, chance in enumerate(chances):
        before, reached = reached, reached + chance
        if reached >= share:
            return max(count - (reached - share) / (reached - before), 0) / size
    raise AssertionError("the chances do not reach the share")


@pytest.mark.parametrize("size", [5, 20, 75, 150])
@pytest.mark.parametrize("level", [0.95, 0.998])
def test_proportion_limits_are_exact_binomial(size: int, level: float):
    chances = [comb(size, count) * 0.3**count * 0.7 ** (size - count) for count in range(size + 1)]
    lower, upper = limits(np.array([float(size)]), 0.3, level, "proportion")
    tail = (1 - level) / 2
    assert lower[0] == pytest.approx(slow_limit(chances, tail, size))
    assert upper[0] == pytest.approx(min(1, slow_limit(chances, 1 - tail, size)))


@pytest.mark.parametrize("level", [0.95, 0.998])
def test_rate_limits_are_exact_poisson(level: float):
    expected = 12.5
    chances = [exp(-expected) * expected**count / factorial(count) for count in range(80)]
    lower, upper = limits(np.array([250.0]), 0.05, level, "rate")
    tail = (1 - level) / 2
    assert lower[0] == pytest.approx(slow_limit(chances, tail, 250))
    assert upper[0] == pytest.approx(slow_limit(chances, 1 - tail, 250))


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_chance_alone_leaves_the_limits_as_seldom_as_they_say(kind: str):
    random = np.random.default_rng(5)
    sizes = random.integers(100, 2000, size=4000)
    counts = random.binomial(sizes, 0.2) if kind == "proportion" else random.poisson(sizes * 0.2)
    found = funnel(counts, sizes, [str(place) for place in range(4000)], kind=kind, centre=0.2)
    assert 0.04 <= len(found.outside) / 4000 <= 0.06
    assert sum(place.standing.endswith("99.8") for place in found.places) / 4000 <= 0.005
    assert found.dispersion < 1.05
    assert not found.widened


def test_an_odd_place_is_named_and_told_in_words():
    found = funnel(
        [20, 22, 19, 60], [100, 100, 100, 100], ["Deal", "Dover", "Hythe", "Ashford"], multiplier=100
    )
    (odd, *_) = [place for place in found.outside if place.value > found.centre]
    assert (odd.label, odd.standing, odd.value) == ("Ashford", "high-99.8", 60)
    assert odd.words == "very high: outside the 99.8% limits"
    assert found.centre == pytest.approx(100 * 121 / 400)


def test_limits_close_in_with_size_around_the_centre():
    found = funnel([30, 300], [100, 1000], ["small", "large"])
    for curve in found.curves:
        widths = np.array(curve.upper) - np.array(curve.lower)
        assert widths[0] > widths[-1]
        assert curve.lower[-1] < found.centre < curve.upper[-1]
    inner, outer = found.curves
    assert inner.upper[-1] < outer.upper[-1]


@pytest.mark.parametrize("count", [0, 50])
def test_nothing_or_everything_everywhere_leaves_nobody_outside(count: int):
    found = funnel([count] * 3, [50] * 3, ["a", "b", "c"])
    assert not found.outside
    assert found.curves[0].lower == found.curves[0].upper == (found.centre,) * len(found.sizes)
    assert found.dispersion == 0


def test_one_that_misses_where_everything_is_expected_is_outside():
    found = funnel([50, 49], [50, 50], ["a", "b"], centre=1.0)
    assert [place.standing for place in found.places] == ["within", "low-99.8"]


class TestOverdispersion:
    RANDOM = np.random.default_rng(9)
    SIZES = RANDOM.integers(300, 2000, size=60)
    COUNTS = RANDOM.binomial(SIZES, np.clip(RANDOM.normal(0.3, 0.06, size=60), 0, 1))
    LABELS = [str(place) for place in range(60)]

    def test_it_is_measured_and_allowed_for_only_when_asked(self):
        plain = funnel(self.COUNTS, self.SIZES, self.LABELS)
        assert plain.dispersion > 2
        assert not plain.widened
        wide = funnel(self.COUNTS, self.SIZES, self.LABELS, overdispersion=True)
        assert wide.widened
        assert len(wide.outside) < len(plain.outside) / 2

    def test_limits_stretch_by_its_root(self):
        plain = funnel(self.COUNTS, self.SIZES, self.LABELS)
        wide = funnel(self.COUNTS, self.SIZES, self.LABELS, overdispersion=True)
        one, two = plain.curves[0].upper[-1] - plain.centre, wide.curves[0].upper[-1] - wide.centre
        assert two / one == pytest.approx(plain.dispersion**0.5)

    def test_chance_alone_is_not_widened(self):
        counts = np.random.default_rng(1).binomial(self.SIZES, 0.3)
        assert not funnel(counts, self.SIZES, self.LABELS, overdispersion=True).widened


@pytest.mark.parametrize(
    ("counts", "sizes", "words"),
    [
        ([1], [2, 3], "one of each"),
        ([], [], "one of each"),
        ([1, 2], [0, 3], "denominator of 0"),
        ([5, 2], [3, 3], "more in the part"),
    ],
)
def test_what_cannot_be_compared_is_refused(counts: list[int], sizes: list[int], words: str):
    with pytest.raises(ValueError, match=words):
        funnel(counts, sizes, [str(place) for place in range(len(counts))])
