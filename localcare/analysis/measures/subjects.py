"""What can be counted: the subjects, the columns a condition may name, and the breakdowns each can be shown by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["text", "number", "truth", "time", "day"]
OF_PEOPLE = ("locality", "cluster", "practice", "age_band", "age_five", "sex", "deprivation_quintile")
OF_JOURNEYS = (*OF_PEOPLE, "pathway")
OF_TASKS = (*OF_JOURNEYS, "service")
BREAKDOWNS = OF_TASKS


@dataclass(frozen=True)
class Subject:
    """One kind of thing that indicators count."""

    code: str
    meaning: str
    reads: Literal["journal", "dataset"]
    columns: Mapping[str, ColumnKind]
    by: tuple[str, ...]

    @property
    def moments(self) -> tuple[str, ...]:
        """The columns by whose day a thing can fall into a period."""
        return tuple(name for name, kind in self.columns.items() if kind in ("time", "day"))


_TASK: Mapping[str, ColumnKind] = {
    "pathway": "text", "step": "text", "service": "text", "service_kind": "text", "asked_by": "text",
    "priority": "text", "state": "text", "age": "number", "sex": "text",
}  # fmt: skip

SUBJECTS: Mapping[str, Subject] = {
    subject.code: subject
    for subject in (
        Subject(
            "clocks",
            "Clocks of tasks that have started. `known_at` is when it was known whether a clock was met: when it"
            " stopped or, if earlier, when its time was up; never of a clock that is void: its task ended before its time was"
            " up without reaching what it waits for. `in_time` is true only if it stopped in time.",
            "journal",
            {
                **_TASK,
                "clock": "text", "standard": "text", "started_at": "time", "due_at": "time", "stopped_at": "time",
                "known_at": "time", "in_time": "truth", "is_void": "truth", "minutes": "number",
            },
            OF_TASKS,
        ),
        Subject(
            "requests",
            "Each time a service was asked. `known_at` is when it was known whether the answer came in time.",
            "journal",
            {
                "pathway": "text", "step": "text", "service": "text", "service_kind": "text", "answer": "text",
                "reason": "text", "asked_at": "time", "answered_at": "time", "due_at": "time", "known_at": "time",
                "in_time": "truth", "minutes": "number", "age": "number", "sex": "text",
            },
            OF_TASKS,
        ),
        Subject(
            "tasks",
            "Steps asked of services, as the journal leaves them.",
            "journal",
            {
                **_TASK,
                "first_priority": "text", "outcome": "text", "goes_on": "truth", "requested_at": "time", "accepted_at": "time",
                "started_at": "time", "finished_at": "time", "lasts_until": "time", "ended_in_time": "truth",
                "days": "number",
            },
            OF_TASKS,
        ),
        Subject(
            "journeys",
            "People on a pathway, from its opening to its end.",
            "journal",
            {
                "pathway": "text", "outcome": "text", "priority": "text", "opened_at": "time", "ended_at": "time",
                "days": "number", "age": "number", "sex": "text",
            },
            OF_JOURNEYS,
        ),
        Subject(
            "waits",
            "People who are in a place (an acute bed) because a step is not done yet; counted at midnight.",
            "journal",
            {"pathway": "text", "step": "text", "service_kind": "text", "place": "text", "age": "number", "sex": "text"},
            OF_TASKS,
        ),
        Subject(
            "stays",
            "Hospital stays of the linked dataset. `readmitted` is an emergency admission within `within_days` of the"
            " discharge; `at_home_on_day` is alive, in no hospital bed and in no care home `on_day` days after it.",
            "dataset",
            {
                "admission_type": "text", "bed_type": "text", "service": "text", "admitted_on": "day",
                "discharged_on": "day", "nights": "number", "is_sensitive": "truth", "left_alive": "truth",
                "readmitted": "truth", "at_home_on_day": "truth", "had_reablement": "truth", "month": "number",
                "age": "number", "sex": "text",
            },
            (*OF_PEOPLE, "service"),
        ),
        Subject(
            "attendances",
            "Urgent and emergency care attendances of the linked dataset.",
            "dataset",
            {
                "department_type": "text", "arrival_mode": "text", "outcome": "text", "service": "text",
                "arrived_on": "day", "age": "number", "sex": "text",
            },
            (*OF_PEOPLE, "service"),
        ),
        Subject(
            "packages",
            "Packages of care of the linked dataset. `is_first` is true unless the person moved from one package of the"
            " same kind of place (a care home) into another.",
            "dataset",
            {
                "package_type": "text", "service": "text", "started_on": "day", "ended_on": "day", "is_first": "truth",
                "age": "number", "sex": "text",
            },
            (*OF_PEOPLE, "service"),
        ),
        Subject(
            "registered",
            "Everyone registered and alive on the last day of a period, with what is coded by then.",
            "dataset",
            {"frailty": "text", "has_plan": "truth", "age": "number", "sex": "text", "period_end": "day"},
            OF_PEOPLE,
        ),
    )
}  # fmt: skip
