"""Charts drawn on the server: SVG and PNG with the same bytes every time, each also said in words."""

from localcare.analysis.charts.bars import bars, bars_in_words, waterfall, waterfall_in_words
from localcare.analysis.charts.canvas import Format, load
from localcare.analysis.charts.funnel_chart import funnel_chart, funnel_chart_in_words
from localcare.analysis.charts.icons import icon_picture
from localcare.analysis.charts.intervals import (
    effect_chart,
    effect_chart_in_words,
    slope_chart,
    slope_chart_in_words,
)
from localcare.analysis.charts.maps import map_in_words, map_of
from localcare.analysis.charts.run_chart import run_chart, run_chart_in_words
from localcare.analysis.charts.series import Band, fan, fan_in_words, overlay, overlay_in_words
from localcare.analysis.charts.threshold_chart import threshold_chart, threshold_chart_in_words

__all__ = [
    "Band",
    "Format",
    "bars",
    "bars_in_words",
    "effect_chart",
    "effect_chart_in_words",
    "fan",
    "fan_in_words",
    "funnel_chart",
    "funnel_chart_in_words",
    "icon_picture",
    "load",
    "map_in_words",
    "map_of",
    "overlay",
    "overlay_in_words",
    "run_chart",
    "run_chart_in_words",
    "slope_chart",
    "slope_chart_in_words",
    "threshold_chart",
    "threshold_chart_in_words",
    "waterfall",
    "waterfall_in_words",
]
