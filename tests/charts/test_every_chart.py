"""What holds for every chart: same bytes, legible on a phone, fit for a strict page, said in words, no shared state."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib
import pytest

from localcare.analysis.charts import palette
from tests.charts.examples import DRAW

SVG = "{http://www.w3.org/2000/svg}"
PHONE = 360  # pixels across
every_chart = pytest.mark.parametrize("name", DRAW)


def texts(drawn: bytes) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(drawn).iter(f"{SVG}text"))


@every_chart
@pytest.mark.parametrize("format", ["svg", "png"])
def test_the_same_bytes_every_time(name: str, format: str):
    assert DRAW[name](format) == DRAW[name](format)


def test_the_same_bytes_in_another_process():
    """Whatever the order of hashes there, and without the library's shared state."""
    program = (
        "import hashlib, sys; from tests.charts.examples import DRAW; "
        "print(hashlib.sha256(b''.join(draw('svg') for draw in DRAW.values())).hexdigest()); "
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    theirs = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert theirs == hashlib.sha256(b"".join(draw("svg") for draw in DRAW.values())).hexdigest()


def test_threads_draw_what_one_draws_alone():
    alone = [draw("svg") for draw in DRAW.values()]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda draw: draw("svg"), list(DRAW.values()) * 3))
    assert together == alone * 3


@every_chart
def test_nothing_of_the_library_is_left_changed(name: str):
    before = dict(matplotlib.rcParams)
    DRAW[name]("svg")
    assert dict(matplotlib.rcParams) == before


@every_chart
def test_text_is_text_and_large_enough_on_a_phone(name: str):
    root = ElementTree.fromstring(DRAW[name]("svg"))
    across = float(root.attrib["viewBox"].split()[2])
    found = texts(DRAW[name]("svg"))
    assert found
    sizes = [float(text.attrib["font-size"].removesuffix("px")) for text in found]
    assert min(sizes) * PHONE / across >= 10


@every_chart
def test_no_words_leave_the_sheet(name: str):
    for text in texts(DRAW[name]("svg")):
        size = float(text.attrib["font-size"].removesuffix("px"))
        width = 0.52 * size * max((len(line) for line in "".join(text.itertext()).split("\n")), default=0)
        moved = re.search(r"translate\(([-\d.]+)", text.attrib.get("transform", ""))
        at = float(text.attrib["x"] if "x" in text.attrib else moved[1])
        share = {"end": 1.0, "middle": 0.5}.get(text.attrib.get("text-anchor", "start"), 0.0)
        assert at - share * width >= -1
        assert at + (1 - share) * width <= 433, "".join(text.itertext())


@every_chart
def test_it_is_fit_for_a_page_that_forbids_inline_styles_and_scripts(name: str):
    drawn = DRAW[name]("svg").decode()
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=|<!DOCTYPE|<metadata", drawn)
    assert set(re.findall(r'https?://[^"\s<]+', drawn)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


@every_chart
def test_it_says_itself_in_words(name: str):
    root = ElementTree.fromstring(DRAW[name]("svg"))
    assert root.attrib["role"] == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title.text in description.text
    assert len(description.text) > 30


@every_chart
def test_the_picture_for_documents_has_no_date(name: str):
    drawn = DRAW[name]("png")
    assert drawn.startswith(b"\x89PNG")
    assert int.from_bytes(drawn[16:20], "big") == 900
    assert b"tIME" not in drawn
    assert b"Software" not in drawn


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    "colour", [palette.BLUE, palette.DARK_BLUE, palette.PURPLE, palette.GREY, palette.BLACK, palette.RED]
)
def test_lines_and_marks_stand_out_from_the_paper(colour: str):
    assert contrast(colour, palette.WHITE) >= 3  # WCAG 2.2, 1.4.11


def test_what_is_pale_has_a_dark_edge():
    assert contrast(palette.ORANGE, palette.WHITE) < 3
    marks = [value for value in vars(palette).values() if isinstance(value, palette.Mark)]
    assert all(contrast(mark.edge, palette.WHITE) >= 3 for mark in marks)


def test_neighbouring_tints_of_a_map_differ_in_lightness():
    steps = [luminance(tint) for tint in palette.TINTS]
    assert all(before / after >= 1.4 for before, after in pairwise(steps))
