"""What a scenario file says, as immutable values: the contract between the file, the closed forms and the simulation.

Days and hours of the day are local ones of the place (its wall clock). Rates are per day, shares between 0 and 1,
durations carry their own unit. Nothing here reads a clock, a file or a random number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.scenario.durations import Duration

Discipline = Literal["first-come", "priority"]
Arrivals = Literal["poisson", "even"]
WhatChanges = Literal["demand", "duration", "share"]
Output = Literal["census", "waits", "throughput", "clocks", "journal"]

ALL_OUTPUTS: tuple[Output, ...] = ("census", "waits", "throughput", "clocks")


@dataclass(frozen=True)
class Demand:
    """New journeys of one pathway, over all areas.

    The rate in an hour is `per_day / 24 x by_hour x by_weekday x by_month x (1 + growth_per_year) ** years since
    the start`, the three lists being weights that are divided by their own mean before use.
    """

    per_day: float  # journeys opened on an average day at the start of the scenario
    by_hour: tuple[float, ...] = ()  # 24 weights from midnight; empty: all hours alike
    by_weekday: tuple[float, ...] = ()  # 7 weights from Monday; empty: all alike
    by_month: tuple[float, ...] = ()  # 12 weights from January; empty: all alike
    growth_per_year: float = 0.0  # 0.02 = two in a hundred more after a year
    arrivals: Arrivals = "poisson"  # even: equally spaced, for tests
    source: str = ""


@dataclass(frozen=True)
class StepScenario:
    """One step of a pathway: who does it, how long it takes, how it ends."""

    duration: Duration  # from started to done, while the place is held
    outcomes: Mapping[str, float]  # outcome code of the pathway's step -> share; they sum to 1
    service: str = (
        ""  # code of the scenario's service; empty: the service of the step's kind that serves the area
    )
    duration_by_outcome: Mapping[str, Duration] = field(
        default_factory=dict
    )  # in place of `duration` for these
    patience: Duration | None = None  # who has waited this long gives up (from requested); None: nobody does
    abandons_as: str = ""  # outcome code of whoever gives up; empty: the journey is abandoned
    takes: int = 1  # places of the service each person holds
    milestones: Mapping[str, float] = field(
        default_factory=dict
    )  # milestone -> the part of the duration after which it is reached (0 = at the start); those not named: 0
    begins_after: float = (
        0.0  # part of the duration that passes before work begins; only where the service is without limit
    )
    answered_after: float | None = (
        None  # part of the duration after which the request is accepted; None: when work begins
    )
    source: str = ""

    @property
    def accepted_after(self) -> float:
        """The part of the duration after which the request is accepted; never after work begins."""
        return (
            self.begins_after if self.answered_after is None else min(self.answered_after, self.begins_after)
        )

    def reached_after(self, milestone: str) -> float:
        """The part of the duration after which a milestone is reached; never before work begins."""
        return max(self.milestones.get(milestone, 0.0), self.begins_after)


@dataclass(frozen=True)
class PathwayScenario:
    """One pathway in the scenario; priorities and areas are shares of its new journeys and sum to 1 (or are empty)."""

    demand: Demand | None  # None: opened by other pathways only
    steps: Mapping[str, StepScenario]  # every step that can be reached
    priorities: Mapping[str, float] = field(
        default_factory=dict
    )  # in the pathway's order, most urgent first; none: with the least urgent
    areas: Mapping[str, float] = field(default_factory=dict)  # empty: by the shares of `Scenario.areas`
    source: str = ""


@dataclass(frozen=True)
class Shift:
    """A part of the week in which places are open; `end` after 24 is not possible: write two shifts."""

    weekdays: tuple[int, ...]  # 0 = Monday
    start: float  # hour of the day, 8.5 = half past eight
    end: float  # hour of the day, up to 24
    places: int


@dataclass(frozen=True)
class CapacityPeriod:
    """How many places are open between two days, both included.

    With shifts, the places at any time are the sum of the shifts then; without, `places` day and night. A place that
    closes while somebody is in it closes when they leave: nobody is sent away.
    """

    since: date
    until: date | None  # None: to the end
    places: int | None  # None: without limit (also with shifts: not given)
    shifts: tuple[Shift, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Sickness:
    """Places that are missing because staff are ill: each place by itself, off and on in spells.

    On each day a present place goes missing and a missing one returns so that `share` are missing on average and
    spells last `spell_days` on average.
    """

    share: float
    spell_days: float
    by_month: tuple[float, ...] = ()  # 12 weights from January
    source: str = ""


@dataclass(frozen=True)
class ServiceScenario:
    """A service with its places (beds, packages, people on the phone)."""

    kind: str  # as in `by` of the pathways' steps
    title: str
    capacity: tuple[CapacityPeriod, ...]  # in their order, without gap or overlap over the whole run
    discipline: Discipline = (
        "first-come"  # priority: most urgent first, first come within; nobody is interrupted
    )
    sickness: Sickness | None = None
    blocks: bool = (
        False  # who is done here keeps the place until the next step begins (or their journey ends)
    )
    waiting_room: int | None = (
        None  # who comes when so many wait already is turned away (blocked, if they come from
    )
    # a service that blocks); None: no limit
    unit: str = "place"  # what a place is, in words
    areas: tuple[str, ...] = ()  # areas it serves; empty: all
    source: str = ""


@dataclass(frozen=True)
class InitialGroup:
    """People who are somewhere already when the scenario starts."""

    pathway: str
    step: str
    count: int
    state: Literal["started", "requested"] = "started"
    elapsed: Duration | None = (
        None  # since they started (or asked); None: as in a long-run census of the step
    )
    area: str = ""  # empty: by the pathway's shares
    priority: str = ""  # empty: by the pathway's shares
    source: str = ""


@dataclass(frozen=True)
class Area:
    """A locality, or a cluster within one."""

    code: str
    title: str
    share: float = 0.0  # of the demand of pathways that have no shares of their own
    within: str = ""  # code of the locality
    source: str = ""


@dataclass(frozen=True)
class Change:
    """Something that becomes different on a day, at once or along a ramp, everywhere or in some areas.

    How far it has come (`ramp`) is 0 before `since`, 1 from `full_from` on, a straight line between, 0 after `until`.
    demand: the rate is multiplied by before + (value - before) x ramp. duration: lengths that begin then are, likewise.
    share: the outcome's share is `share + (value - share) x ramp`, the step's others shrink or grow in proportion.
    """

    code: str
    title: str
    what: WhatChanges
    pathway: str
    value: float
    since: date
    full_from: date | None = None  # None: at once
    until: date | None = None  # last day; None: for good
    step: str = ""  # duration, share
    outcome: str = ""  # share
    areas: tuple[str, ...] = ()  # empty: everywhere
    before: float = 1.0  # demand, duration: the factor while it has not begun (0: nothing of it yet)
    source: str = ""


@dataclass(frozen=True)
class Scenario:
    """One scenario; the run covers `warm_up_days` from `starts_on`, then `days` that are counted."""

    code: str
    title: str
    source: str
    starts_on: date  # first day of the run, warm-up included
    days: int
    pathways: Mapping[str, PathwayScenario]
    services: Mapping[str, ServiceScenario]
    warm_up_days: int = 0
    seed: int = 1
    replications: int = 20
    initial: tuple[InitialGroup, ...] = ()  # empty: an empty system
    changes: tuple[Change, ...] = ()
    areas: Mapping[str, Area] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ALL_OUTPUTS
    own_pathways: Mapping[str, Pathway] = field(default_factory=dict)  # written in the scenario itself
    own_contents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # the same as written
    summary: str = ""
    assumptions: tuple[str, ...] = ()  # in plain words, printed with every result
    version: str = "1"
    owner: str = ""
    review_by: str = ""
