"""The board of a team as a page shows it: whom to see next and why, how far each response is, and what may be pressed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from localcare.analysis.pathways.model import Pathway, Step
from localcare.care.rapid_response import queries, rules
from localcare.care.rapid_response.queries import Asked
from localcare.care.rapid_response.standards import condition_words, news2_days
from localcare.foundation.forms.definitions import definition_of
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways.desk.presenters import answers_due, nearest, pathways_of
from localcare.foundation.pathways.models import TaskState
from localcare.foundation.pathways.presenters import TimeLeft, time_left
from localcare.foundation.people.models import Person
from localcare.foundation.people.presenters import full_name, needs_of
from localcare.foundation.services.models import Service
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_relative_moment

SALT = "localcare.care.rapid_response.board"
SEEN = "seen"
POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?) ?[0-9][A-Z]{2}\b")


@dataclass(frozen=True)
class Press:
    """One thing to press: done at once by a post to `address`; `earlier` is where an earlier time is entered."""

    code: str
    title: str
    address: str
    earlier: str
    key: str


@dataclass(frozen=True)
class BoardRow:
    """One request on the board."""

    state: TaskState
    person: Person
    name: str
    address: str
    what: str
    pathway: str
    priority: str
    left: TimeLeft
    due: str
    clock: str
    answer: TimeLeft | None
    help_asked: str
    stage: str
    why_here: str
    who: str
    is_mine: bool
    district: str
    needs: tuple[str, ...]
    warnings: tuple[str, ...]
    before_you_go: tuple[str, ...]
    news2: str
    presses: tuple[Press, ...]
    case: rules.Case
    is_seen: bool
    has_visit_form: bool

    @property
    def main(self) -> Press | None:
        """What to press next."""
        return self.presses[0] if self.presses else None


@dataclass(frozen=True)
class Board:
    """The board of the reader's teams at a moment."""

    to_see: list[BoardRow]
    seen: list[BoardRow]
    left_out: int

    @property
    def rows(self) -> list[BoardRow]:
        """Everybody on the board."""
        return [*self.to_see, *self.seen]


def board_of(reader: Reader, teams: Sequence[Service], now: datetime) -> Board:
    """The board: whom to see in their order, then those seen whose record waits."""
    tasks = queries.board_tasks(reader, teams)
    states = list(tasks[: queries.MOST])
    rows = rows_of(states, reader=reader, now=now)
    left_out = tasks.count() - len(states) if len(states) == queries.MOST else 0
    to_see = sorted((row for row in rows if not row.is_seen), key=lambda row: rules.order_key(row.case, now))
    seen = sorted((row for row in rows if row.is_seen), key=lambda row: row.state.since)
    return Board(to_see, seen, left_out)


def rows_of(states: Sequence[TaskState], *, reader: Reader, now: datetime) -> list[BoardRow]:
    """Rows of tasks; the number of queries does not depend on how many."""
    today = timezone.localdate(now)
    people = [state.person for state in states]
    asked, pathways = queries.asked_for(states), pathways_of(states)
    needs = needs_of(people, today)
    answers = answers_due(state.task_id for state in states if state.state == "requested")
    news2 = queries.latest_news2((person.pk for person in people), today - timedelta(days=news2_days()))
    return [
        _row(
            state,
            pathways[state.journey.version_id],
            asked[state.journey_id],
            needs.get(state.person_id, []),
            news2.get(state.person_id),
            answers.get(state.task_id),
            reader,
            now,
        )
        for state in states
    ]


def _row(
    state: TaskState,
    pathway: Pathway,
    asked: Asked,
    communication: list[str],
    news2: tuple[int, date] | None,
    answer_by: datetime | None,
    reader: Reader,
    now: datetime,
) -> BoardRow:
    step, assigned = pathway.steps[state.step], state.assigned_to
    due_at, clock = nearest(state, pathway, None)
    away = ["Not at the address of the register"] if elsewhere(asked, state.person) else []
    warnings = (*no_clock(state, pathway), *away, *warnings_of(asked))
    case = rules.Case(due_at, news2[0] if news2 else None, warnings, state.requested_at)
    is_seen = SEEN in step.milestones and state.milestone == SEEN
    return BoardRow(
        state=state,
        person=state.person,
        name=full_name(state.person),
        address=reverse("rapid-response-case", args=[state.task.reference]),
        what=step.title,
        pathway=pathway.title,
        priority=pathway.priorities.get(state.priority, ""),
        left=time_left(due_at, now) if due_at else TimeLeft("No clock", "none"),
        due=format_relative_moment(due_at, now) if due_at else "",
        clock=clock,
        answer=time_left(answer_by, now) if answer_by else None,
        help_asked=state.help_asked_of.replace("-", " "),
        stage=rules.stage(state.state, state.milestone, step),
        why_here=rules.why_here(case, now),
        who=(assigned.get_full_name() or assigned.get_username()) if assigned else "",
        is_mine=assigned is not None and assigned == reader.user,
        district=district(asked, state.person),
        needs=tuple(condition_words(asked.answers)),
        warnings=warnings,
        before_you_go=tuple(before_you_go(asked, communication)),
        news2=f"NEWS2 {news2[0]} on {news2[1]:%-d %B}" if news2 else "",
        presses=presses_of(state, step, reader),
        case=case,
        is_seen=is_seen,
        has_visit_form=step.form == queries.VISIT_FORM,
    )


def presses_of(state: TaskState, step: Step, reader: Reader) -> tuple[Press, ...]:
    """What the team can press now, nearest first. The key makes pressing twice harmless for the same person only."""
    if not reader.may("task.work"):
        return ()
    board = reverse("rapid-response")
    who = reader.user.pk if reader.user is not None else 0
    found = []
    for code, title in rules.points_ahead(state.state, state.milestone, step):
        act = "accept" if code == "accept" else "milestone"
        query = {"next": board} | ({"milestone": code} if act == "milestone" else {})
        found.append(
            Press(
                code=code,
                title=title,
                address=reverse("rapid-response-press", args=[state.task.reference, code]),
                earlier=f"{reverse('task-act', args=[state.task.reference, act])}?{urlencode(query)}",
                key=f"{who}-{state.last_entry}",
            )
        )
    return tuple(found)


def district_of(postcode: str) -> str:
    """The first half of a postcode: enough to plan a round, not enough to find a door."""
    parts = postcode.upper().split()
    return parts[0] if len(parts) > 1 else postcode.upper()[:-3].strip()


def district(asked: Asked, person: Person) -> str:
    """Where to drive: the district that the caller named, otherwise that of the register."""
    said = elsewhere(asked, person)
    if not said:
        return district_of(person.postcode)
    named = POSTCODE.search(said.upper())
    return named[1] if named else "Elsewhere: see the request"


def warnings_of(asked: Asked) -> list[str]:
    """What makes a request more pressing, as its forms say it."""
    found = [f"Reported: {words.lower()}" for words in chosen(asked.responses, "red-flags", without="none")]
    if asked.answer("alone") is True:
        found.append("Alone")
    if asked.answer("safeguarding") is True:
        found.append("Safeguarding concern")
    return found


def no_clock(state: TaskState, pathway: Pathway) -> list[str]:
    """A request whose clocks depend on a priority and that has none would never be overdue: say so."""
    needed = any(clock.priorities for clock in pathway.steps[state.step].clocks)
    return ["No priority, so no clock runs: set one"] if needed and not state.priority else []


def before_you_go(asked: Asked, communication: Iterable[str] = ()) -> list[str]:
    """What to know before going in."""
    found = [f"Before you go in: {asked.answer('scene-safety')}"] if asked.answer("scene-safety") else []
    if asked.answer("infection"):
        found.append(f"Infection: {asked.answer('infection')}")
    return found + [f"Communication: {need}" for need in communication]


def chosen(responses: Iterable[FormResponse], code: str, *, without: str = "") -> list[str]:
    """The words of the choices in the latest answer to a question."""
    for response in reversed(tuple(responses)):
        answer = response.answers.get(code)
        if answer:
            item = definition_of(response.version).item(code)
            codes = answer if isinstance(answer, list) else [answer]
            return [item.choice_text(one) for one in codes if one != without]
    return []


def tag_of(reader: Reader, board: Board, *, closed: bool) -> str:
    """`"people-content"`: who is on the board (signed, for this reader, today), and everything shown of them."""
    who = reader.user.pk if reader.user is not None else 0
    people = f"{who}|{timezone.localdate()}|" + ",".join(sorted({str(row.person.pk) for row in board.rows}))
    shown = [
        (row.state.task_id, row.state.last_entry, row.why_here, row.left.words, row.who) for row in board.rows
    ]
    return f'"{_digest(people)}-{_digest(json.dumps([people, shown, closed, board.left_out], default=str))}"'


def same_people(held: str, tag: str) -> bool:
    """Whether the browser proves that it was shown these people."""
    return constant_time_compare(held.partition("-")[0], tag.partition("-")[0])


def _digest(said: str) -> str:
    return salted_hmac(SALT, said).hexdigest()[:24]


def elsewhere(asked: Asked, person: Person) -> str:
    """Where the caller said the person is, when that is not the address of the register; empty otherwise."""
    said = str(asked.answer("address") or "")
    known = _plain(f"{person.address_line} {person.town} {person.postcode}")
    return said if said and _plain(said) != known else ""


def _plain(words: str) -> str:
    return "".join(letter for letter in words.casefold() if letter.isalnum())


def facts_of(asked: Asked, person: Person) -> Mapping[str, Any]:
    """Who asked and what they said, for the page of one request."""
    return {
        "caller": asked.answer("caller-name"),
        "ring_back": asked.answer("callback-number"),
        "address_now": elsewhere(asked, person),
        "what": asked.answer("presenting") or asked.answer("reason") or asked.reason,
        "why_this_class": asked.answer("response-reason"),
        "told": asked.answer("safety-net") or asked.answer("told"),
    }
