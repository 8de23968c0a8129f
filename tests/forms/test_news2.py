"""NEWS2: every band of the published chart and every value on a border."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.analysis.early_warning.definition import FOLDER, TableError, news2_table, read_table
from localcare.analysis.early_warning.news2 import (
    NotAMeasurement,
    NotApplicable,
    Observations,
    band_of,
    news2,
)

WELL = {"respirations": 16, "saturation": 98, "oxygen": "air", "systolic": 120, "pulse": 70,
        "consciousness": "alert", "temperature": 37.0}  # fmt: skip

CHART = {
    "respirations": {0: 3, 7: 3, 8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3, 60: 3},
    "saturation": {50: 3, 91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0, 100: 0},
    "systolic": {40: 3, 90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3, 300: 3},
    "pulse": {20: 3, 40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3, 200: 3},
    "temperature": {30.0: 3, 35.0: 3, 35.1: 1, 36.0: 1, 36.1: 0, 38.0: 0, 38.1: 1, 39.0: 1, 39.1: 2, 41.5: 2},
    "consciousness": {"alert": 0, "confusion": 3, "voice": 3, "pain": 3, "unresponsive": 3},
    "oxygen": {"air": 0, "oxygen": 2},
}
SCALE_2_ON_AIR = {
    60: 3,
    83: 3,
    84: 2,
    85: 2,
    86: 1,
    87: 1,
    88: 0,
    92: 0,
    93: 0,
    94: 0,
    95: 0,
    96: 0,
    97: 0,
    100: 0,
}
SCALE_2_ON_OXYGEN = {
    60: 3,
    83: 3,
    84: 2,
    85: 2,
    86: 1,
    87: 1,
    88: 0,
    92: 0,
    93: 1,
    94: 1,
    95: 2,
    96: 2,
    97: 3,
    100: 3,
}


def score(**seen):
    return news2(Observations(**WELL | seen), age_years=79)


def rows(table):
    return [(measure, value, points) for measure, row in table.items() for value, points in row.items()]


@pytest.mark.parametrize(("measure", "value", "points"), rows(CHART))
def test_each_row_of_the_chart_and_its_borders(measure, value, points):
    assert score(**{measure: value}).points[measure] == points


@pytest.mark.parametrize(("saturation", "points"), SCALE_2_ON_AIR.items())
def test_scale_2_on_air_scores_nothing_from_88(saturation, points):
    assert score(saturation=saturation, saturation_scale=2).points["saturation"] == points


@pytest.mark.parametrize(("saturation", "points"), SCALE_2_ON_OXYGEN.items())
def test_scale_2_on_oxygen_scores_too_much_as_well(saturation, points):
    result = score(saturation=saturation, saturation_scale=2, oxygen="oxygen")
    assert result.points["saturation"] == points and result.total == points + 2


@pytest.mark.parametrize(
    ("points", "band"),
    [
        ((0,), "low"), ((1, 2, 1), "low"), ((3,), "low-medium"), ((3, 1), "low-medium"),
        ((2, 2, 1), "medium"), ((3, 2), "medium"), ((2, 2, 2), "medium"), ((3, 3), "medium"),
        ((3, 2, 2), "high"), ((3, 3, 3), "high"), ((3,) * 6 + (2,), "high"),
    ],
)  # fmt: skip
def test_the_bands_of_0_to_4_a_single_3_of_5_to_6_and_from_7(points, band):
    assert band_of(sum(points), points, news2_table()) == band


def test_the_lowest_and_the_highest_total():
    worst = Observations(respirations=30, saturation=80, oxygen="oxygen", systolic=60, pulse=150,
                         consciousness="pain", temperature=34.0)  # fmt: skip
    assert score().total == 0 and score().band_title == "Low"
    assert news2(worst, age_years=79).total == 20
    assert score(consciousness="confusion").single == ("consciousness",)
    assert score(consciousness="confusion").band_title == "Low to medium"


@pytest.mark.parametrize(("age", "pregnant"), [(15, False), (0, False), (30, True)])
def test_it_is_not_for_under_16_or_in_pregnancy(age, pregnant):
    with pytest.raises(NotApplicable):
        news2(Observations(**WELL), age_years=age, is_pregnant=pregnant)


def test_it_is_for_16():
    assert news2(Observations(**WELL), age_years=16).total == 0


@pytest.mark.parametrize(
    "wrong",
    [{"saturation": 101}, {"pulse": -1}, {"temperature": 98.6}, {"oxygen": "steam"}, {"saturation_scale": 3}],
)
def test_what_cannot_be_measured_is_refused_by_name(wrong):
    with pytest.raises(NotAMeasurement):
        score(**wrong)


def test_temperature_is_read_to_one_decimal_place():
    assert score(temperature=38.04).points["temperature"] == 0
    assert score(temperature=38.06).points["temperature"] == 1


def slow_points(value, limits):
    """The chart read by counting: how many upper ends the value has passed."""
    uppers, points = limits
    return points[sum(value > upper for upper in uppers)]


@given(
    respirations=st.integers(0, 100), saturation=st.integers(0, 100), systolic=st.integers(0, 400),
    pulse=st.integers(0, 400), tenths=st.integers(200, 450), oxygen=st.sampled_from(["air", "oxygen"]),
    consciousness=st.sampled_from(["alert", "confusion", "voice", "pain", "unresponsive"]),
)  # fmt: skip
def test_any_observations_against_a_slow_twin(
    respirations, saturation, systolic, pulse, tenths, oxygen, consciousness
):
    total = (
        slow_points(respirations, ([8, 11, 20, 24], [3, 1, 0, 2, 3]))
        + slow_points(saturation, ([91, 93, 95], [3, 2, 1, 0]))
        + slow_points(systolic, ([90, 100, 110, 219], [3, 2, 1, 0, 3]))
        + slow_points(pulse, ([40, 50, 90, 110, 130], [3, 1, 0, 1, 2, 3]))
        + slow_points(tenths, ([350, 360, 380, 390], [3, 1, 0, 1, 2]))
        + 2 * (oxygen == "oxygen")
        + 3 * (consciousness != "alert")
    )
    seen = Observations(
        respirations=respirations, saturation=saturation, systolic=systolic, pulse=pulse, oxygen=oxygen,
        consciousness=consciousness, temperature=tenths / 10,
    )  # fmt: skip
    result = news2(seen, age_years=50)
    assert result.total == total
    assert result.band == (
        "high" if total >= 7 else "medium" if total >= 5 else "low-medium" if result.single else "low"
    )


def test_a_table_whose_rows_do_not_rise_is_refused_with_its_place(tmp_path):
    text = (FOLDER / "news2.yaml").read_text(encoding="utf-8").replace("up_to: 11,", "up_to: 21,")
    (tmp_path / "news2.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match=r"measures\.respirations"):
        read_table(tmp_path / "news2.yaml")
