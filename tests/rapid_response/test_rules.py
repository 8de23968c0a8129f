"""Whom to see next, what holds out of hours, and how the numbers are counted: pure functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.analysis.pathways.model import Span
from localcare.care.rapid_response import rules, standards
from localcare.care.rapid_response.rules import Case, Referral, numbers_of, order_key
from localcare.foundation.pathways import definitions

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RESPOND = definitions.pathways()[standards.PATHWAY].steps["respond"]


def case(minutes: int | None, **more) -> Case:
    return Case(None if minutes is None else NOW + timedelta(minutes=minutes), **more)


def in_order(*cases: Case) -> list[Case]:
    return sorted(cases, key=lambda one: order_key(one, NOW))


def test_overdue_comes_first_and_the_longest_overdue_at_the_top():
    very_late, late, soon_and_ill = case(-50), case(-5), case(1, news2=12)
    assert in_order(soon_and_ill, late, very_late) == [very_late, late, soon_and_ill]


def test_within_half_an_hour_need_decides_and_beyond_it_time_does():
    well, ill, later_and_very_ill = case(61), case(89, news2=7), case(91, news2=15)
    assert in_order(later_and_very_ill, well, ill) == [ill, well, later_and_very_ill]


def test_among_equal_scores_the_more_warnings_come_first_then_the_less_time():
    alone, plain, plain_sooner = case(25, warnings=("Alone",)), case(20), case(10)
    assert in_order(plain, plain_sooner, alone) == [alone, plain_sooner, plain]


def test_requests_without_a_clock_come_last_by_need():
    no_clock, no_clock_ill, far = case(None), case(None, news2=3), case(2000)
    assert in_order(no_clock, no_clock_ill, far) == [far, no_clock_ill, no_clock]


@given(st.lists(st.integers(-300, 300), min_size=2, max_size=2), st.integers(0, 20), st.integers(0, 20))
def test_no_score_ever_puts_somebody_in_time_before_somebody_overdue(minutes, one_score, other_score):
    one, other = case(minutes[0], news2=one_score), case(minutes[1], news2=other_score)
    first, second = in_order(one, other)
    assert not (first.due_at >= NOW > second.due_at)


def test_why_somebody_stands_where_they_stand_is_said():
    assert rules.why_here(case(25, news2=7, warnings=("Alone",)), NOW) == "25 minutes left, NEWS2 7, alone"
    assert rules.why_here(case(-65), NOW) == "overdue by 1 hour 5 minutes"
    assert rules.why_here(case(None), NOW) == "no clock runs"


@pytest.mark.parametrize(
    ("state", "milestone", "words", "next_codes"),
    [
        ("requested", "", "Asked", ["accept"]),
        ("accepted", "", "Accepted", ["set-off", "arrived", "seen"]),
        ("started", "set-off", "Set off", ["arrived", "seen"]),
        ("started", "arrived", "Arrived", ["seen"]),
        ("started", "seen", "Seen in person", []),
        ("paused", "arrived", "Paused", []),
        ("done", "seen", "done", []),
    ],
)
def test_stages_and_what_can_be_pressed(state, milestone, words, next_codes):
    assert rules.stage(state, milestone, RESPOND) == words
    assert [code for code, _ in rules.points_ahead(state, milestone, RESPOND)] == next_codes


@pytest.mark.trace("T098")
@pytest.mark.parametrize(
    ("at", "is_closed"),
    [
        (datetime(2026, 11, 22, 7, 59, tzinfo=UTC), True),  # a Sunday
        (datetime(2026, 11, 22, 8, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 19, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 20, 0, tzinfo=UTC), True),
        (datetime(2026, 7, 5, 7, 30, tzinfo=UTC), False),  # half past eight in summer
    ],
)
def test_the_team_works_eight_to_eight_on_every_day_of_the_week(at, is_closed):
    hours = definitions.hours("every-day-8-to-20")
    found = rules.out_of_hours(RESPOND, hours, "the single point of access", at)
    assert (found is not None) == is_closed
    if found is not None:
        assert [line for line in found.lines if "runs on day and night" in line]
        assert found.opens_at > at


def referral(
    asked: int, seen: int | None, *, priority: str = "two-hour", arrived: int | None = None, **more
) -> Referral:
    """A request with minutes after NOW."""
    at = NOW + timedelta(minutes=asked)
    return Referral(
        opened_at=at,
        asked_at=at,
        priority_when_seen=priority,
        arrived_at=None if arrived is None else NOW + timedelta(minutes=arrived),
        seen_at=None if seen is None else NOW + timedelta(minutes=seen),
        due_at=at + timedelta(hours=2),
        **more,
    )


@pytest.mark.trace("T096")
def test_the_measure_counts_two_hour_requests_whose_clock_stopped():
    found = [
        referral(0, 90, arrived=80),
        referral(0, 120, arrived=120),  # to the minute: in time
        referral(0, 121, arrived=100, reason="Both cars were out"),
        referral(0, None),  # not seen yet: not counted
        referral(0, 300, priority="two-day", moved_out=True),  # triage moved it out: not counted
        referral(-2000, -1900),  # seen on another day
    ]
    counted = numbers_of(found, NOW, NOW + timedelta(hours=12))
    assert (counted.asked, counted.seen, counted.counted, counted.met) == (5, 4, 3, 2)
    assert round(counted.share or 0, 1) == 66.7
    assert counted.minutes_to_door == 100
    assert [breach.reason for breach in counted.breaches] == ["Both cars were out"]
    assert counted.breaches[0].late_by == "1 minute"
    assert (counted.moved_out, counted.moved_out_late) == (1, 0)


def test_nobody_counted_is_no_share_and_no_median():
    counted = numbers_of([], NOW, NOW + timedelta(days=1))
    assert (counted.share, counted.minutes_to_door, counted.breaches) == (None, None, ())


@pytest.mark.trace("T100")
def test_a_package_ends_after_the_days_agreed_at_the_same_time_of_day_over_a_change_of_clocks():
    before = datetime(2026, 10, 23, 13, 0, tzinfo=UTC)  # 14:00 in summer time; the clocks change on the 25th
    five = rules.package_end(None, before, Span(5, "d"))
    assert five == datetime(2026, 10, 28, 14, 0, tzinfo=UTC)
    assert rules.package_ends(5, before, five) is None
    assert rules.package_ends(None, before, five) is None
    assert rules.package_ends(2, before, five) == datetime(2026, 10, 25, 14, 0, tzinfo=UTC)


def test_the_trend_is_said_in_words():
    assert [rules.visit_trend(one) for one in ([], [3], [3, 7], [7, 3], [3, 3])] == [
        "", "", "up from 3 to 7", "down from 7 to 3", "unchanged at 3",
    ]  # fmt: skip


@pytest.mark.trace("T096")
def test_the_published_rule_and_the_pathway_say_the_same_and_what_is_from_memory_says_so():
    day = datetime(2026, 11, 23, tzinfo=UTC).date()
    two_hour, two_day = standards.standards_on(RESPOND, day)
    assert (two_hour.within, two_day.within) == ("2 hours", "2 days")
    assert two_hour.runs_here == "From the request to “Seen in person”; runs day and night; never pauses."
    assert (two_hour.rule.pause, two_hour.rule_status) == ("Never", "From memory: to be checked")
    assert two_day.within_status == "From memory: to be checked"
    assert standards.rule_on("ucr-2-hour", day.replace(year=2014)) is None
    assert standards.rule_on("unknown", day) is None
    assert standards.share_wanted() == 70


def test_the_nine_conditions_are_those_of_the_directory():
    from localcare.foundation.services.definitions import needs

    named = set(standards.content()["conditions"].values())
    assert named == {need.code for need in needs().values() if need.is_urgent_community_response}
    assert len(named) == 9
    words = standards.condition_words(
        {"urgent-condition": "fall", "needs": ["fall", "confusion", "something-else"]}
    )
    assert words == ["Fall without apparent serious injury", "Confusion or delirium"]
