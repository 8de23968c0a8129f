"""One example of each chart, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from math import sin

from localcare.analysis.charts import (
    Band,
    bars,
    effect_chart,
    fan,
    funnel_chart,
    map_of,
    overlay,
    run_chart,
    slope_chart,
    threshold_chart,
    waterfall,
)
from localcare.analysis.effect import AtThreshold, Panel, difference_in_differences, discontinuity
from localcare.analysis.spc.funnel import funnel
from localcare.analysis.spc.inequality import inequality
from localcare.analysis.spc.xmr import Rebase, xmr

QUIET = [60, 64, 58, 62, 60, 64, 58, 62, 60, 64, 58, 62]
MONTHS = [date(2025 + month // 12, month % 12 + 1, 1) for month in range(26)]
SERIES = xmr(
    [*QUIET[:5], None, *QUIET[6:], *[value + 15 for value in QUIET], 110, 30],
    rebase_at=[Rebase(12, "a second team began on 1 January 2026")],
    improvement="high",
    target=70,
)
PLACES = funnel(
    [30, 61, 88, 40, 95, 300],
    [100, 200, 300, 60, 600, 1000],
    ["Ashford", "Deal", "Dover", "Hythe", "Thanet", "Canterbury"],
    multiplier=100,
)
WAVE = [80 + 10 * sin(day / 12) for day in range(90)]
BANDS = [
    Band(share, [v - reach for v in WAVE], [v + reach for v in WAVE])
    for share, reach in ((0.8, 8), (0.95, 15))
]
DAYS = [date.fromordinal(date(2026, 12, 1).toordinal() + day) for day in range(90)]


def square(west: float, south: float, size: float) -> dict:
    east, north = west + size, south + size
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


AREAS = {"A": square(0.8, 51.0, 0.2), "B": square(1.0, 51.0, 0.2), "C": square(0.8, 51.2, 0.2)}
AREA_NAMES = {"A": "Ashford", "B": "Deal", "C": "Thanet"}

RISKS = [100 + number % 200 for number in range(2000)]
THRESHOLD = discontinuity(
    AtThreshold(RISKS, [(risk % 7 + (risk >= 200)) // 3 for risk in RISKS], [12.0] * 2000),
    threshold=200,
    bandwidth=100,
)

FIFTHS = ["1", "2", "3", "4", "5"]
UNEQUAL = inequality([520, 560, 545, 400, 300], [4000, 5200, 6100, 5500, 4700], multiplier=100)
_ROWS = [
    (f"P{place:02}", month, 50 + place + 3 * sin(5 * place + 7 * month) - 6 * (place < 6 and month >= 6))
    for place in range(15)
    for month in range(9)
]
EFFECT = difference_in_differences(
    Panel(*zip(*_ROWS, strict=True)), treated=[f"P{place:02}" for place in range(6)], starts=6
)
EFFECT_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep"]

DRAW: dict[str, Callable[[str], bytes]] = {
    "run chart": lambda format: run_chart(
        SERIES,
        title="Seen within two hours of referral, all of East Kent",
        unit="% of referrals",
        periods=MONTHS,
        format=format,
    ),
    "short run chart": lambda format: run_chart(
        xmr([5]), title="Waiting", unit="people", periods=["Monday"], format=format
    ),
    "funnel": lambda format: funnel_chart(PLACES, title="Readmitted", unit="% of discharges", format=format),
    "fan": lambda format: fan(
        WAVE,
        BANDS,
        title="Beds in use",
        unit="people",
        periods=DAYS,
        limit=[80.0] * 90,
        limit_name="beds open",
        format=format,
    ),
    "overlay": lambda format: overlay(
        WAVE, [v + 2 for v in WAVE], title="Census", unit="people", periods=DAYS, band=BANDS[0], format=format
    ),
    "bars": lambda format: bars(
        ["Ashford", "Canterbury and Coastal Kent with a longer name", "Deal"],
        [71.2, 64.0, None],
        lower=[66.0, 58.0, None],
        upper=[76.0, 70.0, None],
        target=70,
        average=68.4,
        title="Seen within two hours",
        unit="%",
        format=format,
    ),
    "waterfall": lambda format: waterfall(
        ("Deficit 2016/17", 110),
        [("Growth", 440), ("Savings", -64)],
        end="2020/21",
        title="If we do nothing",
        unit="£ million",
        format=format,
    ),
    "effect": lambda format: effect_chart(
        EFFECT,
        title="Admissions with the change",
        unit="per 1,000",
        periods=EFFECT_MONTHS,
        starts=6,
        format=format,
    ),
    "slope": lambda format: slope_chart(
        UNEQUAL,
        labels=FIFTHS,
        title="Readmitted by fifth of deprivation",
        unit="% of discharges",
        format=format,
    ),
    "threshold": lambda format: threshold_chart(
        THRESHOLD,
        title="Emergency admissions",
        unit="per 1,000 person-months",
        scores="risk per 1,000",
        format=format,
    ),
    "map": lambda format: map_of(
        AREAS,
        {"A": 12.0, "B": None, "C": 30.0},
        names=AREA_NAMES,
        title="Emergency admissions",
        unit="per 1,000 people",
        credit="Contains made-up boundaries",
        format=format,
    ),
}
