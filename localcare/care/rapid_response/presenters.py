"""Packages and visits in the words of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from localcare.care.rapid_response import board, queries, rules
from localcare.care.rapid_response.queries import Visit
from localcare.care.rapid_response.standards import condition_words
from localcare.foundation.forms.definitions import definition_of
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.words import answer_words
from localcare.foundation.pathways.desk.presenters import pathways_of
from localcare.foundation.pathways.models import TaskState
from localcare.foundation.pathways.presenters import TimeLeft, time_left
from localcare.foundation.people.models import Person
from localcare.foundation.people.presenters import full_name, needs_of
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_relative_moment, plural

OBSERVATIONS = (
    "respirations", "saturation", "oxygen", "systolic", "diastolic", "pulse", "consciousness", "temperature",
)  # fmt: skip
SHOWN_BEFORE = 3
GROUPS = ("Overdue", "Due today", "Due tomorrow", "Later, or no further visit planned")


@dataclass(frozen=True)
class PackageRow:
    """One person in a package at home."""

    state: TaskState
    person: Person
    name: str
    address: str
    what: str
    group: str
    left: TimeLeft
    due: str
    until: str
    is_ending: bool
    who: str
    is_mine: bool
    district: str
    last_visit: str
    news2: str
    trend: str
    points: tuple[tuple[str, float], ...]
    visits_today: str
    before_you_go: tuple[str, ...]
    to_do: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]


def package_rows(states: Sequence[TaskState], *, reader: Reader, now: datetime) -> list[PackageRow]:
    """Rows of packages, overdue visits first; the number of queries does not depend on how many."""
    asked, visits, pathways = queries.asked_for(states), queries.visits_of(states), pathways_of(states)
    needs = needs_of([state.person for state in states], timezone.localdate(now))
    rows = [
        _row(
            state,
            pathways[state.journey.version_id].steps[state.step].title,
            asked[state.journey_id],
            visits.get(state.journey_id, []),
            needs.get(state.person_id, []),
            reader,
            now,
        )
        for state in states
    ]
    return sorted(rows, key=lambda row: (GROUPS.index(row.group), row.state.review_due_at or row.state.since))


def _row(
    state: TaskState, what: str, asked: queries.Asked, visits: list[Visit], communication: list[str],
    reader: Reader, now: datetime,
) -> PackageRow:  # fmt: skip
    assigned, due = state.assigned_to, state.review_due_at
    known = [visit.news2 for visit in visits if visit.news2 is not None]
    last = visits[-1] if visits else None
    return PackageRow(
        state=state,
        person=state.person,
        name=full_name(state.person),
        address=reverse("rapid-response-case", args=[state.task.reference]),
        what=what,
        group=group_of(due, now),
        left=time_left(due, now) if due else TimeLeft("No visit due", "none"),
        due=format_relative_moment(due, now) if due else "",
        until=format_relative_moment(state.lasts_until, now) if state.lasts_until else "",
        is_ending=state.lasts_until is not None and state.lasts_until - now <= timedelta(days=1),
        who=(assigned.get_full_name() or assigned.get_username()) if assigned else "",
        is_mine=assigned is not None and assigned == reader.user,
        district=board.district(asked, state.person),
        last_visit=f"{format_relative_moment(last.at, now)}, {last.who}" if last else "",
        news2=f"NEWS2 {known[-1]}" if known else "",
        trend=rules.visit_trend(known),
        points=trend_of(visits),
        visits_today=visits_today(visits, now),
        before_you_go=tuple(board.before_you_go(asked, communication)),
        to_do=tuple(to_do(visits, asked)),
        needs=tuple(condition_words(asked.answers)),
    )


def group_of(due: datetime | None, now: datetime) -> str:
    """Under which heading a visit stands."""
    if due is None:
        return GROUPS[3]
    if due < now:
        return GROUPS[0]
    days = (timezone.localdate(due) - timezone.localdate(now)).days
    return GROUPS[min(days, 2) + 1]


def visits_today(visits: Sequence[Visit], now: datetime) -> str:
    """`1 of 2 visits today`, as far as the first visit said how many a day."""
    today = timezone.localdate(now)
    done = sum(1 for visit in visits if timezone.localdate(visit.at) == today)
    agreed = [visit.response.answers.get("visits-per-day") for visit in visits if visit.response is not None]
    wanted = next((number for number in reversed(agreed) if number), None)
    return f"{done} of {plural(wanted, 'visit')} today" if wanted else f"{plural(done, 'visit')} today"


def to_do(visits: Sequence[Visit], asked: queries.Asked) -> list[tuple[str, str]]:
    """What was agreed, and what was done last: for whoever goes next."""
    found = []
    for code, title in (("agreed", "Agreed"), ("done", "Done last time"), ("carer-view", "Carer")):
        said = next((answer for visit in reversed(visits) if (answer := _answer(visit, code))), "")
        if said:
            found.append((title, said))
    why = asked.answer("presenting") or asked.answer("reason") or asked.reason
    return [*found, ("Why we came", str(why))] if why else found


def _answer(visit: Visit, code: str) -> str:
    return str(visit.response.answers.get(code) or "") if visit.response is not None else ""


def trend_of(visits: Sequence[Visit]) -> tuple[tuple[str, float], ...]:
    """NEWS2 visit by visit, to draw."""
    known = [(visit, visit.news2) for visit in visits if visit.news2 is not None]
    return tuple((f"{timezone.localtime(visit.at):%-d %b %H:%M}", float(total)) for visit, total in known)


def before_table(visits: Sequence[Visit]) -> dict[str, Any] | None:
    """The observations of the last visits side by side; None when there are none."""
    measured = [
        (visit, visit.response)
        for visit in visits
        if visit.response is not None and any(code in visit.response.answers for code in OBSERVATIONS)
    ][-SHOWN_BEFORE:]
    if not measured:
        return None
    headings = ["Observation", *(f"{timezone.localtime(visit.at):%-d %b %H:%M}" for visit, _ in measured)]
    definition = definition_of(measured[-1][1].version)
    rows = [["NEWS2", *("–" if visit.news2 is None else str(visit.news2) for visit, _ in measured)]]
    for code in OBSERVATIONS:
        title = next((item.text for item in definition.items() if item.code == code), code)
        rows.append([title, *(_words(response, code) for _, response in measured)])
    return {"headings": headings, "rows": rows}


def _words(response: FormResponse, code: str) -> str:
    if code not in response.answers:
        return "–"
    return answer_words(definition_of(response.version).item(code), response.answers[code])
