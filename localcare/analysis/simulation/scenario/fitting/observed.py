"""What a journal shows of journeys and tasks, as plain arrays; times are hours since its first moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from localcare.analysis.dataset.engine import connect
from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.journal.set_clocks import JournalTables
from localcare.analysis.pathways.model import Pathway
from localcare.analysis.simulation.scenario.distributions import Array

LONDON = ZoneInfo("Europe/London")
Words = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Journeys:
    """Journeys in the order in which they were opened; arrays of one length."""

    pathway: Words
    priority: Words
    opened: Array
    is_new: Flags  # not opened by an outcome that opens this pathway by itself

    def kept(self, which: Flags) -> Journeys:
        """Those that are chosen."""
        return Journeys(self.pathway[which], self.priority[which], self.opened[which], self.is_new[which])


@dataclass(frozen=True)
class Tasks:
    """Tasks; a time that has not come (or is not known yet) is not a number. Arrays of one length."""

    pathway: Words
    step: Words
    service: Words
    kind: Words
    outcome: Words  # of tasks that are done
    requested: Array
    started: Array
    finished: Array

    def kept(self, which: Flags) -> Tasks:
        """Those that are chosen."""
        return Tasks(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    def as_of(self, now: float) -> Tasks:
        """What was known at a moment."""
        known = self.kept(self.requested <= now)
        later = ~(known.finished <= now)
        return replace(
            known,
            started=np.where(known.started <= now, known.started, np.nan),
            finished=np.where(later, np.nan, known.finished),
            outcome=np.where(later, "", known.outcome),
        )


@dataclass(frozen=True)
class Observed:
    """A journal from its first moment to its last."""

    kind: str  # lived or simulated
    since: datetime  # UTC
    hours: float
    journeys: Journeys
    tasks: Tasks
    pathways: Mapping[str, Pathway]  # by code: the version most journeys are on
    contents: Mapping[str, Mapping[str, Any]]
    milestones: Mapping[tuple[str, str, str], float]  # pathway, step, milestone -> part of the duration
    by_hand: frozenset[str]  # pathways opened from tasks whose outcome does not open them by itself
    answers: Mapping[tuple[str, str], float] = field(
        default_factory=dict
    )  # pathway, step -> part of the wait after which the request was accepted
    titles: Mapping[str, str] = field(default_factory=dict)  # of services, by code

    def local(self, hour: float) -> datetime:
        """The local time of a moment."""
        return (self.since + timedelta(hours=hour)).astimezone(LONDON)


def observe(folder: JournalFolder) -> Observed:
    """Read a journal folder. JournalError where it cannot be read; ValueError where nothing happened in it."""
    tables = JournalTables(folder, connect())
    journeys, tasks = tables.journeys.to_pyarrow(), tables.tasks.to_pyarrow()
    if journeys.num_rows == 0:
        raise ValueError(
            f"{folder.path} holds no journey: nothing can be fitted. Give a journal of some weeks."
        )
    since = folder.about.since.astimezone(UTC)
    hours = (folder.about.until - folder.about.since).total_seconds() / 3600
    codes = _words(journeys, "pathway")
    used = {code: _version_of(journeys, code) for code in sorted(set(codes.tolist()))}
    pathways = {code: folder.pathways[code, version] for code, version in used.items()}
    new, by_hand = _new(journeys, tasks, pathways)
    order = np.argsort(_hours(journeys, "opened_at", since), kind="stable")
    found = Journeys(codes, _words(journeys, "priority"), _hours(journeys, "opened_at", since), new)
    return Observed(
        kind=folder.about.kind,
        since=since,
        hours=hours,
        journeys=Journeys(*(getattr(found, name)[order] for name in found.__dataclass_fields__)),
        tasks=_tasks(tasks, since),
        pathways=pathways,
        contents={code: folder.contents[code, version] for code, version in used.items()},
        milestones=_milestones(tables, tasks, since),
        by_hand=by_hand,
        answers=_answers(tasks, since),
        titles={row["code"]: row["title"] or "" for row in folder.arrow("services").to_pylist()},
    )


def _version_of(journeys: Any, code: str) -> str:
    """The version that most journeys of a pathway are on."""
    pairs = zip(journeys["pathway"].to_pylist(), journeys["version"].to_pylist(), strict=True)
    versions = [version for pathway, version in pairs if pathway == code]
    return str(max(sorted(set(versions)), key=versions.count))


def _new(journeys: Any, tasks: Any, pathways: Mapping[str, Pathway]) -> tuple[Flags, frozenset[str]]:
    """Which journeys are demand of their own, and which pathways are opened by hand from a task."""
    outcome_of = {
        task: (pathway, step, outcome)
        for task, pathway, step, outcome in zip(
            *(tasks[name].to_pylist() for name in ("task", "pathway", "step", "outcome")), strict=True
        )
    }
    new, by_hand = [], set()
    for code, task in zip(journeys["pathway"].to_pylist(), journeys["opened_from"].to_pylist(), strict=True):
        is_new = True
        if task in outcome_of:
            pathway, step, outcome = outcome_of[task]
            said = pathways[pathway].steps[step].outcomes.get(outcome)
            is_new = not (said and any(opening.pathway == code for opening in said.opens))
            if is_new:
                by_hand.add(code)
        new.append(is_new)
    return np.array(new, bool), frozenset(by_hand)


def _tasks(tasks: Any, since: datetime) -> Tasks:
    done = np.array([state == "done" for state in tasks["state"].to_pylist()], bool)
    requested = _hours(tasks, "requested_at", since)
    started, finished = _hours(tasks, "started_at", since), _hours(tasks, "finished_at", since)
    started = np.where(
        started < requested, requested, started
    )  # what was dated back goes no further than what led to it
    finished = np.where(finished < np.fmax(started, requested), np.fmax(started, requested), finished)
    return Tasks(
        pathway=_words(tasks, "pathway"),
        step=_words(tasks, "step"),
        service=_words(tasks, "service"),
        kind=_words(tasks, "service_kind"),
        outcome=np.where(done, _words(tasks, "outcome"), ""),
        requested=requested,
        started=started,
        finished=finished,
    )


def _milestones(tables: JournalTables, tasks: Any, since: datetime) -> dict[tuple[str, str, str], float]:
    """The mean part of its duration after which a step reached each milestone, over tasks that are done."""
    entries = tables.entries.filter(tables.entries.event == "milestone")
    rows = entries.select("task", "code", "effective_at").to_pyarrow()
    started = dict(zip(tasks["task"].to_pylist(), _hours(tasks, "started_at", since), strict=True))
    finished = dict(zip(tasks["task"].to_pylist(), _hours(tasks, "finished_at", since), strict=True))
    whose = dict(
        zip(
            tasks["task"].to_pylist(),
            zip(tasks["pathway"].to_pylist(), tasks["step"].to_pylist(), strict=True),
            strict=True,
        )
    )
    parts: dict[tuple[str, str, str], list[float]] = {}
    times = _hours(rows, "effective_at", since)
    for task, code, at in zip(rows["task"].to_pylist(), rows["code"].to_pylist(), times, strict=True):
        length = finished.get(task, np.nan) - started.get(task, np.nan)
        if length > 0:
            parts.setdefault((*whose[task], code), []).append((at - started[task]) / length)
    return {key: float(np.clip(np.mean(found), 0, 1)) for key, found in parts.items()}


def _answers(tasks: Any, since: datetime) -> dict[tuple[str, str], float]:
    """How much of the time from request to work had passed at the answer, over tasks that were begun."""
    requested, accepted, started = (
        _hours(tasks, name, since) for name in ("requested_at", "accepted_at", "started_at")
    )
    keys = zip(tasks["pathway"].to_pylist(), tasks["step"].to_pylist(), strict=True)
    found: dict[tuple[str, str], list[float]] = {}
    for key, answer, wait in zip(keys, accepted - requested, started - requested, strict=True):
        if wait > 0 and answer >= 0:
            both = found.setdefault(key, [0.0, 0.0])
            both[0], both[1] = both[0] + min(answer, wait), both[1] + wait
    return {key: float(answer / wait) for key, (answer, wait) in found.items()}


def _words(table: Any, name: str) -> Words:
    return np.array([word or "" for word in table[name].to_pylist()], dtype=object)


def _hours(table: Any, name: str, since: datetime) -> Array:
    """A column of UTC times as hours since a moment; what is missing is not a number."""
    times = table[name].to_numpy(zero_copy_only=False).astype("datetime64[us]")
    first = np.datetime64(since.astimezone(UTC).replace(tzinfo=None), "us")
    hours = (times - first).astype(np.float64) / 3.6e9
    return np.asarray(np.where(np.isnat(times), np.nan, hours), float)
