"""Every fault a pathway can have is found, at its place; a sound pathway has none."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.analysis.pathways.checking import faults_of
from localcare.analysis.pathways.graph import following, reached_from, turned_round
from tests.pathway_definitions.examples import KNOWN, pathway, step, with_clock


def faults(content):
    return faults_of(content, **KNOWN)


def only_fault(content):
    found = faults(content)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    "sound",
    [
        pathway(),
        with_clock(),
        with_clock(**{"from": "opened", "to": "milestone:arrived"}),
        with_clock(**{"from": "first.done", "to": "started"}),
        with_clock(**{"from": "first.milestone:seen", "to": "milestone:left"}),
        with_clock(**{"from": "milestone:left", "to": "milestone:arrived"}),
        pathway({"round": step({"again": "round", "over": "end:over"})}),
        pathway({"a": step({"both": ["b", "c"]}), "b": step({"x": "d"}), "c": step({"x": "d"}), "d": step(after="all")}),
    ],
)  # fmt: skip
def test_a_sound_pathway_has_no_fault(sound):
    assert faults(sound) == []


@pytest.mark.parametrize(
    "key", ["pathway", "title", "version", "intervention", "source", "owner", "review_by"]
)
def test_each_part_of_the_heading_is_needed(key):
    content = pathway()
    del content[key]
    assert only_fault(content).fault == f"{key} is missing"


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        (pathway({"visit": step(by="teem")}), ("steps", "visit", "by"), "no kind of service 'teem'"),
        (pathway({"visit": step(form="vist")}), ("steps", "visit", "form"), "no form 'vist'"),
        (pathway(opens_with="nothing"), ("opens_with",), "no form 'nothing'"),
        (pathway(opened_by=["team", "person", "stranger"]), ("opened_by", 2), "'stranger'"),
        (pathway(stops_on={"death": "died"}), ("stops_on", "death"), "no end 'died'"),
        (pathway(stops_on={"holiday": "over"}), ("stops_on", "holiday"), "no reason to stop 'holiday'"),
        (
            pathway({"visit": step({"over": "end:ovr", "x": "end:over"})}),
            ("steps", "visit", "outcomes", "over"),
            "no end 'ovr'",
        ),
        (
            pathway({"visit": step({"over": "end:over", "on": "nowhere"})}),
            ("steps", "visit", "outcomes", "on"),
            "no step 'nowhere'",
        ),
        (
            pathway({"visit": step({"over": "end:over", "x": {"title": "X"}})}),
            ("steps", "visit", "outcomes", "x"),
            "leads nowhere",
        ),
        (
            pathway({"visit": step({"over": "end:over", "x": {"end": "over", "stop": "over"}})}),
            ("steps", "visit", "outcomes", "x"),
            "two ways",
        ),
        (
            pathway({"visit": step({"over": {"end": "over", "opens": ["nowhere"]}})}),
            ("steps", "visit", "outcomes", "over", "opens", 0),
            "no pathway 'nowhere'",
        ),
        (pathway({"visit": step(), "lost": step()}), ("steps", "lost"), "Nothing leads to the step 'lost'"),
        (
            pathway({"visit": step({"over": "end:over", "on": "trap"}), "trap": step({"again": "trap"})}),
            ("steps", "trap"),
            "no end can be reached",
        ),
        (
            pathway({"visit": step({"over": "end:over", "on": "mute"}), "mute": step({})}),
            ("steps", "mute"),
            "no outcome",
        ),
        (pathway(ends=["over", "unused"]), ("ends", "unused"), "Nothing leads to the end"),
        (pathway(starts_with=["visit", "away"]), ("starts_with", 1), "no step 'away'"),
        (pathway({"visit": step(after="all")}), ("steps", "visit", "after"), "there are none yet"),
        (
            pathway({"visit": step(lasts={"up_to": "1w", "review_every": "2w"})}),
            ("steps", "visit", "lasts", "review_every"),
            "after the end",
        ),
        (pathway({"visit": step(lasts={"up_to": "0d"})}), ("steps", "visit", "lasts", "up_to"), "no time"),
        (
            pathway({"visit": step(lasts={"up_to": {"setting": "pakage"}})}),
            ("steps", "visit", "lasts", "up_to"),
            "no setting 'pakage'",
        ),
        (
            pathway(
                {"visit": step(acceptance={"within": "2h", "hours": "dayly", "then": {"inform": "team"}})}
            ),
            ("steps", "visit", "acceptance", "hours"),
            "'dayly'",
        ),
        (
            pathway({"visit": step(acceptance={"within": "2h", "then": {"transfer": "x"}})}),
            ("steps", "visit", "acceptance", "then", "transfer"),
            "'x'",
        ),
    ],
)
def test_each_fault_is_named_with_its_place_and_a_remedy(content, place, said):
    found = only_fault(content)
    assert found.place == place
    assert said in found.fault
    assert found.remedy


@pytest.mark.parametrize(
    ("clock", "key", "said"),
    [
        ({"within": "0h"}, "within", "leaves no time"),
        ({"within": {"setting": "unset"}}, "within", "no setting"),
        ({"hours": "nightly"}, "hours", "no working hours"),
        ({"priorities": ["urgent"]}, "priorities", "no priority"),
        ({"on_breach": {"inform": "nobody"}}, "on_breach.inform", "no kind of service"),
        ({"to": "opened"}, "to", "before all else"),
        ({"from": "nowhere.done"}, "from", "no step"),
        ({"to": "milestone:gone"}, "to", "no milestone"),
        ({"to": "booked"}, "to", "never booked"),
        ({"from": "requested", "counts_back": True}, "from", "not a booked time"),
        ({"from": "done", "to": "started"}, "", "not before"),
        ({"from": "done", "to": "done"}, "", "not before"),
        ({"from": "milestone:arrived", "to": "milestone:left"}, "", "not before"),
        ({"to": "first.done"}, "to", "does not come after"),
    ],
)
def test_a_clock_that_cannot_be_is_named(clock, key, said):
    found = only_fault(with_clock(**clock))
    assert ".".join(map(str, found.place[3:])) == key
    assert said in found.fault


def test_a_clock_cannot_start_at_a_step_that_comes_after():
    content = pathway(
        {
            "first": step({"on": "second"}, clock={"within": "2h", "from": "second.done", "to": "done"}),
            "second": step(),
        }
    )
    found = only_fault(content)
    assert found.place == ("steps", "first", "clock", "from")
    assert "does not come before" in found.fault


def test_two_clocks_of_a_step_need_names_of_their_own():
    clock = {"within": "2h", "from": "opened", "to": "done"}
    content = pathway({"visit": step(clock=clock, clocks={"done": clock})})
    assert only_fault(content).place == ("steps", "visit", "clocks", "done")


def test_two_steps_must_not_wait_for_each_other():
    content = pathway(
        {
            "start": step({"both": ["left", "right"]}),
            "left": step({"across": "right", "over": "end:over"}, after="all"),
            "right": step({"across": "left"}, after="all"),
        }
    )
    assert "wait for all branches" in only_fault(content).fault


def test_a_pathway_may_be_read_where_names_cannot_be_known():
    assert faults_of(pathway({"visit": step(by="anybody", form="any")})) == []


STEPS = [f"s{number}" for number in range(6)]
graphs = st.dictionaries(st.sampled_from(STEPS), st.sets(st.sampled_from(STEPS)), max_size=6).map(
    lambda arrows: {name: arrows.get(name, set()) for name in STEPS}
)


def slowly_following(arrows):
    """Whether one step can come after another, by widening all pairs until nothing changes."""
    pairs = {(start, to) for start, targets in arrows.items() for to in targets}
    while True:
        wider = pairs | {(a, d) for (a, b), (c, d) in product(pairs, pairs) if b == c}
        if wider == pairs:
            return pairs
        pairs = wider


@given(graphs)
def test_reachability_agrees_with_a_slow_twin(arrows):
    pairs = slowly_following(arrows)
    for name in STEPS:
        assert following(name, arrows) == {to for start, to in pairs if start == name}
        assert reached_from([name], arrows) == {name} | {to for start, to in pairs if start == name}
        assert following(name, turned_round(arrows)) == {start for start, to in pairs if to == name}


@given(graphs, st.sets(st.sampled_from(STEPS)))
def test_unreachable_and_endless_steps_are_exactly_those_the_slow_twin_finds(arrows, ending):
    steps = {
        name: step({f"to_{to}": to for to in sorted(arrows[name])} | ({"over": "end:over"} if name in ending else {}))
        for name in STEPS
    }  # fmt: skip
    pairs = slowly_following(arrows)
    unreachable = {name for name in STEPS[1:] if (STEPS[0], name) not in pairs}
    can_end = ending | {start for start, to in pairs if to in ending}
    found = faults(pathway(steps))
    assert {f.place[1] for f in found if "Nothing leads to the step" in f.fault} == unreachable
    assert {f.place[1] for f in found if "no end can be reached" in f.fault} == {
        name for name in STEPS if name not in can_end and arrows[name]
    }
