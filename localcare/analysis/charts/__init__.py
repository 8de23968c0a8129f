"""Charts drawn on the server: SVG and PNG with the same bytes every time, each also said in words."""

from localcare.analysis.charts.comparing import (
    bars,
    bars_in_words,
    funnel_chart,
    funnel_chart_in_words,
    map_in_words,
    map_of,
    waterfall,
    waterfall_in_words,
)
from localcare.analysis.charts.over_time import (
    Band,
    fan,
    fan_in_words,
    overlay,
    overlay_in_words,
    run_chart,
    run_chart_in_words,
)

__all__ = [
    "Band",
    "bars",
    "bars_in_words",
    "fan",
    "fan_in_words",
    "funnel_chart",
    "funnel_chart_in_words",
    "map_in_words",
    "map_of",
    "overlay",
    "overlay_in_words",
    "run_chart",
    "run_chart_in_words",
    "waterfall",
    "waterfall_in_words",
]
