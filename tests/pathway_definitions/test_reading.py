"""The short words of a pathway file, and what they mean."""

from __future__ import annotations

import pytest

from localcare.analysis.pathways.errors import UnreadablePathway
from localcare.analysis.pathways.model import Escalation, Moment, Opening, Span
from localcare.analysis.pathways.reading import read_moment, read_pathway
from localcare.analysis.pathways.spans import read_span, words_of_span
from tests.pathway_definitions.examples import pathway, step, with_clock


@pytest.mark.parametrize(
    ("written", "span", "words"),
    [
        ("30m", Span(30, "m"), "30 minutes"),
        ("1h", Span(1, "h"), "1 hour"),
        ("24h", Span(24, "h"), "24 hours"),
        ("5d", Span(5, "d"), "5 days"),
        ("6 w", Span(6, "w"), "6 weeks"),
        ({"setting": "package"}, Span(setting="package"), "the setting package"),
        ("setting: package", Span(setting="package"), "the setting package"),
    ],
)
def test_a_length_of_time(written, span, words):
    assert read_span(written) == span
    assert words_of_span(span) == words


@pytest.mark.parametrize("written", ["", "h", "24", "1.5h", "-2h", "2 months", {"setting": ""}, None, ["2h"]])
def test_what_is_no_length_of_time_is_refused_with_a_remedy(written):
    with pytest.raises(UnreadablePathway, match="Write a number and m, h, d or w"):
        read_span(written)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("opened", Moment("opened")),
        ("started", Moment("started")),
        ("milestone:seen", Moment("milestone", milestone="seen")),
        ("settle_at_home.done", Moment("done", "settle_at_home")),
        ("visit.milestone:set-off", Moment("milestone", "visit", "set-off")),
    ],
)
def test_a_moment(written, moment):
    assert read_moment(written) == moment


@pytest.mark.parametrize("written", ["begun", "milestone", "done:seen", ".done", "visit.", ""])
def test_what_is_no_moment_is_refused(written):
    with pytest.raises(UnreadablePathway, match="no moment"):
        read_moment(written)


def test_outcomes_in_their_short_forms():
    outcomes = {
        "settled": ["assess"],
        "moved": "assess",
        "readmitted": "end:over",
        "died": "stop:over",
        "carer_needs": {"title": "The carer needs help", "to": ["assess"], "opens": [{"pathway": "elsewhere", "for": "carer"}]},
        "refused": {"end": "over", "needs_reason": True},
        "opened": {"to": "end:over", "opens": ["elsewhere"]},
    }  # fmt: skip
    read = read_pathway(pathway({"visit": step(outcomes), "assess": step()})).steps["visit"].outcomes
    assert read["settled"].to == read["moved"].to == ("assess",)
    assert (read["readmitted"].end, read["died"].stop) == ("over", "over")
    assert read["carer_needs"].opens == (Opening("elsewhere", "carer"),)
    assert read["carer_needs"].title == "The carer needs help"
    assert read["refused"].needs_reason
    assert (read["opened"].end, read["opened"].opens) == ("over", (Opening("elsewhere"),))
    assert read["settled"].title == "Settled"


def test_one_clock_is_called_after_its_stop_and_several_by_their_names():
    one = read_pathway(with_clock(to="milestone:arrived")).steps["second"].clocks
    assert [clock.code for clock in one] == ["arrived"]
    clocks = {"fast": {"within": "2h", "from": "opened", "to": "started"}}
    several = read_pathway(pathway({"visit": step(clocks=clocks)})).steps["visit"].clocks
    assert [(clock.code, clock.title) for clock in several] == [("fast", "Fast")]


def test_an_acceptance_says_how_long_and_what_then():
    accepts = {"within": {"setting": "package"}, "hours": "daily", "then": {"ask_for_help": "other-team"}}
    read = read_pathway(pathway({"visit": step(acceptance=accepts)})).steps["visit"].acceptance
    assert read.within == Span(setting="package")
    assert read.escalation == Escalation("ask_for_help", "other-team")
    assert read.hours == "daily"


def test_reasons_to_decline_hold_for_every_step_without_its_own():
    steps = {"first": step({"on": "second"}), "second": step(decline_reasons={"far": "Too far"})}
    read = read_pathway(pathway(steps, decline_reasons=["no-room"]))
    assert read.steps["first"].decline_reasons == {"no-room": "No room"}
    assert read.steps["second"].decline_reasons == {"far": "Too far"}


def test_it_starts_with_the_first_step_unless_it_says_otherwise():
    steps = {"first": step({"on": "second"}), "second": step()}
    assert read_pathway(pathway(steps)).starts_with == ("first",)
    assert read_pathway(pathway(steps, starts_with=["first", "second"])).starts_with == ("first", "second")


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        (pathway({"visit": step(after="sometimes")}), ("steps", "visit", "after")),
        (pathway({"visit": "nothing"}), ("steps", "visit")),
        (pathway({"visit": step(lasts={})}), ("steps", "visit", "lasts")),
        (pathway({"visit": step(acceptance={"within": "2h"})}), ("steps", "visit", "acceptance")),
        (with_clock(within="soon"), ("steps", "second", "clock", "within")),
        (with_clock(to=""), ("steps", "second", "clock")),
        (with_clock(on_breach={"ignore": "team"}), ("steps", "second", "clock", "on_breach")),
        (pathway({"visit": step({"x": {"end": "over", "opens": [{"pathway": "p", "for": "dog"}]}})}),
         ("steps", "visit", "outcomes", "x", "opens", 0, "for")),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_where(broken, place):
    with pytest.raises(UnreadablePathway) as refused:
        read_pathway(broken)
    assert refused.value.found.place == place
    assert refused.value.found.remedy
