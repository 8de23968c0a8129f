"""What each chart shows, and what it says of itself."""

from __future__ import annotations

import re

import pytest

from localcare.analysis.charts import (
    Band,
    bars,
    bars_in_words,
    effect_chart,
    effect_chart_in_words,
    fan,
    fan_in_words,
    funnel_chart,
    funnel_chart_in_words,
    icon_picture,
    map_in_words,
    map_of,
    overlay_in_words,
    run_chart,
    run_chart_in_words,
    slope_chart,
    slope_chart_in_words,
    waterfall,
    waterfall_in_words,
)
from localcare.analysis.charts.run_chart import MARKS
from localcare.analysis.plain_numbers import figure, period_names
from localcare.analysis.spc.funnel import funnel
from localcare.analysis.spc.icons import ASSURANCE, VARIATION
from localcare.analysis.spc.xmr import xmr
from tests.charts.examples import (
    AREA_NAMES,
    AREAS,
    DAYS,
    EFFECT,
    EFFECT_MONTHS,
    FIFTHS,
    MONTHS,
    PLACES,
    QUIET,
    SERIES,
    UNEQUAL,
    WAVE,
    square,
)


def written(drawn: bytes) -> str:
    return " ".join(re.findall(r">([^<>]+)</text>", drawn.decode()))


class TestRunChart:
    def test_it_says_what_it_shows(self):
        words = run_chart_in_words(SERIES, title="Seen in time", unit="%", periods=MONTHS)
        assert "26 periods from Jan 2025 to Feb 2027" in words
        assert "The latest value is 30 (Feb 2027)" in words
        assert "Target 70." in words
        assert "Jan 2027 is above the upper limit; Feb 2027 is below the lower limit" in words
        assert "New limits from Jan 2026, because a second team began" in words
        assert "No value for Jun 2025." in words
        assert VARIATION["concern-low"].words in words

    def test_neighbours_with_one_signal_are_told_together(self):
        rising = xmr([*QUIET, *range(55, 62)])
        assert "each part of seven or more points rising" in run_chart_in_words(
            rising, title="x", unit="y", periods=[str(number) for number in range(19)]
        )

    def test_no_signal_is_said(self):
        words = run_chart_in_words(xmr(QUIET), title="x", unit="y", periods=MONTHS[:12])
        assert "No signal." in words
        assert "on trial" not in words

    def test_trial_limits_are_said_and_shown(self):
        words = run_chart_in_words(xmr(QUIET[:6]), title="x", unit="y", periods=MONTHS[:6])
        assert "on trial with fewer than 12 points" in words
        drawn = run_chart(xmr(QUIET[:6]), title="x", unit="y", periods=MONTHS[:6])
        assert "Limits on trial: fewer than 12 points" in written(drawn)

    def test_screening_is_said(self):
        screened = xmr([*QUIET, 110, *QUIET], screen=True)
        names = [str(number) for number in range(25)]
        assert "The limits leave out 2 large moves" in run_chart_in_words(
            screened, title="x", unit="y", periods=names
        )
        assert "leave out 2 large moves" in written(run_chart(screened, title="x", unit="y", periods=names))

    def test_the_key_names_only_what_is_there(self):
        drawn = written(run_chart(SERIES, title="x", unit="y", periods=MONTHS))
        assert "Signal of concern" in drawn
        assert "Signal of improvement: higher" in drawn
        assert "Signal of improvement: lower" not in drawn
        assert "1: new limits from Jan 2026" in drawn

    def test_each_meaning_has_its_own_shape(self):
        shapes = [(mark.shape, mark.fill == "#ffffff") for mark, _ in MARKS.values()]
        assert len(shapes) == len(set(shapes))

    def test_a_name_too_few_is_refused(self):
        with pytest.raises(ValueError, match="3 periods for 12 points"):
            run_chart(xmr(QUIET), title="x", unit="y", periods=["a", "b", "c"])


@pytest.mark.parametrize("title", ['A < B & "C"', "Costs $10 or $20", "£5 – café", "x" * 300])
def test_any_title_survives(title: str):
    drawn = bars(["$one$", "<two>"], [1.0, 2.0], title=title, unit="a_b^c").decode()
    assert "$one$" in drawn
    assert "&lt;two&gt;" in drawn


class TestFunnelChart:
    def test_it_names_who_is_outside(self):
        words = funnel_chart_in_words(PLACES, title="Readmitted", unit="%")
        assert "Hythe (66.7) is very high: outside the 99.8% limits." in words
        assert "Hythe" in written(funnel_chart(PLACES, title="Readmitted", unit="%"))

    def test_all_within_is_said(self):
        quiet = funnel([30, 31], [100, 100], ["one", "two"])
        assert "All lie within what chance explains." in funnel_chart_in_words(quiet, title="x", unit="y")


class TestSeries:
    def test_fan_says_its_ends_and_extremes(self):
        words = fan_in_words(
            [1.0, 5.0, 3.0],
            [Band(0.8, [0, 4, 2], [2, 6, 4])],
            title="Beds",
            unit="people",
            periods=["a", "b", "c"],
        )
        assert "begins at 1 and ends at 3; it is lowest at 1 (a) and highest at 5 (b)" in words
        assert "At the end 80% of runs lie between 2 and 4." in words

    def test_overlay_counts_what_lies_inside(self):
        words = overlay_in_words(
            [1.0, 9.0, None],
            [2.0, 2.0, 2.0],
            title="x",
            unit="y",
            periods=["a", "b", "c"],
            band=Band(0.9, [0] * 3, [4] * 3),
        )
        assert "1 of 2 lived values lie inside the 90% interval of simulated." in words
        assert "a difference of 3" in words

    def test_more_intervals_than_can_be_told_apart_are_refused(self):
        bands = [Band(share, WAVE, WAVE) for share in (0.5, 0.6, 0.7, 0.8)]
        with pytest.raises(ValueError, match="at most 3"):
            fan(WAVE, bands, title="x", unit="y", periods=DAYS)

    def test_uneven_series_are_refused(self):
        with pytest.raises(ValueError, match="89 values for 90 periods"):
            fan(WAVE[1:], [], title="x", unit="y", periods=DAYS)


class TestBarsAndWaterfall:
    def test_what_is_suppressed_is_said_not_drawn_as_nothing(self):
        assert "Deal not shown" in bars_in_words(["Ashford", "Deal"], [3.0, None], title="x", unit="y")
        assert "not shown" in written(bars(["Ashford", "Deal"], [3.0, None], title="x", unit="y"))

    def test_uneven_columns_are_refused(self):
        with pytest.raises(ValueError, match="1 values for 2 labels"):
            bars(["a", "b"], [1.0], title="x", unit="y")

    def test_waterfall_adds_up_and_shows_signs(self):
        steps = [("Growth", 440.0), ("Savings", -64.0)]
        words = waterfall_in_words(("Start", 110.0), steps, end="End", title="x", unit="£m")
        assert words == "x, £m: Start 110; Growth adds 440; Savings takes away 64; End 486."
        drawn = written(waterfall(("Start", 110.0), steps, end="End", title="x", unit="£m"))
        assert all(shown in drawn for shown in ("+440", "−64", "486"))


class TestIntervals:
    def test_the_gap_before_and_after_is_told(self):
        words = effect_chart_in_words(
            EFFECT, title="Admissions", unit="per 1,000", periods=EFFECT_MONTHS, starts=6
        )
        assert "against Jun." in words
        assert "of 5 intervals hold zero; with it 0 of 3" in words
        assert EFFECT.says in words

    def test_periods_that_do_not_fit_are_refused(self):
        with pytest.raises(ValueError, match="8 gaps for 3 periods"):
            effect_chart(EFFECT, title="x", unit="y", periods=EFFECT_MONTHS[:3], starts=1)
        with pytest.raises(ValueError, match="3 labels for 5 groups"):
            slope_chart(UNEQUAL, labels=FIFTHS[:3], title="x", unit="y")

    def test_gap_and_slope_are_told(self):
        words = slope_chart_in_words(UNEQUAL, labels=FIFTHS, title="Readmitted", unit="%")
        assert "1 13; 2 10.8; 3 8.93; 4 7.27; 5 6.38" in words
        assert "Gap 6.62 (" in words
        assert "most deprived have more" in words


class TestMap:
    def test_areas_are_named_with_their_figures(self):
        drawn = map_of(
            AREAS, {"A": 12.0, "B": None, "C": 30.0}, title="x", unit="y", names=AREA_NAMES, credit="Thanks"
        )
        assert "Ashford" in drawn.decode()
        assert "not shown" in drawn.decode()
        assert "Thanks" in written(drawn)
        words = map_in_words({"A": 12.0, "B": None, "C": 30.0}, title="x", unit="y", names=AREA_NAMES)
        assert words == "x, y, from highest to lowest: Thanet 30; Ashford 12; not shown: Deal."

    def test_islands_and_holes_are_kept(self):
        island = square(1.5, 51.0, 0.1)["coordinates"]
        ring = [*square(0.8, 51.0, 0.4)["coordinates"], square(0.9, 51.1, 0.1)["coordinates"][0]]
        drawn = map_of(
            {"A": {"type": "MultiPolygon", "coordinates": [ring, island]}}, {"A": 1.0}, title="x", unit="y"
        )
        outline = max(re.findall(r' d="([^"]*)"', drawn.decode()), key=lambda path: path.count("M"))
        assert outline.count("M") == 3

    def test_north_is_up_and_east_is_shortened(self):
        drawn = map_of({"A": square(1.0, 51.0, 0.5)}, {"A": 1.0}, title="x", unit="y").decode()
        paths = [
            [float(number) for number in re.findall(r"-?\d+\.?\d*", path)]
            for path in re.findall(r' d="([^"]*)"', drawn)
        ]
        wide, high = max(
            (max(path[::2]) - min(path[::2]), max(path[1::2]) - min(path[1::2])) for path in paths[1:]
        )
        assert wide / high == pytest.approx(0.626, abs=0.01)  # cosine of 51.25 degrees

    def test_what_cannot_be_drawn_is_refused(self):
        with pytest.raises(ValueError, match="at least one polygon"):
            map_of({}, {}, title="x", unit="y")
        with pytest.raises(ValueError, match="Z has a value and no shape"):
            map_of(AREAS, {"Z": 1.0}, title="x", unit="y")
        with pytest.raises(ValueError, match="shape of P is 'Point'"):
            map_of({"P": {"type": "Point", "coordinates": [0, 0]}}, {}, title="x", unit="y")

    def test_nothing_known_is_hatched_everywhere(self):
        assert "Not shown" in written(map_of(AREAS, {}, title="x", unit="y"))


@pytest.mark.parametrize("icon", [*VARIATION.values(), *ASSURANCE.values()], ids=lambda icon: icon.code)
def test_icons_carry_mark_and_words(icon):
    drawn = icon_picture(icon).decode()
    assert f"<title>{icon.words}</title>" in drawn
    assert f">{icon.mark}</text>" in drawn


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1234567.8, "1,234,568"),
        (-64, "−64"),
        (12.34, "12.3"),
        (1.5, "1.5"),
        (0.0625, "0.062"),
        (-0.0001, "0"),
        (3.0, "3"),
    ],
)
def test_numbers_are_plain(value: float, shown: str):
    assert figure(value) == shown


def test_months_and_days_are_named():
    assert period_names(MONTHS[:2]) == ["Jan 2025", "Feb 2025"]
    assert period_names([DAYS[4]]) == ["5 Dec 2026"]
    assert period_names(["week 1"]) == ["week 1"]


def test_labels_of_neighbouring_areas_lie_over_no_other_and_within_the_sheet():
    from localcare.analysis.charts.canvas import MARGIN, WIDTH
    from localcare.analysis.charts.maps import _free, _overlap

    taken: list = []
    for at in ((200.0, 60.0), (205.0, 62.0), (210.0, 58.0), (2.0, 60.0), (WIDTH, 1.0)):
        x, y = _free(at, "Herne Bay\n24.5", taken, height=160.0)
        left, lower, right, upper = taken[-1]
        assert left >= 0 and right <= WIDTH - 2 * MARGIN and lower <= y <= upper and left <= x <= right
    assert not any(_overlap(one, other) for place, one in enumerate(taken) for other in taken[:place])


def test_a_target_that_changes_by_date_is_drawn_as_steps():
    chart = xmr(QUIET[:6], target=90.0, improvement="high")
    said = {"title": "x", "unit": "%", "periods": MONTHS[:6], "targets": [None, 70.0, 70.0, 80.0, 80.0, 90.0]}
    names = period_names(MONTHS[:6])
    assert (
        f"Target 70 from {names[1]} to {names[2]}, then 80 from {names[3]} to {names[4]}, then 90 from {names[5]} to"
        in run_chart_in_words(chart, **said)
    )
    assert "Target 70, then 80, then 90" in written(run_chart(chart, **said))
    assert "Target 90. " in run_chart_in_words(chart, **{**said, "targets": None})
    with pytest.raises(ValueError, match="2 targets for 6 points"):
        run_chart(chart, **{**said, "targets": [1.0, 2.0]})
