"""Rows of the discharge desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from localcare.care.discharge import queries, rules
from localcare.care.discharge.plans import Plan, plans_of
from localcare.care.discharge.rules import Review
from localcare.foundation.forms.definitions import definition_of
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.forms.words import answer_words
from localcare.foundation.pathways import definitions
from localcare.foundation.pathways.desk.presenters import TaskRow, task_rows
from localcare.foundation.pathways.models import TaskState
from localcare.foundation.pathways.moment import now as current
from localcare.foundation.pathways.presenters import LONDON
from localcare.foundation.people.models import Person
from localcare.foundation.people.presenters import age_of, full_name
from localcare.foundation.record.models import Stay
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_date, format_relative_moment, plural

LONG_STAY_NIGHTS = 21  # NHS England counts stays of 21 days and over as long (from memory: to be checked)


@dataclass(frozen=True)
class Fit:
    """Whether somebody is fit to leave, in words and a colour of the design system's tags."""

    words: str
    colour: str
    since: str = ""
    delay: str = ""
    reviewed: str = ""
    is_due: bool = True


@dataclass(frozen=True)
class BedRow:
    """One person in hospital."""

    stay: Stay
    person: Person
    name: str
    age: str
    hospital: str
    nights: str
    is_long: bool
    fit: Fit
    plans: tuple[Plan, ...]
    draft: bool


def bed_rows(stays: Sequence[Stay], reader: Reader, *, now: datetime) -> list[BedRow]:
    """The people of a page with readiness and plans, in a fixed number of queries."""
    today = now.date()
    reviews = queries.reviews_of(stays)
    people = [stay.person_id for stay in stays]
    plans = plans_of(people, reader, now=now, stays=stays)
    names = queries.hospital_names({code for stay in stays for code in (stay.site_code, stay.provider_code)})
    drafts = _drafts(people)
    return [
        BedRow(
            stay=stay,
            person=stay.person,
            name=full_name(stay.person),
            age=age_of(stay.person, today),
            hospital=hospital_of(stay, names),
            nights=plural(rules.nights(stay.admitted_on, today), "night"),
            is_long=rules.nights(stay.admitted_on, today) >= LONG_STAY_NIGHTS,
            fit=fit_of(reviews.get(stay.pk), now),
            plans=tuple(_of_this_stay(plans.get(stay.person_id, []), stay)),
            draft=stay.person_id in drafts,
        )
        for stay in stays
    ]


def hospital_of(stay: Stay, names: dict[str, str]) -> str:
    """The hospital by its site, else by who runs it."""
    code = stay.site_code or stay.provider_code
    return names.get(code, code) or "Hospital not known"


def _of_this_stay(plans: Iterable[Plan], stay: Stay) -> list[Plan]:
    """Open plans, and those that were opened since the admission."""
    return [plan for plan in plans if plan.state.is_open or plan.state.opened_at.date() >= stay.admitted_on]


def _drafts(people: Iterable[int]) -> set[int]:
    drafts = FormResponse.objects.filter(
        person__in=list(people), version__form="discharge-support", state=FormResponse.State.DRAFT
    )
    return set(drafts.values_list("person", flat=True))


def fit_of(response: FormResponse | None, now: datetime) -> Fit:
    """Fit to leave or not, since when, and what keeps the person here."""
    if response is None or response.completed_at is None:
        return Fit("Not reviewed", "yellow")
    review = rules.read_review(response.answers, at=response.completed_at, who=response.author_name)
    reviewed = f"Reviewed {format_relative_moment(review.at, now)} by {review.who}"
    due = review.is_due(now)
    if review.fitness == "stays":
        return Fit("Needs the hospital", "blue", _criteria(response), "", reviewed, due)
    if review.fitness == "unknown":
        return Fit("Not reviewed", "yellow", "", "", reviewed, True)
    return Fit("Fit to leave", "green", _since(review, now.date()), _delay(response), reviewed, due)


def _since(review: Review, today: date) -> str:
    if review.ready_on is None:
        return ""
    waited = (today - review.ready_on).days
    ready = f"Ready since {format_date(review.ready_on)}"
    return f"{ready}: {plural(waited, 'day')} in a bed no longer needed" if waited > 0 else ready


def _delay(response: FormResponse) -> str:
    return _answer(response, "delay")


def _criteria(response: FormResponse) -> str:
    return _answer(response, "criteria")


def _answer(response: FormResponse, code: str) -> str:
    value = response.answers.get(code)
    definition = definition_of(response.version)
    known = {item.code for item in definition.items()}
    return answer_words(definition.item(code), value) if value and code in known else ""


@dataclass(frozen=True)
class PackageRow:
    """One package at home, or one that ended."""

    row: TaskRow
    ends: str
    is_over: bool
    outcome: str = ""
    ended: str = ""


def package_rows(states: Iterable[TaskState], *, now: datetime, me: Any = None) -> list[PackageRow]:
    """Packages with their reviews, ends and outcomes."""
    found = list(states)
    rows = task_rows(found, now=now, me=me)
    pathways = {state.journey.version_id: definitions.pathway_of(state.journey.version) for state in found}
    return [
        PackageRow(
            row=row,
            ends=format_relative_moment(state.lasts_until, now) if state.lasts_until else "",
            is_over=state.lasts_until is not None and state.lasts_until < now,
            outcome=_outcome(state, pathways[state.journey.version_id]),
            ended=format_relative_moment(state.finished_at, now) if state.finished_at else "",
        )
        for row, state in zip(rows, found, strict=True)
    ]


def _outcome(state: TaskState, pathway: Any) -> str:
    outcome = pathway.steps[state.step].outcomes.get(state.outcome)
    return outcome.title if outcome else ""


def moment() -> datetime:
    """Now, in local time, as journals count it."""
    return current().astimezone(LONDON)
