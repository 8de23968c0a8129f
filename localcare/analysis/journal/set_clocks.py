"""The tables of a journal by set-based expressions: journeys, tasks, clocks, questions and waits, all at once.

What they say is what the fold says (`folded`). Journeys on which something was undone, paused or taken up again go
through the fold itself, one by one; they are few. Every due time comes from the one rule of working time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from localcare.analysis.journal.clocks import Rulebook
from localcare.analysis.journal.dues import Dues
from localcare.analysis.journal.folded import ANSWERS, FoldedRows, folded_rows
from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.journal.rulebook import shipped_rulebook
from localcare.analysis.journal.states import CLOSED
from localcare.analysis.journal.waiting import LEFT_THE_BED
from localcare.analysis.libraries import Library, ibis
from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.pathways.model import Clock, Pathway, Step

schemas: Any = Library("localcare.analysis.journal.table_schemas")  # needs the engine: read on use

BY_THE_FOLD = ("undone", "paused", "resumed", "reopened")
STATES = {  # the state after an event, where nothing is undone, paused or taken up again
    "requested": "requested", "accepted": "accepted", "declined": "declined", "started": "started",
    "milestone": "started", "done": "done", "cancelled": "cancelled", "transferred": "requested",
}  # fmt: skip
KEY = ("pathway", "version", "step")


class JournalTables:
    """What a journal says, as Ibis tables on a DuckDB backend; each is worked out when first asked for, and kept."""

    def __init__(self, folder: JournalFolder, backend: Any, rules: Rulebook | None = None) -> None:
        self.folder, self.backend = folder, backend
        self.rules = rules or shipped_rulebook()
        self.dues = Dues(self.rules)
        backend.con.execute("SET TimeZone = 'UTC'")
        self.entries = self._keep("entries", _plain_times(folder.table("journal", backend)))

    @cached_property
    def journeys(self) -> Any:
        """Every journey; columns of `table_schemas.JOURNEYS`."""
        whole = self._plain_entries.filter(self._plain_entries.task.isnull())
        columns = {
            "opened_at": _last(whole, "effective_at", "opened"),
            "ended_at": _last(whole, "effective_at", "ended"),
            "outcome": _last(whole, "code", "ended").coalesce(""),
            "priority": _last_priority(whole, "opened"),
        }
        found = whole.group_by("journey", "person", "pathway", "version", "opened_from").aggregate(**columns)
        return self._with_folded("journeys", found)

    @cached_property
    def tasks(self) -> Any:
        """Every task that holds; columns of `table_schemas.TASKS`."""
        found = self._standing.join(self._steps.drop("place"), KEY)
        due = self._due(found.select(rule=found.lasts_rule, start=found.started_at))
        found = found.left_join(due, [found.lasts_rule == due.rule, found.started_at == due.start])
        found = found.mutate(lasts_until=found.due)
        return self._with_folded("tasks", found)

    @cached_property
    def clocks(self) -> Any:
        """Every clock that has started; columns of `table_schemas.CLOCKS`."""
        return self._with_folded("clocks", self._stopped(self._started_clocks()))

    @cached_property
    def questions(self) -> Any:
        """Every time a service was asked, with its answer; columns of `table_schemas.QUESTIONS`."""
        task = self._plain_entries.filter(self._plain_entries.task.notnull())
        found = task.filter(task.event.isin(("requested", "transferred", *ANSWERS)))
        after = ibis.window(group_by="task", order_by="entry")
        found = found.mutate(
            answer=found.event.lead().over(after).coalesce(""),
            answered_at=found.effective_at.lead().over(after),
            answer_code=found.code.lead().over(after),
        )
        found = found.filter(found.event.isin(("requested", "transferred")))
        found = found.join(self._steps.select(*KEY, "answer_rule"), KEY)
        found = found.mutate(
            asked_at=found.effective_at,
            service=found.service.coalesce(""),
            service_kind=found.service_kind.coalesce(""),
            reason=ibis.cases((found.answer == "declined", found.answer_code), else_=""),
        )
        due = self._due(found.select(rule=found.answer_rule, start=found.asked_at))
        found = found.left_join(due, [found.answer_rule == due.rule, found.asked_at == due.start])
        return self._with_folded("questions", found.mutate(due_at=found.due))

    @cached_property
    def waits(self) -> Any:
        """Every wait of somebody in a place for a step; columns of `table_schemas.WAITS`."""
        found = self._standing.join(self._steps.filter(self._steps.place != ""), KEY)
        next_round = ibis.window(group_by=("journey", "step"), order_by="task")
        ended = self.journeys.select(ended_journey="journey", ended_at="ended_at")
        found = found.mutate(asked_again=found.requested_at.lead().over(next_round))
        ends = ibis.cases(
            (found.left_at.notnull(), found.left_at),
            (found.goes_on & found.started_at.notnull(), found.started_at),
            (found.state == "declined", found.asked_again),
            else_=found.finished_at,
        )
        found = found.mutate(begins_at=found.requested_at, until=ends).filter(found.requested_at.notnull())
        found = found.left_join(ended, found.journey == ended.ended_journey)
        found = found.mutate(ends_at=ibis.least(found.until, found.ended_at))
        return self._with_folded("waits", found)

    @cached_property
    def folded(self) -> FoldedRows:
        """The rows of the journeys that go through the fold."""
        special = self.entries.filter(self.entries.event.isin(BY_THE_FOLD)).select("journey").distinct()
        entries = self.entries.semi_join(special, "journey").to_pyarrow().to_pylist()
        rows = [row | {"effective_at": _utc(row["effective_at"])} for row in entries]
        return folded_rows(rows, self.folder.pathways, self.rules)

    @cached_property
    def _plain_entries(self) -> Any:
        special = self.entries.filter(self.entries.event.isin(BY_THE_FOLD)).select("journey").distinct()
        return self._keep("plain", self.entries.anti_join(special, "journey"))

    @cached_property
    def _steps(self) -> Any:
        """What the definitions say of each step."""
        rows = []
        for (code, version), pathway in self.folder.pathways.items():
            for step in pathway.steps.values():
                rows.append({
                    "pathway": code, "version": version, "step": step.code, "place": step.waits_in,
                    "goes_on": step.lasts is not None, "lasts_rule": self._lasts(step), "answer_rule": self._answer(step),
                })  # fmt: skip
        kinds = [(name, pa.string()) for name in (*KEY, "place")]
        numbers = [("lasts_rule", pa.int64()), ("answer_rule", pa.int64())]
        return self._put("steps", rows, pa.schema([*kinds, ("goes_on", pa.bool_()), *numbers]))

    def _lasts(self, step: Step) -> int | None:
        return self.dues.number(step.lasts.up_to, "") if step.lasts else None

    def _answer(self, step: Step) -> int | None:
        asked = step.acceptance
        return self.dues.number(asked.within, asked.hours) if asked else None

    @cached_property
    def _standing(self) -> Any:
        """One row per task, as its entries leave it."""
        task = self._plain_entries.filter(self._plain_entries.task.notnull())
        task = task.mutate(has_service=task.service.notnull() | task.event.isin(("requested", "transferred")))
        ends = task.event.isin(("done", "declined", "cancelled"))
        asks = task.event.isin(("requested", "transferred"))
        handed_on = task.entry.max(where=task.event == "transferred").coalesce(-1)
        says_who = asks & (task.asked_by.notnull() | (task.event == "requested"))
        columns = {
            "service": task.service.argmax(task.entry, where=task.has_service).coalesce(""),
            "service_kind": task.service_kind.argmax(task.entry, where=task.has_service).coalesce(""),
            "asked_by": task.asked_by.argmax(task.entry, where=says_who).coalesce(""),
            "priority": _last_priority(task, "requested"),
            "first_priority": task.priority.argmin(task.entry, where=task.event == "requested").coalesce(""),
            "state": _state_of(task.event.argmax(task.entry, where=task.event.isin(tuple(STATES)))),
            "requested_at": _last(task, "effective_at", "requested"),
            "asked_at": task.effective_at.argmax(task.entry, where=asks),
            "accepted_entry": task.entry.max(where=task.event == "accepted"),
            "handed_on_entry": handed_on,
            "last_accepted_at": _last(task, "effective_at", "accepted"),
            "started_at": task.effective_at.argmin(task.entry, where=task.event.isin(("started", "milestone", "done"))),
            "finished_at": task.effective_at.argmax(task.entry, where=ends),
            "outcome": ibis.cases(
                (task.event.argmax(task.entry, where=ends) == "done", _last(task, "code", "done")), else_=""
            ),
            "booked_for": _said(task, "booked", "for"),
            "extended_until": _said(task, "extended", "until"),
            "left_at": ibis.least(*(_last(task, "effective_at", event, code) for event, code in LEFT_THE_BED)),
        }  # fmt: skip
        found = task.group_by("journey", "person", *KEY, "task").aggregate(**columns)
        accepted = found.accepted_entry > found.handed_on_entry
        found = found.mutate(accepted_at=ibis.cases((accepted, found.last_accepted_at)))
        return self._keep("standing", found)

    @cached_property
    def _moments(self) -> Any:
        """When what last happened to a task: journey, task, step, event, milestone, at."""
        task = self._plain_entries.filter(self._plain_entries.task.notnull())
        milestone = ibis.cases((task.event == "milestone", task.code), else_="")
        found = task.mutate(milestone=milestone).group_by("journey", "task", "step", "event", "milestone")
        said = found.aggregate(at=task.effective_at.argmax(task.entry))
        begun = self._standing.filter(
            self._standing.started_at.notnull()
        )  # reaching a milestone starts it too
        without = begun.anti_join(said.filter(said.event == "started"), "task")
        started = without.select(
            "journey",
            "task",
            "step",
            event=ibis.literal("started"),
            milestone=ibis.literal(""),
            at=without.started_at,
        )
        return self._keep("moments", said.union(started))

    def _clock_definitions(self) -> Any:
        rows = [
            _clock_row(code, version, step, clock, self.dues)
            for (code, version), pathway in self.folder.pathways.items()
            for step, clock in _clocks(pathway)
        ]
        columns = ("clock", "standard", "start_event", "start_milestone", "start_step", "stop_event",
                   "stop_milestone", "stop_step", "only_for")  # fmt: skip
        kinds = [(name, pa.string()) for name in (*KEY, *columns)]
        return self._put(
            "clocks", rows, pa.schema([*kinds, ("clock_rule", pa.int64()), ("counts_back", pa.bool_())])
        )

    def _started_clocks(self) -> Any:
        """Each clock of each task to which it applies, with the moments of its start and stop, once it started."""
        found = self._standing.drop("started_at", "finished_at", "outcome").join(
            self._clock_definitions(), KEY
        )
        applies = (found.only_for == "") | found.only_for.contains(
            ibis.literal("|").concat(found.priority, "|")
        )
        opened = self.journeys.select(opened_journey="journey", opened_at="opened_at")
        found = found.filter(applies).left_join(opened, found.journey == opened.opened_journey)
        found = self._keep("applying", found.drop("opened_journey"))
        for which in ("start", "stop"):
            found = self._with_moment(found, which)
        begun = found.started_at.notnull() & (~found.counts_back | found.booked_for.notnull())
        return self._keep("begun", found.filter(begun))

    def _with_moment(self, clocks: Any, which: str) -> Any:
        """When the moment came: of the journey, of the task, or the latest of an earlier task of another step."""
        event, milestone, step = (clocks[f"{which}_{what}"] for what in ("event", "milestone", "step"))
        said = self._moments.select(
            m_journey="journey", m_task="task", m_step="step", m_event="event", m_milestone="milestone", at="at"
        )  # fmt: skip
        same = [said.m_event == event, said.m_milestone == milestone]
        elsewhere = clocks.filter(step != "").join(
            said, [said.m_journey == clocks.journey, said.m_step == step, *same, said.m_task <= clocks.task]
        )
        other = elsewhere.group_by(o_task="task", o_clock="clock").aggregate(other_at=elsewhere["at"].max())
        found = clocks.left_join(said, [said.m_task == clocks.task, *same])
        found = found.left_join(other, [found.task == other.o_task, found.clock == other.o_clock])
        at = ibis.cases(
            (found[f"{which}_event"] == "opened", found.opened_at),
            (found[f"{which}_step"] != "", found.other_at),
            else_=found["at"],
        )
        name = "started_at" if which == "start" else "moment_of_stop"
        return found.mutate(**{name: at}).select(*clocks.columns, name)

    def _stopped(self, clocks: Any) -> Any:
        counted_from = ibis.cases((clocks.counts_back, clocks.booked_for), else_=clocks.started_at)
        clocks = clocks.mutate(counted_from=counted_from)
        due = self._due(clocks.select(rule=clocks.clock_rule, start=clocks.counted_from))
        found = clocks.left_join(due, [clocks.clock_rule == due.rule, clocks.counted_from == due.start])
        found = found.mutate(
            due_at=found.due,
            stopped_at=ibis.cases((found.moment_of_stop >= found.started_at, found.moment_of_stop)),
        )
        return found.mutate(
            paused_seconds=ibis.literal(0, "int64"),
            is_met=found.stopped_at <= found.due_at,
            is_void=found.stopped_at.isnull() & found.state.isin(tuple(CLOSED)),
        )

    def _due(self, pairs: Any) -> Any:
        return self.dues.table(self.backend, pairs)

    def _with_folded(self, name: str, found: Any) -> Any:
        schema = getattr(schemas, name.upper())
        rows = self._put(f"folded_{name}", getattr(self.folded, name), schema)
        columns = {field.name: _cast(found[field.name], field.type) for field in schema}
        return self._keep(name, found.select(**columns).union(rows))

    def _keep(self, name: str, expression: Any) -> Any:
        """Work the expression out now and keep it under a name."""
        self.backend.con.execute(f'create table "{name}" as {self.backend.compile(expression)}')
        return self.backend.table(name)

    def _put(self, name: str, rows: list[dict[str, Any]], schema: Any) -> Any:
        self.backend.con.register(f"given_{name}", pa.Table.from_pylist(rows, schema=schema))
        return self.backend.table(f"given_{name}")


def _clocks(pathway: Pathway) -> list[tuple[Step, Clock]]:
    return [(step, clock) for step in pathway.steps.values() for clock in step.clocks]


def _clock_row(code: str, version: str, step: Step, clock: Clock, dues: Dues) -> dict[str, Any]:
    row: dict[str, Any] = {"pathway": code, "version": version, "step": step.code, "clock": clock.code}
    for which, moment in (("start", clock.start), ("stop", clock.stop)):
        row[f"{which}_event"], row[f"{which}_milestone"] = moment.event, moment.milestone
        row[f"{which}_step"] = "" if moment.step == step.code else moment.step
    return row | {
        "standard": clock.standard,
        "only_for": f"|{'|'.join(clock.priorities)}|" if clock.priorities else "",
        "clock_rule": dues.number(clock.within, clock.hours, counts_back=clock.counts_back),
        "counts_back": clock.counts_back,
    }


def _last(entries: Any, column: str, event: str, code: str = "") -> Any:
    """What the last entry of an event says in a column."""
    mine = entries.event == event
    return entries[column].argmax(entries.entry, where=mine & (entries.code == code) if code else mine)


def _last_priority(entries: Any, first: str) -> Any:
    said = ibis.cases((entries.event == "prioritised", entries.code), else_=entries.priority)
    return said.argmax(entries.entry, where=entries.event.isin((first, "prioritised"))).coalesce("")


def _state_of(event: Any) -> Any:
    return ibis.cases(*((event == one, state) for one, state in STATES.items()), else_="")


def _said(entries: Any, event: str, name: str) -> Any:
    """The moment that the last entry of an event carries in its detail."""
    text = entries.detail.cast("json")[name].str
    return text.cast("timestamp").argmax(entries.entry, where=entries.event == event)


def _plain_times(journal: Any) -> Any:
    times = {name: journal[name].cast("timestamp") for name in ("effective_at", "recorded_at")}
    return journal.mutate(**times)


def _cast(column: Any, kind: Any) -> Any:
    return column.cast(ibis.dtype(kind))


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)
