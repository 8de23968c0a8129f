"""Proportions and rates against published examples, independent implementations and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from localcare.analysis.spc.rates import (
    TooFewEvents,
    crude_rate,
    directly_standardised,
    poisson_interval,
    proportion,
)
from localcare.analysis.spc.standard_population import standard_population

# Births with Down syndrome in Michigan 1950 to 1964 by age of the mother, fifth child or later, standardised to all births:
# Fleiss 1981, table 14.4; also the example of Fay and Feuer 1997 (Stat Med 16:791) and of the R packages asht and dsrTest.
CASES = (0, 8, 63, 112, 262, 295)
BIRTHS = (327, 30666, 123419, 149919, 104088, 34392)
ALL_BIRTHS = (319933, 931318, 786511, 488235, 237863, 61313)


class TestProportion:
    @pytest.mark.parametrize(
        ("part", "whole", "lower", "upper"),
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
    )
    def test_wilson_as_published(self, part: int, whole: int, lower: float, upper: float):
        """Newcombe 1998 (Stat Med 17:857), table I, method 3."""
        found = proportion(part, whole)
        assert (round(found.lower, 4), round(found.upper, 4)) == (lower, upper)

    @given(st.integers(1, 500).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
    def test_agrees_with_statsmodels(self, pair: tuple[int, int]):
        part, whole = pair
        found = proportion(part, whole, level=0.99, multiplier=100)
        lower, upper = proportion_confint(part, whole, alpha=0.01, method="wilson")
        assert found.lower == pytest.approx(lower * 100, abs=1e-9)
        assert found.upper == pytest.approx(upper * 100, abs=1e-9)
        assert found.lower <= found.value <= found.upper

    @pytest.mark.parametrize(("part", "whole"), [(3, 2), (-1, 2), (0, 0)])
    def test_what_is_no_proportion_is_refused(self, part: int, whole: int):
        with pytest.raises(ValueError, match="between 0 and the whole"):
            proportion(part, whole)


class TestPoisson:
    def test_horse_kicks(self):
        """Von Bortkiewicz's 196 deaths in 280 corps-years; interval as DescTools' PoissonCI prints it."""
        found = crude_rate(196, 280)
        assert (round(found.value, 7), round(found.lower, 7), round(found.upper, 7)) == (
            0.7,
            0.6054271,
            0.8051570,
        )

    def test_nothing_seen(self):
        """Upper limit 3.689, as R's epitools prints it for no events."""
        assert poisson_interval(0) == pytest.approx((0, 3.688879), abs=1e-6)
        assert poisson_interval(0, method="byar")[0] == 0

    @pytest.mark.parametrize("events", [1, 4, 10, 250])
    def test_exact_limits_leave_the_tails_they_promise(self, events: int):
        lower, upper = poisson_interval(events)
        assert stats.poisson.sf(events - 1, lower) == pytest.approx(0.025)
        assert stats.poisson.cdf(events, upper) == pytest.approx(0.025)

    @pytest.mark.parametrize("events", [10, 50, 1000])
    def test_byar_is_close_to_exact_from_ten_events(self, events: int):
        assert poisson_interval(events, method="byar") == pytest.approx(poisson_interval(events), rel=0.003)

    def test_no_exposure_is_refused(self):
        with pytest.raises(ValueError, match="is no rate"):
            crude_rate(3, 0)


class TestStandardised:
    def test_published_rate(self):
        """75.52901 per 100,000, as dsrTest prints it for these data."""
        found = directly_standardised(CASES, BIRTHS, ALL_BIRTHS, method="exact")
        assert round(found.value, 5) == 75.52901
        assert found.numerator == sum(CASES)

    def test_dobson_stretches_the_interval_of_the_total(self):
        """Dobson et al. 1991, equation by equation."""
        found = directly_standardised(CASES, BIRTHS, ALL_BIRTHS, method="exact", multiplier=1)
        weights = np.array(ALL_BIRTHS) / sum(ALL_BIRTHS)
        variance = (weights**2 * np.array(CASES) / np.array(BIRTHS) ** 2.0).sum()
        total = sum(CASES)
        low, high = stats.chi2.ppf(0.025, 2 * total) / 2, stats.chi2.ppf(0.975, 2 * total + 2) / 2
        assert found.lower == pytest.approx(found.value + np.sqrt(variance / total) * (low - total))
        assert found.upper == pytest.approx(found.value + np.sqrt(variance / total) * (high - total))

    def test_with_its_own_population_as_standard_it_is_the_crude_rate(self):
        crude = crude_rate(sum(CASES), sum(BIRTHS), multiplier=100_000)
        own = directly_standardised(CASES, BIRTHS, BIRTHS, method="exact")
        assert (own.value, own.lower, own.upper) == pytest.approx((crude.value, crude.lower, crude.upper))

    def test_equal_rates_at_all_ages_are_that_rate_whatever_the_standard(self):
        found = directly_standardised([10, 20, 30], [1000, 2000, 3000], [7, 1, 5], multiplier=1000)
        assert found.value == pytest.approx(10)

    def test_the_interval_holds_the_truth_about_as_often_as_it_says(self):
        random = np.random.default_rng(20261123)
        people, weights = np.array([900, 700, 300, 80]), np.array([4, 3, 2, 1])
        rates = np.array([0.01, 0.02, 0.06, 0.2])
        truth = (weights * rates).sum() / weights.sum()
        held = sum(
            found.lower <= truth <= found.upper
            for events in random.poisson(people * rates, size=(600, 4))
            for found in [
                directly_standardised(events.tolist(), people.tolist(), weights.tolist(), multiplier=1)
            ]
        )
        assert 0.93 <= held / 600 <= 0.985

    def test_too_few_events_are_refused(self):
        with pytest.raises(TooFewEvents, match="join periods or areas"):
            directly_standardised([4, 5], [100, 100], [1, 1])

    @pytest.mark.parametrize(
        ("events", "people", "words"),
        [
            ([5, 6], [100], "the same age bands"),
            ([5, 6], [100, 0], "nobody in age band 1"),
            ([-1, 20], [9, 9], "negative"),
        ],
    )
    def test_bands_that_do_not_fit_are_refused(self, events: list[int], people: list[int], words: str):
        with pytest.raises(ValueError, match=words):
            directly_standardised(events, people, [1, 1])


class TestEuropeanStandardPopulation:
    def test_it_sums_to_a_hundred_thousand_in_nineteen_bands(self):
        standard = standard_population()
        assert sum(standard.people) == 100_000
        assert len(standard.people) == 19
        assert standard.from_ages[0] == 0
        assert "Eurostat" in standard.source

    def test_over_65s_are_195_in_a_thousand(self):
        assert standard_population().joined((0, 65)) == (80_500, 19_500)

    def test_bands_that_begin_elsewhere_are_refused(self):
        with pytest.raises(ValueError, match="begins at age 18"):
            standard_population().joined((0, 18, 65))

    def test_an_unknown_standard_is_refused_with_those_known(self):
        with pytest.raises(ValueError, match="use one of european-2013"):
            standard_population("world-1900")
