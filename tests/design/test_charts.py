"""Charts: pure text, readable aloud, allowed by the strictest content policy."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from localcare.kernel.nhs_design.charts import line_chart, sparkline

NAMESPACE = {"svg": "http://www.w3.org/2000/svg"}
TREND = [("March", 4.0), ("June", None), ("September", 6.5), ("December", 8)]


@pytest.mark.parametrize("draw", [sparkline, line_chart])
@pytest.mark.parametrize("values", [[], [("March", 0)], TREND, [("a", None), ("b", None)]])
def test_a_chart_is_well_formed_and_named(draw, values):
    picture = ElementTree.fromstring(draw(values, "Frailty <score>"))
    assert picture.get("role") == "img"
    assert picture.find("svg:title", NAMESPACE).text == "Frailty <score>"
    assert picture.find("svg:desc", NAMESPACE).text


@pytest.mark.parametrize("draw", [sparkline, line_chart])
def test_a_chart_has_no_style_and_no_script(draw):
    for element in ElementTree.fromstring(draw(TREND, "Trend")).iter():
        assert not {name for name in element.attrib if name == "style" or name.startswith("on")}
        assert not element.tag.endswith(("style", "script"))


def test_a_gap_breaks_the_line_and_nothing_is_drawn_outside():
    picture = ElementTree.fromstring(line_chart(TREND, "Trend", unit="points"))
    dots = picture.findall("svg:circle", NAMESPACE)
    assert len(dots) == 3
    width, height = float(picture.get("width")), float(picture.get("height"))
    assert all(0 <= float(dot.get("cx")) <= width and 0 <= float(dot.get("cy")) <= height for dot in dots)
    assert [float(dot.get("cy")) for dot in dots] == sorted(
        (float(dot.get("cy")) for dot in dots), reverse=True
    )
    line = next(
        path.get("d") for path in picture.findall("svg:path", NAMESPACE) if path.get("fill") == "none"
    )
    assert line.count("M") == 2
    assert picture.find("svg:desc", NAMESPACE).text == "From 4 points (March) to 8 points (December)."


def test_negative_values_are_refused():
    with pytest.raises(ValueError, match="from nought up"):
        sparkline([("a", -1.0)], "Trend")
