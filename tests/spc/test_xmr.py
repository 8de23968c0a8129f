"""XmR charts: the published vector, each signal by hand and at its boundary, properties, missing periods, the icons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.analysis.spc.icons import ASSURANCE, VARIATION
from localcare.analysis.spc.limits import limits_of
from localcare.analysis.spc.signals import Kind, signals_of
from localcare.analysis.spc.xmr import Rebase, Xmr, xmr

VECTOR = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
QUIET = [10, 12, 9, 11, 10, 12, 9, 11, 10, 12, 9, 11]  # common cause alone


def kinds(chart: Xmr) -> dict[int, list[str]]:
    return {point.index: [str(signal.kind) for signal in point.signals] for point in chart.signals}


class TestLimits:
    """The vector of NHSRplotthedots: with and without screening."""

    @pytest.mark.parametrize(
        ("screen", "upper", "mean", "lower"), [(False, 6.95, 1.94, -3.06), (True, 4.60, 1.94, -0.72)]
    )
    def test_published_vector(self, screen: bool, upper: float, mean: float, lower: float):
        limits = xmr(VECTOR, screen=screen).limits
        assert limits is not None
        assert (round(limits.upper, 2), round(limits.mean, 2), round(limits.lower, 2)) == (upper, mean, lower)

    def test_screening_says_how_many_moving_ranges_it_left_out(self):
        assert xmr(VECTOR, screen=True).limits.screened == 2
        assert xmr(VECTOR).limits.screened == 0

    def test_near_limits_are_two_thirds_of_the_way(self):
        limits = xmr(VECTOR).limits
        assert limits.near_upper - limits.mean == pytest.approx((limits.upper - limits.mean) * 2 / 3)
        assert limits.mean - limits.near_lower == pytest.approx((limits.mean - limits.lower) * 2 / 3)

    @pytest.mark.parametrize(("points", "trial"), [(11, True), (12, False)])
    def test_fewer_than_twelve_points_give_trial_limits(self, points: int, trial: bool):
        assert xmr(QUIET[:points]).limits.are_trial is trial

    def test_one_point_gives_no_limits(self):
        chart = xmr([5])
        assert chart.limits is None
        assert chart.variation.code == "too-few-points"
        assert chart.assurance.code == "no-target"

    def test_no_period_at_all_is_refused(self):
        with pytest.raises(ValueError, match="give at least one value"):
            xmr([])


class TestSignals:
    def test_quiet_series_has_none(self):
        assert kinds(xmr(QUIET)) == {}

    def test_outside_the_limits(self):
        chart = xmr([*QUIET, 30])
        assert kinds(chart) == {12: ["outside"]}
        assert chart.points[12].signals[0].high

    def test_a_value_on_the_limit_is_inside(self):
        # mean 0 and mean moving range 1 by construction: the limit is 2.66 exactly
        limits = limits_of([0.5, -0.5] * 6)
        assert limits.upper == pytest.approx(2.66)
        assert signals_of([0, limits.upper, 0], limits) == [(), (), ()]
        assert [signal.kind for signal in signals_of([0, 2.67, 0], limits)[1]] == [Kind.OUTSIDE]

    @pytest.mark.parametrize(("run", "signal"), [(6, False), (7, True), (8, True)])
    def test_seven_on_one_side(self, run: int, signal: bool):
        limits = limits_of([0.5, -0.5] * 6)
        series = [*[-0.1, *[0.2, 0.1] * 4][: run + 1], -0.1]
        found = signals_of(series, limits)
        assert [bool(signals) for signals in found] == [False, *[signal] * run, False]
        if signal:
            assert {(each.kind, each.high) for signals in found for each in signals} == {(Kind.SHIFT, True)}

    def test_a_value_on_the_mean_breaks_a_run(self):
        limits = limits_of([0.5, -0.5] * 6)
        series = [0.2, 0.1, 0.2, 0.0, 0.1, 0.2, 0.1, 0.2]
        assert not any(signals_of(series, limits))

    @pytest.mark.parametrize(("moves", "signal"), [(5, False), (6, True), (7, True)])
    def test_six_moves_the_same_way(self, moves: int, signal: bool):
        limits = limits_of([0.5, -0.5] * 6)
        series = [-0.4, *[0.12 * step - 0.4 for step in range(1, moves + 1)], -0.4]
        found = [
            [each.kind for each in signals if each.kind == Kind.TREND]
            for signals in signals_of(series, limits)
        ]
        assert [bool(each) for each in found] == [signal] * (moves + 1) + [False]

    def test_a_tie_breaks_a_trend(self):
        limits = limits_of([0.5, -0.5] * 6)
        assert not any(signals_of([-0.3, -0.2, -0.1, 0.1, 0.1, 0.2, 0.3, 0.4], limits))

    def test_the_later_trend_names_a_turning_point(self):
        limits = limits_of([3, -3] * 6)
        peak = [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.2, 0.1, 0.0, -0.1, -0.2, -0.3]
        at_peak = [signal for signal in signals_of(peak, limits)[6] if signal.kind == Kind.TREND]
        assert [signal.high for signal in at_peak] == [False, True]

    @pytest.mark.parametrize(
        ("series", "marked"),
        [
            ([0, 2, 2, -0.1], [1, 2]),  # two next to each other
            ([0, 2, 0.5, 2, -0.1], [1, 3]),  # two of three, the third on the same side
            ([0, 2, -0.5, 2, 0], [1, 3]),  # the third anywhere
            ([0, 2, 0.5, 0.5, 2, 0], []),  # four apart
            ([0, 2, -2, 0], []),  # opposite sides
            ([0, 2, 1.77, 0.1, 0], []),  # the second is inside the near limit of 1.7733
            ([0, -2, -0.1, -2, 0.1], [1, 3]),  # below
            ([0, 2, 3, 1, 0], []),  # beyond the limit is another signal and not the outer third
        ],
    )
    def test_two_of_three_in_the_outer_third(self, series: list[float], marked: list[int]):
        found = signals_of(series, limits_of([0.5, -0.5] * 6))
        has = [
            place for place, each in enumerate(found) if any(one.kind == Kind.TWO_OF_THREE for one in each)
        ]
        assert has == marked

    def test_the_strongest_names_the_point(self):
        chart = xmr([*QUIET, 30, 31])
        assert chart.points[13].signals[0].kind == Kind.OUTSIDE


class TestRebase:
    STEP = [*QUIET, *[value + 20 for value in QUIET]]

    def test_each_stretch_has_its_own_limits(self):
        chart = xmr(self.STEP, rebase_at=[Rebase(12, "twenty more beds from April")])
        before, after = chart.segments
        assert after.limits.mean == pytest.approx(before.limits.mean + 20)
        assert after.limits.upper - after.limits.lower == pytest.approx(
            before.limits.upper - before.limits.lower
        )
        assert (before.last, after.first, after.reason) == (11, 12, "twenty more beds from April")
        assert not chart.signals

    def test_without_it_the_same_step_is_a_signal(self):
        assert xmr(self.STEP).signals

    def test_runs_and_moving_ranges_do_not_cross_it(self):
        rising = [1, 2, 3, 4, 5, 6, 7, 8]
        assert not xmr(rising, rebase_at=[Rebase(4, "moved")]).signals
        assert xmr(rising).signals

    @pytest.mark.parametrize(
        ("rebases", "words"),
        [
            ([Rebase(3, " ")], "gives no reason"),
            ([Rebase(0, "start")], "outside 1 to"),
            ([Rebase(99, "late")], "outside 1 to"),
            ([Rebase(3, "once"), Rebase(3, "twice")], "given twice"),
        ],
    )
    def test_a_rebase_without_reason_or_place_is_refused(self, rebases: list[Rebase], words: str):
        with pytest.raises(ValueError, match=words):
            xmr(QUIET, rebase_at=rebases)


class TestMissing:
    def test_missing_periods_have_no_part_in_limits(self):
        # ranges: 2 (10 to 12), 3 (9 to 12); none across the gap
        limits = xmr([10, 12, None, 9, 12]).limits
        assert limits.mean == pytest.approx(43 / 4)
        assert limits.mean_moving_range == pytest.approx(2.5)
        assert limits.points == 4

    def test_not_a_number_is_missing_too(self):
        assert xmr([10, 12, float("nan"), 9, 12]) == xmr([10, 12, None, 9, 12])

    def test_a_gap_ends_runs_and_trends(self):
        limits = limits_of([0.5, -0.5] * 6)
        assert not any(signals_of([0.2, 0.1, 0.2, None, 0.1, 0.2, 0.1, 0.2], limits))
        assert not any(signals_of([-0.4, -0.3, -0.2, None, -0.1, 0.1, 0.2, 0.3], limits))
        assert not any(signals_of([0, 2, None, 2, 0], limits))

    def test_the_icon_speaks_of_the_last_known_point(self):
        assert xmr([*QUIET, 30, None], improvement="low").variation.code == "concern-high"

    def test_only_missing(self):
        chart = xmr([None, None])
        assert chart.last is None
        assert chart.variation.code == "too-few-points"


class TestIcons:
    @pytest.mark.parametrize(
        ("last", "improvement", "code"),
        [
            (30, "high", "improvement-high"),
            (30, "low", "concern-high"),
            (30, "neutral", "neutral-high"),
            (-10, "high", "concern-low"),
            (-10, "low", "improvement-low"),
            (-10, "neutral", "neutral-low"),
            (10, "high", "common-cause"),
        ],
    )
    def test_variation(self, last: float, improvement: str, code: str):
        assert xmr([*QUIET, last], improvement=improvement).variation.code == code

    @pytest.mark.parametrize(
        ("target", "improvement", "code"),
        [
            (1, "high", "passes"),
            (30, "high", "fails"),
            (1, "low", "fails"),
            (30, "low", "passes"),
            (11, "high", "hit-and-miss"),
            (None, "high", "no-target"),
            (11, "neutral", "no-target"),
        ],
    )
    def test_assurance(self, target: float | None, improvement: str, code: str):
        assert xmr(QUIET, improvement=improvement, target=target).assurance.code == code

    def test_a_target_on_the_limit_is_hit_and_miss(self):
        limits = xmr(QUIET).limits
        assert xmr(QUIET, improvement="high", target=limits.upper).assurance.code == "hit-and-miss"

    def test_assurance_comes_from_the_last_limits(self):
        chart = xmr(TestRebase.STEP, rebase_at=[Rebase(12, "more beds")], improvement="high", target=20)
        assert chart.assurance.code == "passes"

    def test_a_trend_down_from_high_values_is_called_low(self):
        falling = [20, 18, 16, 14, 12, 10, 8]
        assert xmr(falling, improvement="low").points[1].meaning == "improvement"

    def test_no_two_icons_look_alike_without_colour(self):
        for icons in (VARIATION, ASSURANCE):
            drawn = [
                (icon.shape, icon.mark) for icon in icons.values() if not icon.code.startswith("neutral")
            ]
            assert len(drawn) == len(set(drawn))
            assert all(icon.words for icon in icons.values())


numbers = st.lists(st.integers(-1000, 1000), min_size=2, max_size=40)


class TestProperties:
    @given(numbers, st.integers(-500, 500))
    def test_shifting_the_data_shifts_the_limits_and_no_signal(self, values: list[int], by: int):
        one, two = xmr(values), xmr([value + by for value in values])
        assert two.limits.upper == pytest.approx(one.limits.upper + by)
        assert kinds(one) == kinds(two)

    @given(numbers, st.sampled_from([0.001, 0.1, 3, 1e6]))
    def test_scaling_the_data_scales_the_limits_and_no_signal(self, values: list[int], by: float):
        one, two = xmr(values), xmr([value * by for value in values])
        assert two.limits.lower == pytest.approx(one.limits.lower * by)
        assert kinds(one) == kinds(two)

    @given(numbers)
    def test_turning_the_data_over_turns_the_signals(self, values: list[int]):
        one, two = xmr(values), xmr([-value for value in values])
        assert kinds(one) == kinds(two)
        assert all(
            [signal.high for signal in up.signals] == [not signal.high for signal in down.signals]
            for up, down in zip(one.points, two.points, strict=True)
        )

    @given(st.floats(-1e9, 1e9), st.integers(2, 30))
    def test_constant_data_never_signals(self, value: float, points: int):
        chart = xmr([value] * points, improvement="high")
        assert not chart.signals
        assert chart.variation.code == "common-cause"

    @given(st.lists(st.one_of(st.none(), st.integers(-1000, 1000)), min_size=1, max_size=40))
    def test_signals_agree_with_a_slow_reading_of_the_rules(self, values: list[int | None]):
        chart = xmr(values)
        assert kinds(chart) == slow_signals(values, chart)


def slow_signals(values: list[int | None], chart: Xmr) -> dict[int, list[str]]:
    """Each rule word for word over every window, in fractions of whole numbers where it can be."""
    limits = chart.limits
    found: dict[int, set[str]] = {}
    if limits is None:
        return {}
    known = [value for value in values if value is not None]
    centred = [None if value is None else value * len(known) - sum(known) for value in values]
    slack = 1e-12 * max(map(abs, known), default=0)
    for start in range(len(values)):
        if values[start] is not None and not limits.lower - slack <= values[start] <= limits.upper + slack:
            found.setdefault(start, set()).add("outside")
        seven, window = centred[start : start + 7], values[start : start + 7]
        if len(seven) == 7 and None not in seven:
            if all(value > 0 for value in seven) or all(value < 0 for value in seven):
                for place in range(start, start + 7):
                    found.setdefault(place, set()).add("shift")
            if window == sorted(set(window)) or window[::-1] == sorted(set(window)):
                for place in range(start, start + 7):
                    found.setdefault(place, set()).add("trend")
        if len(values[start : start + 3]) == 3 and None not in values[start : start + 3]:
            inside = [
                p
                for p in range(start, start + 3)
                if limits.lower - slack <= values[p] <= limits.upper + slack
            ]
            above = [place for place in inside if values[place] > limits.near_upper + slack]
            below = [place for place in inside if values[place] < limits.near_lower - slack]
            for place in [each for side in (above, below) if len(side) >= 2 for each in side]:
                found.setdefault(place, set()).add("two-of-three")
    order = ["outside", "trend", "two-of-three", "shift"]
    named = {place: sorted(kinds, key=order.index) for place, kinds in sorted(found.items())}
    return {place: _doubled(place, each, values) for place, each in named.items()}


def _doubled(place: int, kinds: list[str], values: list[int | None]) -> list[str]:
    """A turning point belongs to two trends."""

    def strictly(window: list[int | None]) -> bool:
        return len(window) == 7 and None not in window and window == sorted(set(window))

    before, after = values[max(0, place - 6) : place + 1], values[place : place + 7]
    turning = (strictly(before) and strictly(after[::-1])) or (strictly(before[::-1]) and strictly(after))
    return [kind for kind in kinds for _ in range(2 if kind == "trend" and turning else 1)]
