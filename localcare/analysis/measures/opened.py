"""A journal and a linked dataset opened on one engine, with the rows that indicators count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from localcare.analysis.dataset import LinkedDataset, read_metadata
from localcare.analysis.dataset.engine import connect
from localcare.analysis.journal.parquet import JournalFolder
from localcare.analysis.journal.set_clocks import JournalTables
from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.measures import dataset_rows, journal_rows
from localcare.analysis.measures.calendar import begins, day_column
from localcare.analysis.measures.people import with_breakdowns
from localcare.analysis.measures.places import Places, shipped_places
from localcare.analysis.measures.subjects import OF_PEOPLE, SUBJECTS
from localcare.analysis.pathways.working_time import local_day

DAYS = {"day": "date32"}
PLACES = {"of_practice": "string", "cluster": "string", "locality": "string"}


class Opened:
    """What a source holds, as tables; what was worked out once is kept."""

    def __init__(self, journal: JournalFolder | None, dataset: Path | None, places: Places | None) -> None:
        self._journal, self._dataset, self._places = journal, dataset, places
        self._names, self._kept = count(1), dict[tuple[Any, ...], Any]()

    @cached_property
    def backend(self) -> Any:
        """The engine."""
        return connect()

    @cached_property
    def tables(self) -> JournalTables:
        """The journal's tables."""
        assert self._journal is not None
        return JournalTables(self._journal, self.backend)

    @cached_property
    def dataset(self) -> LinkedDataset:
        """The linked dataset."""
        assert self._dataset is not None
        return LinkedDataset(self._dataset, self.backend, allow_missing=True)

    @cached_property
    def times_of_journal(self) -> tuple[datetime, datetime]:
        """From when to when the journal knows what happened, in UTC without a zone."""
        assert self._journal is not None
        about = self._journal.about
        return tuple(at.astimezone(UTC).replace(tzinfo=None) for at in (about.since, about.until))  # type: ignore[return-value]

    @cached_property
    def days_of_journal(self) -> tuple[date, date]:
        """The first and the last day of the journal, in London."""
        assert self._journal is not None
        return local_day(self._journal.about.since), local_day(self._journal.about.until)

    @cached_property
    def as_of(self) -> date | None:
        """The day that the dataset is complete up to, if it says so."""
        assert self._dataset is not None
        said = read_metadata(self._dataset).get("as_of")
        return date.fromisoformat(said) if said else None

    def first_day(self, subject: str, on: str) -> date | None:
        """The day that a feed begins, read off its table's column `on`: before the first day with anything in it, by as
        much as lies between two on average. None of people, who are known by their lists, and where nothing tells.
        """
        if subject not in dataset_rows.TABLES:
            return None
        key = ("first", subject, on)
        if key not in self._kept:
            table = self.dataset.table(subject)
            days = table[on].cast("date")
            ends = table.aggregate(first=days.min(), last=days.max(), count=days.count())
            self._kept[key] = begins(**ends.to_pyarrow().to_pylist()[0])
        found: date | None = self._kept[key]
        return found

    def rows(self, subject: str, on: str, parameters: Mapping[str, Any]) -> Any:
        """The rows of a subject, each with its day (that of the column `on`) and what it can be broken down by."""
        key = (subject, on, tuple(sorted(parameters.items())))
        if key not in self._kept:
            if SUBJECTS[subject].reads == "journal":
                found = self._of_journal(subject, on)
            else:
                found = self._of_dataset(subject, on, parameters)
            self._kept[key] = self._keep(found if subject == "waits" else with_breakdowns(found))
        return self._kept[key]

    def _of_journal(self, subject: str, on: str) -> Any:
        now = self.times_of_journal[1]
        rows = journal_rows.ROWS[subject](self.tables, now)
        if subject == "waits":
            return self._about_people(rows.mutate(day=rows.begins_at.date()))
        rows = self._keep(rows.filter(rows[on] <= now))
        ends = rows.aggregate(first=rows[on].min(), last=rows[on].max()).to_pyarrow().to_pylist()[0]
        return self._about_people(rows.mutate(day=day_column(rows[on], ends["first"], ends["last"])))

    def _about_people(self, rows: Any) -> Any:
        assert self._journal is not None
        people = self._journal.table("people", self.backend).rename(who="person").drop("area")
        return rows.left_join(people, rows.person == people.who).drop("who")

    def _of_dataset(self, subject: str, on: str, parameters: Mapping[str, Any]) -> Any:
        rows = dataset_rows.ROWS[subject](self.dataset, parameters)
        rows = self._keep(rows.mutate(day=rows[on]).filter(rows[on].notnull()))
        return dataset_rows.with_people(rows, self.dataset, self.places)

    def people(self, days: Sequence[Mapping[str, Any]], *, coded: bool = False) -> Any:
        """How many people of each kind were registered on each of the days (columns starts_on, day and days).

        One row for each kind that can be told apart; `coded`: also by what was coded by then. One day at a time, so that
        the whole register of a county is never held for many days at once.
        """
        parts = [self._people_on(row["day"], coded) for row in days]
        whole = [
            part.append_column("starts_on", pa.array([row["starts_on"]] * part.num_rows, pa.date32()))
            .append_column("days", pa.array([row["days"]] * part.num_rows, pa.int64()))
            for part, row in zip(parts, days, strict=True)
        ]  # fmt: skip
        name = f"people_{next(self._names)}"
        self.backend.con.register(name, pa.concat_tables(whole))
        return self.backend.table(name)

    def _people_on(self, day: date, coded: bool) -> Any:
        key = ("people", day, coded)
        if key not in self._kept:
            there = self.put("day", [{"day": day}], DAYS)
            found = dataset_rows.registered(self.dataset, there, self.places)
            found = dataset_rows.with_coded(found, self._coded) if coded else found
            kinds = [*OF_PEOPLE, "day", "age", *(("frailty", "has_plan", "period_end") if coded else ())]
            found = with_breakdowns(found)
            self._kept[key] = found.group_by(*kinds).aggregate(people=found.count()).to_pyarrow()
        return self._kept[key]

    @cached_property
    def _coded(self) -> Any:
        return self._keep(dataset_rows.facts_of_plans_and_frailty(self.dataset))

    @cached_property
    def places(self) -> Any:
        """Where each practice lies."""
        said = shipped_places() if self._places is None else self._places
        return self.put("places", dataset_rows.places_rows(said), PLACES)

    def put(self, name: str, rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> Any:
        """Rows given to the engine as a table; `types` are Arrow's names of types."""
        name = f"{name}_{next(self._names)}"
        schema = pa.schema([(column, pa.type_for_alias(said)) for column, said in types.items()])
        self.backend.con.register(name, pa.Table.from_pylist(list(rows), schema=schema))
        return self.backend.table(name)

    def _keep(self, expression: Any) -> Any:
        """Work the expression out now and keep it."""
        name = f"kept_{next(self._names)}"
        return self.backend.create_table(name, expression)
