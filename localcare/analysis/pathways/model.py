"""What a pathway definition says: the shape that is lived, measured, priced and simulated.

Every value is immutable and built by `reading.read_pathway`; nothing here reads a clock or a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["m", "h", "d", "w"]
Event = Literal[
    "opened",  # the journey began
    "requested",
    "accepted",
    "declined",
    "started",
    "paused",
    "resumed",
    "milestone",
    "done",
    "booked",
    "cancelled",
]
Act = Literal["transfer", "ask_for_help", "inform"]
Whom = Literal["person", "carer"]
Join = Literal["each", "any", "all"]

ANY_SERVICE = "any-service"  # the kind of a step whose service is chosen by whoever asks


@dataclass(frozen=True)
class Span:
    """A length of time: an amount (minutes, hours, days, weeks), or the name of a dated setting.

    Minutes and hours are elapsed (or working) time; days and weeks keep the local time of day.
    """

    amount: int = 0
    unit: Unit = "h"
    setting: str = ""


@dataclass(frozen=True)
class Moment:
    """When something happened to a step; without a step, to the step the moment is written in (or the journey)."""

    event: Event
    step: str = ""
    milestone: str = ""


@dataclass(frozen=True)
class Escalation:
    """What happens when time runs out: one of three acts, towards a kind of service."""

    act: Act
    to: str


@dataclass(frozen=True)
class Clock:
    """A promise: from one moment to another within a span, counted in working hours where `hours` says so."""

    code: str
    title: str
    within: Span
    start: Moment
    stop: Moment
    hours: str = ""  # code of working hours; empty: all day, every day
    stops_when_paused: bool = False
    standard: str = ""  # the published standard it measures, for example ucr-2-hour
    priorities: tuple[str, ...] = ()  # applies to these only; empty: to all
    on_breach: Escalation | None = None
    runs_again: bool = False  # while finished work is taken up again; otherwise its first end holds
    counts_back: bool = False  # `within` before the start moment (a booked time), not after it


@dataclass(frozen=True)
class Acceptance:
    """How long a request may wait for an answer, and what happens then."""

    within: Span
    escalation: Escalation
    hours: str = ""


@dataclass(frozen=True)
class Lasting:
    """A step that goes on for a while, with reviews on the way."""

    up_to: Span
    review_every: Span | None = None
    review_form: str = ""


@dataclass(frozen=True)
class Opening:
    """Another pathway that an outcome opens, for the person or for their carer."""

    pathway: str
    whom: Whom = "person"


@dataclass(frozen=True)
class Outcome:
    """One way a step can end and where it leads.

    `to` are the steps that follow side by side; `end` ends this branch, `stop` ends the whole journey.
    """

    code: str
    title: str
    to: tuple[str, ...] = ()
    end: str = ""
    stop: str = ""
    opens: tuple[Opening, ...] = ()
    needs_reason: bool = False
    without_form: bool = False  # may end so before the form of the step is complete


@dataclass(frozen=True)
class Step:
    """One piece of work asked of a kind of service."""

    code: str
    title: str
    by: str  # kind of service
    outcomes: Mapping[str, Outcome]
    form: str = ""
    clocks: tuple[Clock, ...] = ()
    acceptance: Acceptance | None = None
    after: Join = "each"
    lasts: Lasting | None = None
    uses: Mapping[str, str] = field(
        default_factory=dict
    )  # for example {"visits": "2 per day"} or {"bed": "1"}
    waits_in: str = ""  # where the person is while this waits: what a delay costs
    milestones: Mapping[str, str] = field(default_factory=dict)  # code -> title, in their order
    decline_reasons: Mapping[str, str] = field(default_factory=dict)
    books: str = ""  # kind of thing held at a time: slot, list, bed
    help: str = ""


@dataclass(frozen=True)
class Pathway:
    """One reviewed definition."""

    code: str
    version: str
    title: str
    intervention: str
    source: str
    owner: str
    review_by: str
    steps: Mapping[str, Step]
    starts_with: tuple[str, ...]
    ends: Mapping[str, str] = field(default_factory=dict)  # end code -> title
    opens_with: str = ""  # form
    opened_by: tuple[str, ...] = ()  # kinds of service, or callers
    priorities: Mapping[str, str] = field(default_factory=dict)  # code -> title, most urgent first
    stops_on: Mapping[str, str] = field(default_factory=dict)  # death, opt-out -> end code
    needs: tuple[str, ...] = ()  # the needs it answers, to see that nobody is referred twice
    sensitive: bool = False
    summary: str = ""
