"""Folding a journal, without a database: states, joins, undoing, clocks and timers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from localcare.analysis.journal.clocks import Rulebook, clocks_of, lasts_until, review_due, timers_of
from localcare.analysis.journal.timeline import ends_now, fold, steps_now_free, steps_to_ask_for
from localcare.analysis.pathways.reading import read_pathway

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RULES = Rulebook(hours=lambda code: None, span_on=lambda span, day: span)
PATHWAY = read_pathway(
    {
        "pathway": "home-again",
        "title": "Home again",
        "priorities": {"urgent": "Urgent", "routine": "Routine"},
        "steps": {
            "arrange": {
                "title": "Arrange",
                "by": "single-point-of-access",
                "acceptance": {"within": "30m", "then": {"inform": "case-management"}},
                "outcomes": {"home": ["care", "nurse"], "nothing": "end:independent", "died": "stop:died"},
            },
            "care": {
                "title": "Care at home",
                "by": "domiciliary-care",
                "clock": {"within": "24h", "from": "arrange.done", "to": "started"},
                "lasts": {"up_to": "6w", "review_every": "2w"},
                "outcomes": {"independent": ["close"]},
            },
            "nurse": {
                "title": "Nursing",
                "by": "district-nursing",
                "milestones": {"seen": "Seen"},
                "clocks": {
                    "two-hour": {
                        "title": "Seen in two hours",
                        "within": "2h",
                        "from": "requested",
                        "to": "milestone:seen",
                        "priorities": ["urgent"],
                        "stops_when_paused": True,
                    }
                },
                "outcomes": {"independent": ["close"], "again": ["nurse"]},
            },
            "close": {
                "title": "Close",
                "by": "case-management",
                "after": "all",
                "outcomes": {"independent": "end:independent"},
            },
        },
        "ends": {"independent": "Lives independently", "died": "Died"},
    }
)


@dataclass
class Said:
    """An entry as the fold reads it."""

    event: str
    task_id: int | None
    minutes: float = 0
    code: str = ""
    detail: dict = field(default_factory=dict)
    undoes_id: int | None = None
    service_id: int | None = None
    reason: str = ""
    from_state: str = ""
    pk: int = 0

    @property
    def effective_at(self) -> datetime:
        return START + timedelta(minutes=self.minutes)


def journal(*entries: Said) -> list[Said]:
    numbers = count(1)
    for entry in entries:
        entry.pk = next(numbers)
    return list(entries)


def stand(steps, *entries):
    return fold(PATHWAY, steps, journal(*entries))


def asked(task, minutes=0.0, **detail):
    return Said("requested", task, minutes, detail=detail, service_id=7)


def test_a_task_goes_from_asked_to_done_and_keeps_its_times():
    standing = stand(
        {1: "arrange"},
        Said("opened", None),
        asked(1),
        Said("accepted", 1, 10),
        Said("started", 1, 20),
        Said("done", 1, 30, code="nothing"),
    )
    task = standing.tasks[1]
    assert (task.state, task.outcome) == ("done", "nothing")
    assert [task.requested_at, task.accepted_at, task.started_at, task.finished_at] == [
        START + timedelta(minutes=minutes) for minutes in (0, 10, 20, 30)
    ]
    assert ends_now(standing)
    assert standing.branch_end == "independent"


def test_an_outcome_asks_for_all_its_steps_and_the_join_waits_for_every_branch():
    steps = {1: "arrange", 2: "care", 3: "nurse"}
    first = [Said("opened", None), asked(1), Said("accepted", 1), Said("done", 1, 5, code="home")]
    standing = stand(steps, *first)
    assert steps_to_ask_for(PATHWAY, standing, standing.tasks[1]) == ["care", "nurse"]
    both = [*first, asked(2, 5), asked(3, 5), Said("accepted", 2, 6), Said("accepted", 3, 6)]
    one_done = [*both, Said("done", 2, 50, code="independent")]
    standing = stand(steps, *one_done)
    assert standing.waiting == ["close"]
    assert steps_now_free(standing) == []
    standing = stand(steps, *one_done, Said("done", 3, 60, code="independent"))
    assert steps_now_free(standing) == ["close"]
    assert not ends_now(standing)


def test_a_refusal_that_nobody_dealt_with_keeps_the_journey_from_ending():
    steps = {1: "arrange", 2: "arrange"}
    refused = [Said("opened", None), asked(1), Said("declined", 1, 5, code="full")]
    standing = stand(steps, *refused)
    assert [task.task_id for task in standing.blocking()] == [1]
    again = stand(steps, *refused, asked(2, 6), Said("accepted", 2, 7), Said("done", 2, 8, code="nothing"))
    assert again.blocking() == []
    assert ends_now(again)


def test_an_undone_entry_counts_as_if_it_had_never_been():
    entries = [Said("opened", None), asked(1), Said("accepted", 1, 5), Said("undone", 1, 6, undoes_id=3)]
    assert stand({1: "arrange"}, *entries).tasks[1].state == "requested"


@pytest.mark.parametrize(
    ("seen_after", "met"), [(119, True), (120, True), (120.5, False)], ids=["before", "exactly", "after"]
)
def test_a_clock_is_met_up_to_and_including_its_moment(seen_after, met):
    standing = stand(
        {1: "nurse"},
        Said("opened", None),
        asked(1, priority="urgent"),
        Said("accepted", 1, 1),
        Said("milestone", 1, seen_after, code="seen"),
    )
    (clock,) = clocks_of(PATHWAY.steps["nurse"], standing.tasks[1], standing, RULES)
    assert clock.due_at == START + timedelta(hours=2)
    assert clock.is_met is met


def test_a_clock_for_one_priority_leaves_the_others_alone():
    standing = stand({1: "nurse"}, Said("opened", None), asked(1, priority="routine"))
    assert clocks_of(PATHWAY.steps["nurse"], standing.tasks[1], standing, RULES) == []


def test_a_pause_moves_the_due_time_and_a_paused_clock_shows_none():
    steps = {1: "nurse"}
    begun = [Said("opened", None), asked(1, priority="urgent"), Said("accepted", 1, 1)]
    pausing = [*begun, Said("paused", 1, 30, from_state="accepted")]
    standing = stand(steps, *pausing)
    (clock,) = clocks_of(PATHWAY.steps["nurse"], standing.tasks[1], standing, RULES)
    assert clock.due_at is None
    standing = stand(steps, *pausing, Said("resumed", 1, 70))
    assert standing.tasks[1].state == "accepted"
    (clock,) = clocks_of(PATHWAY.steps["nurse"], standing.tasks[1], standing, RULES)
    assert clock.due_at == START + timedelta(hours=2, minutes=40)
    assert clock.paused_seconds == 40 * 60


def test_a_clock_from_another_step_begins_when_that_step_was_done():
    standing = stand(
        {1: "arrange", 2: "care"},
        Said("opened", None),
        asked(1),
        Said("accepted", 1),
        Said("done", 1, 15, code="home"),
        asked(2, 15),
    )
    (clock,) = clocks_of(PATHWAY.steps["care"], standing.tasks[2], standing, RULES)
    assert clock.started_at == START + timedelta(minutes=15)
    assert clock.due_at == START + timedelta(days=1, minutes=15)


def test_a_clock_is_void_when_its_task_closed_without_reaching_the_moment():
    standing = stand(
        {1: "nurse"}, Said("opened", None), asked(1, priority="urgent"), Said("declined", 1, 5, code="full")
    )
    (clock,) = clocks_of(PATHWAY.steps["nurse"], standing.tasks[1], standing, RULES)
    assert clock.is_void
    assert clock.is_met is None


def test_reviews_are_counted_from_the_start_and_then_from_each_review_until_the_end():
    steps = {1: "care"}
    begun = [Said("opened", None), asked(1), Said("accepted", 1), Said("started", 1)]
    step = PATHWAY.steps["care"]
    standing = stand(steps, *begun)
    assert review_due(step, standing.tasks[1], RULES) == START + timedelta(weeks=2)
    assert lasts_until(step, standing.tasks[1], RULES) == START + timedelta(weeks=6)
    late = 15 * 24 * 60
    standing = stand(steps, *begun, Said("reviewed", 1, late))
    assert review_due(step, standing.tasks[1], RULES) == START + timedelta(days=15, weeks=2)
    last = 5 * 7 * 24 * 60
    standing = stand(steps, *begun, Said("reviewed", 1, last))
    assert review_due(step, standing.tasks[1], RULES) is None


def test_a_timer_that_fired_is_gone_and_a_new_occasion_makes_a_new_one():
    step = PATHWAY.steps["arrange"]
    waiting = [Said("opened", None), asked(1)]
    standing = stand({1: "arrange"}, *waiting)
    (timer,) = timers_of(step, standing.tasks[1], "j:arrange:1", [], RULES)
    assert (timer.kind, timer.fires_at) == ("acceptance", START + timedelta(minutes=30))
    fired = [*waiting, Said("escalated", 1, 30, code="inform", detail={"timer": timer.key})]
    standing = stand({1: "arrange"}, *fired)
    assert timers_of(step, standing.tasks[1], "j:arrange:1", [], RULES) == []
    handed_on = [*fired, Said("transferred", 1, 40, service_id=8)]
    standing = stand({1: "arrange"}, *handed_on)
    (again,) = timers_of(step, standing.tasks[1], "j:arrange:1", [], RULES)
    assert again.key != timer.key


def test_a_refusal_is_dealt_with_only_by_the_round_asked_in_its_place():
    steps = {1: "arrange", 2: "nurse", 3: "nurse", 4: "nurse"}
    two_branches = [
        Said("opened", None), asked(1, because=1), Said("accepted", 1), Said("done", 1, 5, code="home"),
        asked(2, 6, because=4), Said("declined", 2, 7, code="full"),
        asked(3, 8, because=4), Said("accepted", 3, 9), Said("done", 3, 10, code="independent"),
    ]  # fmt: skip
    standing = stand(steps, *two_branches)
    assert [task.task_id for task in standing.blocking()] == [2]  # another branch asked for the same step
    assert steps_now_free(standing) == []
    again = stand(
        steps,
        *two_branches,
        asked(4, 11, instead_of=2),
        Said("accepted", 4, 12),
        Said("done", 4, 13, code="independent"),
    )
    assert again.blocking() == [] and again.tasks[2].is_dealt_with
    assert steps_now_free(again) == ["close"]
    assert [other.task_id for other in again.in_the_place_of(again.tasks[2])] == [4]
    given_up = stand(steps, *two_branches, Said("cancelled", 2, 11))
    assert given_up.blocking() == []


ROUND = read_pathway(
    {
        "pathway": "round",
        "title": "Round",
        "steps": {
            "begin": {"title": "Begin", "by": "x", "outcomes": {"go": ["left", "right"]}},
            "left": {"title": "Left", "by": "x", "outcomes": {"met": ["meet"]}},
            "right": {"title": "Right", "by": "x", "outcomes": {"met": ["meet"]}},
            "meet": {"title": "Meet", "by": "x", "after": "any", "outcomes": {"again": ["left", "right"], "over": "end:over"}},
        },
        "ends": {"over": "Over"},
    }
)  # fmt: skip


def test_a_step_after_any_branch_is_asked_once_each_time_round():
    steps = {1: "begin", 2: "left", 3: "right", 4: "meet", 5: "left", 6: "right", 7: "meet"}
    entries = journal(
        Said("opened", None), asked(1, because=1), Said("done", 1, 1, code="go"),
        asked(2, 1, because=3), asked(3, 1, because=3), Said("done", 2, 2, code="met"),
        asked(4, 2, because=6), Said("done", 4, 3, code="again"),
        asked(5, 3, because=8), asked(6, 3, because=8), Said("done", 5, 4, code="met"),
    )  # fmt: skip
    standing = fold(ROUND, steps, entries)
    assert steps_to_ask_for(ROUND, standing, standing.tasks[5]) == ["meet"]  # the second time round
    late = fold(ROUND, steps, journal(*entries, Said("done", 3, 5, code="met")))
    assert steps_to_ask_for(ROUND, late, late.tasks[3]) == []  # the first time round has met already
    entries = journal(*entries, asked(7, 4, because=11), Said("done", 6, 5, code="met"))
    standing = fold(ROUND, steps, entries)
    assert steps_to_ask_for(ROUND, standing, standing.tasks[6]) == []  # the second branch finds it asked


@pytest.mark.parametrize(("runs_again", "stopped", "met"), [(False, 60, True), (True, 1500, False)])
def test_the_first_end_of_work_holds_when_it_is_taken_up_again_unless_the_definition_says_otherwise(
    runs_again, stopped, met
):
    content = {
        "pathway": "once", "title": "Once", "ends": {"over": "Over"},
        "steps": {"do": {"title": "Do", "by": "x", "outcomes": {"over": "end:over"},
                         "clock": {"within": "24h", "from": "requested", "to": "done", "runs_again": runs_again}}},
    }  # fmt: skip
    pathway = read_pathway(content)
    entries = [Said("opened", None), asked(1, because=1), Said("accepted", 1, 5), Said("done", 1, 60, code="over"),
               Said("reopened", None, 90), Said("reopened", 1, 90)]  # fmt: skip

    def clock_of(*more):
        standing = fold(pathway, {1: "do"}, journal(*entries, *more))
        (clock,) = clocks_of(pathway.steps["do"], standing.tasks[1], standing, RULES)
        return clock

    assert clock_of().stopped_at == (None if runs_again else START + timedelta(minutes=60))
    clock = clock_of(Said("done", 1, 1500, code="over"))
    assert (clock.stopped_at, clock.is_met) == (START + timedelta(minutes=stopped), met)
    undone = fold(
        pathway,
        {1: "do"},
        journal(*entries[:4], Said("undone", 1, 70, undoes_id=4), Said("done", 1, 80, code="over")),
    )
    (clock,) = clocks_of(pathway.steps["do"], undone.tasks[1], undone, RULES)
    assert clock.stopped_at == START + timedelta(minutes=80)  # an end that was undone never counted
