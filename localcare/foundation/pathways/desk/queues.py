"""The list of one team: its tabs, filters, order and counts. One index serves each tab, however long the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Count, F, Q, QuerySet
from django.http import QueryDict

from localcare.foundation.pathways import queries
from localcare.foundation.pathways.desk.moments import LONDON
from localcare.foundation.pathways.models import TaskState
from localcare.foundation.pathways.sight import whole_story
from localcare.foundation.people.queries import named
from localcare.foundation.services.models import Service
from localcare.kernel.access.readers import Reader

HELD = ("accepted", "started", "paused")
ORDERS: Mapping[str, tuple[Any, ...]] = {
    "due": (F("due_at").asc(nulls_last=True), "task"),
    "-due": (F("due_at").desc(nulls_last=True), "-task"),
    "person": ("person__family_name", "person__given_name", "task"),
    "-person": ("-person__family_name", "-person__given_name", "-task"),
    "since": ("requested_at", "task"),
    "-since": ("-requested_at", "-task"),
}


@dataclass(frozen=True)
class Tab:
    """One tab: its words, what it says when empty, and which tasks are on it."""

    code: str
    title: str
    nothing: str
    default_order: str = "due"
    of_others: bool = False


TABS = {
    tab.code: tab
    for tab in (
        Tab("inbox", "Asked of us", "Nobody waits for an answer."),
        Tab("caseload", "Caseload", "The team has no work that it accepted."),
        Tab("mine", "Mine", "You hold no work of this team. Take some from the caseload."),
        Tab("today", "Due today", "Nothing more is due today."),
        Tab("overdue", "Overdue", "Nothing is overdue."),
        Tab("reviews", "Reviews due", "No review is due by the end of today."),
        Tab("asked", "Asked of others", "Nothing that this team asked of others is open.", "since", True),
        Tab("refused", "To arrange again", "Everything that was refused has been arranged again.", "since", True),
    )
}  # fmt: skip


def conditions(now: datetime, user: Any) -> dict[str, Q]:
    """Which open tasks of the team are on each of its own tabs."""
    tonight = datetime.combine(now.astimezone(LONDON).date() + timedelta(days=1), time(), LONDON)
    return {
        "inbox": Q(state="requested"),
        "caseload": Q(state__in=HELD),
        "mine": Q(assigned_to=user, state__in=HELD),
        "today": Q(due_at__gte=now, due_at__lt=tonight),
        "overdue": Q(due_at__lt=now),
        "reviews": Q(review_due_at__lt=tonight),
    }


class Filters(forms.Form):
    """What narrows a list."""

    hides_optional = True
    q = forms.CharField(label="Person", required=False, max_length=80, help_text="Name or NHS number")
    step = forms.ChoiceField(label="Step", required=False)
    priority = forms.ChoiceField(label="Priority", required=False)
    who = forms.ChoiceField(label="Given to", required=False)

    def __init__(self, data: Any, *, steps: Any, priorities: Any, members: Any) -> None:
        super().__init__(data)
        self.fields["step"].choices = [("", "Any step"), *steps]
        self.fields["priority"].choices = [("", "Any priority"), *priorities]
        self.fields["who"].choices = [("", "Anybody or nobody"), ("nobody", "Nobody yet"), *members]


class Queue:
    """What one reader sees of one team."""

    def __init__(self, reader: Reader, service: Service, chosen: QueryDict, *, now: datetime) -> None:
        self.reader, self.service, self.now = reader, service, now
        self.tab = TABS.get(chosen.get("tab", ""), TABS["inbox"])
        wanted = chosen.get("sort", "")
        self.order = wanted if wanted in ORDERS else self.tab.default_order

    def tasks(self) -> QuerySet[TaskState]:
        """The tasks on the tab, in order."""
        return self._on(self.tab).select_related(
            "task", "person", "service", "asked_by", "assigned_to", "journey"
        ).order_by(*ORDERS[self.order])  # fmt: skip

    def filtered(self, filters: Filters) -> QuerySet[TaskState]:
        """The tasks on the tab that fit the filters."""
        found, tasks = filters.cleaned_data if filters.is_valid() else {}, self.tasks()
        if found.get("step"):
            pathway, _, step = found["step"].partition("/")
            tasks = tasks.filter(pathway=pathway, step=step)
        if found.get("priority"):
            tasks = tasks.filter(priority=found["priority"])
        if found.get("who"):
            tasks = tasks.filter(assigned_to=None if found["who"] == "nobody" else found["who"])
        if found.get("q"):
            tasks = tasks.filter(named(found["q"], of="person__"))
            return tasks.filter(whole_story(self.reader)) if self.tab.of_others else tasks
        return tasks

    def _on(self, tab: Tab) -> QuerySet[TaskState]:
        if tab.code == "asked":
            return queries.asked_by(self.reader, services=[self.service])
        if tab.code == "refused":
            return queries.unanswered_refusals(self.reader).filter(asked_by=self.service)
        own = queries.tasks_of(self.reader, services=[self.service])
        return own.filter(conditions(self.now, self.reader.user)[tab.code])

    def counts(self) -> dict[str, int]:
        """How many tasks are on each tab: one query for the team's own work, one for each of the others."""
        own = queries.tasks_of(self.reader, services=[self.service]).order_by()
        counted = own.aggregate(
            **{
                f"on_{code}": Count("pk", filter=condition)
                for code, condition in conditions(self.now, self.reader.user).items()
            }
        )
        found = {code: counted.get(f"on_{code}", 0) for code in TABS}
        return found | {code: self._on(tab).count() for code, tab in TABS.items() if tab.of_others}
