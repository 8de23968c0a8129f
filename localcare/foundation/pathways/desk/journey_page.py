"""What the pages about journeys show: one journey, all journeys of a person, and the panel on the person's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from localcare.analysis.pathways.model import Pathway
from localcare.foundation.forms.models import FormResponse
from localcare.foundation.pathways import definitions, queries
from localcare.foundation.pathways.desk.presenters import ClockRow, TaskRow, clock_rows, task_rows
from localcare.foundation.pathways.models import ClockState, Journey, JourneyState, TaskState
from localcare.foundation.pathways.presenters import TimeLeft, time_left
from localcare.foundation.pathways.sight import whole_story
from localcare.foundation.pathways.story import StoryLine, stories
from localcare.foundation.people.models import Person
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_relative_moment

ON_PANEL = 6


@dataclass(frozen=True)
class ShownJourney:
    """One journey with everything that is told of it."""

    journey: Journey
    pathway: Pathway
    state: JourneyState
    standing: str
    tone: str
    open_tasks: list[TaskRow]
    to_arrange: list[TaskRow]
    waiting: list[str]
    clocks: list[ClockRow]
    lines: list[StoryLine]
    forms: list[FormResponse]

    @property
    def met_in_words(self) -> str:
        """`3 clocks met, 1 missed, 2 running`."""
        tones = [clock.left.tone for clock in self.clocks]
        late = tones.count("missed") + tones.count("overdue")
        running = sum(tones.count(tone) for tone in ("good", "soon"))
        said = [f"{tones.count('met')} met", f"{late} missed or overdue", f"{running} running in time"]
        return ", ".join(said)


def shown(journey: Journey, *, now: datetime) -> ShownJourney:
    """A journey as its page tells it."""
    return all_shown([journey], now=now)[0]


def all_shown(journeys: Sequence[Journey], *, now: datetime) -> list[ShownJourney]:
    """Journeys as their page tells them: the number of queries does not depend on how many."""
    tasks, clocks, lines = _tasks(journeys), _clocks(journeys), stories(journeys)
    wanted = [task for of_journey in tasks.values() for task in of_journey if _waits(task)]
    rows: dict[int, list[TaskRow]] = {journey.pk: [] for journey in journeys}
    for row in task_rows(wanted, now=now):
        rows[row.state.journey_id].append(row)
    return [_shown(one, rows[one.pk], clocks[one.pk], lines[one.pk], now) for one in journeys]


def _shown(
    journey: Journey, rows: list[TaskRow], clocks: list[ClockState], lines: list[StoryLine], now: datetime
) -> ShownJourney:
    pathway, state = definitions.pathway_of(journey.version), journey.state
    words, tone = standing(state, pathway)
    return ShownJourney(
        journey=journey,
        pathway=pathway,
        state=state,
        standing=words,
        tone=tone,
        open_tasks=[row for row in rows if row.state.is_open],
        to_arrange=[row for row in rows if not row.state.is_open],
        waiting=[pathway.steps[step].title for step in state.waiting_steps if step in pathway.steps],
        clocks=clock_rows(clocks, pathway, now),
        lines=lines,
        forms=[line.entry.response for line in lines if line.entry.response is not None],
    )


def _waits(task: TaskState) -> bool:
    """Open work; or a request on an open journey that was declined and that nobody has made anew."""
    is_refused = task.state == "declined" and not task.is_dealt_with
    return task.is_open or (is_refused and task.journey.state.is_open)


def _tasks(journeys: Sequence[Journey]) -> dict[int, list[TaskState]]:
    """The tasks of each journey by its key, due first; each holds its journey and person as they were given."""
    by_key = {journey.pk: journey for journey in journeys}
    found: dict[int, list[TaskState]] = {key: [] for key in by_key}
    tasks = TaskState.objects.filter(journey__in=by_key).order_by("due_at", "task")
    for task in tasks.select_related("task", "service", "asked_by", "assigned_to"):
        task.journey = by_key[task.journey_id]
        task.person = task.journey.person
        found[task.journey_id].append(task)
    return found


def _clocks(journeys: Sequence[Journey]) -> dict[int, list[ClockState]]:
    found: dict[int, list[ClockState]] = {journey.pk: [] for journey in journeys}
    clocks = ClockState.objects.filter(task__journey__in=journeys).select_related("task")
    for clock in clocks.order_by("started_at", "pk"):
        found[clock.task.journey_id].append(clock)
    return found


def standing(state: JourneyState, pathway: Pathway) -> tuple[str, str]:
    """Where a journey stands: `Open since …`, `Ended …: Independent`; and the colour of its tag."""
    now = timezone.now()
    if state.is_open:
        return f"Open since {format_relative_moment(state.opened_at, now)}", "blue"
    end = pathway.ends.get(state.outcome, state.outcome.replace("-", " ").replace("_", " "))
    return f"Ended {format_relative_moment(state.ended_at, now)}: {end}", "grey"


def opened_from(journey: Journey, reader: Reader) -> list[Journey]:
    """Journeys that this one opened and the reader may see."""
    others = Journey.objects.filter(whole_story(reader, journey="pk"), opened_from__journey=journey)
    return list(others.select_related("version", "state", "person").defer("version__content").order_by("pk"))


@dataclass(frozen=True)
class PanelLine:
    """One journey on the person's page."""

    journey: Journey
    title: str
    standing: str
    next_due: str
    left: TimeLeft | None


def panel(person: Person, reader: Reader) -> Mapping[str, Any]:
    """Care now and before: open journeys with what is due next, then those that ended."""
    journeys = queries.journeys_of(reader, person)
    now = timezone.now()
    due = _next_due([journey.pk for journey in journeys if journey.state.is_open])
    return {
        "open_lines": [
            _line(journey, due.get(journey.pk), now) for journey in journeys if journey.state.is_open
        ],
        "past_lines": [_line(journey, None, now) for journey in journeys if not journey.state.is_open][
            :ON_PANEL
        ],
        "total": len(journeys),
        "may_open": reader.may("journey.open"),
    }


def _next_due(journeys: Sequence[int]) -> dict[int, TaskState]:
    tasks = TaskState.objects.filter(journey__in=journeys, is_open=True, due_at__isnull=False)
    found: dict[int, TaskState] = {}
    for task in tasks.select_related("service").order_by("due_at"):
        found.setdefault(task.journey_id, task)
    return found


def _line(journey: Journey, task: TaskState | None, now: datetime) -> PanelLine:
    pathway = definitions.pathway_of(journey.version)
    words = ""
    if task is not None:
        service = f", {task.service.title}" if task.service else ""
        words = f"{pathway.steps[task.step].title}{service}: {format_relative_moment(task.due_at, now)}"
    return PanelLine(
        journey=journey,
        title=pathway.title,
        standing=standing(journey.state, pathway)[0],
        next_due=words,
        left=time_left(task.due_at, now) if task else None,
    )
