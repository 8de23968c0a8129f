"""Versions by content, what changed between them, and the picture."""

from __future__ import annotations

import copy
import json
import threading
import xml.etree.ElementTree as ElementTree

import pytest
from django.db import connection

from localcare.analysis.pathways.differences import differences
from localcare.analysis.pathways.drawing import draw
from localcare.analysis.pathways.graph import arrows_of
from localcare.analysis.pathways.layout import layers_of
from localcare.analysis.pathways.reading import read_pathway
from localcare.analysis.pathways.words import pathway_in_words
from localcare.foundation.pathways.definitions import current_version, pathway_of, pathways
from localcare.foundation.pathways.definitions.versions import canonical, digest_of, keep_version
from localcare.foundation.pathways.models import PathwayVersion
from tests.pathway_definitions.examples import pathway, step, with_clock

SVG = "{http://www.w3.org/2000/svg}"


def kept(content):
    found = canonical(content)
    return found, digest_of(found)


def test_layout_and_key_order_make_no_new_version_but_the_order_of_steps_does():
    content = pathway({"a": step({"on": "b"}), "b": step()})
    assert kept(dict(reversed(content.items())))[1] == kept(content)[1]
    turned = content | {"steps": dict(reversed(content["steps"].items()))}
    assert kept(turned)[1] != kept(content)[1]


@pytest.mark.parametrize("code", ["discharge-to-assess", "urgent-community-response"])
def test_what_is_kept_reads_as_the_file_did(code, db):
    version = current_version(code)
    version.refresh_from_db()
    assert read_pathway(json.loads(json.dumps(version.content))) == pathways()[code] == pathway_of(version)
    assert list(pathway_of(version).steps) == list(pathways()[code].steps)


def test_the_same_content_is_kept_once_and_another_gets_the_next_number(db):
    first = keep_version(*kept(pathway()))
    again = keep_version(*kept(pathway()))
    changed = keep_version(*kept(pathway(title="Another title")))
    assert (first.pk, first.number, changed.number) == (again.pk, 1, 2)
    assert pathway_of(first).title == "An example"
    with pytest.raises(LookupError, match="no pathway 'nowhere'"):
        current_version("nowhere")


@pytest.mark.django_db(transaction=True)
def test_two_who_keep_versions_at_once_keep_each_content_once():
    contents = [kept(pathway(title=f"Title {number % 3}")) for number in range(6)]

    def keep(content):
        keep_version(*content)
        connection.close()

    threads = [threading.Thread(target=keep, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(PathwayVersion.objects.filter(pathway="example").values_list("number", flat=True)) == [
        1,
        2,
        3,
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda c: c["steps"]["second"]["clock"].update(within="12h"),
            "Second: the clock was 2 hours, is now 12 hours.",
        ),
        (
            lambda c: c["steps"]["second"].update(by="other-team"),
            "Second: the service was team, is now other-team.",
        ),
        (lambda c: c.update(owner="b team"), "The owner was a team, is now b team."),
        (
            lambda c: c["steps"]["first"]["outcomes"].update(stop="stop:over"),
            "First: the outcome “Stop” is new: the whole journey stops: over.",
        ),
        (lambda c: c["steps"].update(third=step()), "The step “Third” is new."),
        (lambda c: c["steps"].pop("second"), "The step “Second” was taken out."),
        (lambda c: c["steps"]["second"].pop("clock"), "Second: the clock “Done” was taken out."),
        (
            lambda c: c["steps"]["second"].update(lasts={"up_to": "6w"}),
            "Second: how long it lasts was not given, is now Up to 6 weeks.",
        ),
    ],
)
def test_what_changed_is_told_in_words(change, said):
    before = with_clock()
    after = copy.deepcopy(before)
    change(after)
    assert said in differences(read_pathway(before), read_pathway(after))
    assert differences(read_pathway(before), read_pathway(before)) == []


@pytest.mark.parametrize("code", sorted(pathways()))
def test_each_picture_is_whole_and_named(code):
    shown = pathways()[code]
    picture = ElementTree.fromstring(draw(shown))
    assert picture.get("role") == "img"
    assert picture.find(f"{SVG}title").text.startswith(shown.title)
    assert picture.find(f"{SVG}desc").text == pathway_in_words(shown)
    assert not [element for element in picture.iter() if element.get("style") or element.tag == f"{SVG}style"]
    drawn = len(picture.findall(f"{SVG}path[@marker-end]"))
    assert drawn == sum(len(o.to) for s in shown.steps.values() for o in s.outcomes.values())
    words = " ".join(element.text for element in picture.iter(f"{SVG}text"))
    for one in shown.steps.values():
        assert all(word in words for word in one.title.split())


@pytest.mark.parametrize("code", sorted(pathways()))
def test_arrows_point_down_except_those_that_go_round_and_boxes_do_not_overlap(code):
    shown = pathways()[code]
    arrows = arrows_of(shown)
    layers = layers_of([*shown.steps], arrows, shown.starts_with)
    for one, targets in arrows.items():
        for to in targets:
            assert layers.layer_of[one] < layers.layer_of[to] or (one, to) in layers.back
    boxes = [
        tuple(float(element.get(key)) for key in ("x", "y", "width", "height"))
        for element in ElementTree.fromstring(draw(shown)).findall(f"{SVG}rect[@rx]")
    ]
    assert len(boxes) == len(shown.steps)
    for index, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, other_width, other_height in boxes[index + 1 :]:
            apart = x + width <= other_x or other_x + other_width <= x
            assert apart or y + height <= other_y or other_y + other_height <= y
