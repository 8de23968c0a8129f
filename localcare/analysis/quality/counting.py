"""Counts a dataset by practice, feed, kind and month: set-based, one pass over each table."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.libraries import ibis
from localcare.analysis.quality.asking import kept, rows_of
from localcare.analysis.quality.codes_known import CodesFound, CodesKnown
from localcare.analysis.quality.counts import EARLIER, Counts, EventCount, PeopleCount
from localcare.analysis.quality.flags import (
    COUNTED,
    COUNTED_APART,
    MONTHS_OF_ACTIVITY,
    OLDER_FROM,
    flags_of,
    with_flags,
)
from localcare.analysis.quality.traits import (
    CODED_BY,
    EVENT_DAY,
    SYSTEMS,
    TRAITS,
    known_people,
    rows_with_traits,
)
from localcare.analysis.scores.windows import months_before

Progress = Callable[[str, int, int], None]
EVENTS = ("facts", "contacts", "stays", "attendances", "diagnoses", "procedures")
MOST_COMPARED = 5_000_000  # facts that are compared with one another; beyond, people are sampled
MONTHS_FOR_TWICE = 24
NOT_KNOWN_ETHNICITY = ("", "Z", "99")
NO_CODES = CodesFound((), {})


class Counting:
    """A dataset opened for counting: people once, then each table's rows with their flags."""

    def __init__(
        self, dataset: LinkedDataset, as_of: date, known: CodesKnown, until: date | None = None
    ) -> None:
        self.dataset, self.as_of, self.known = dataset, as_of, known
        self.until = max(as_of, until or as_of)  # only what lies after it cannot have happened yet
        self.people = kept(known_people(dataset, as_of))
        self._codes: dict[str, CodesFound] = {}

    def rows(self, table: str) -> Any:
        """The rows of an event table with every flag."""
        return with_flags(self.rows_with_traits(table), table, self.codes(table))

    def rows_with_traits(self, table: str) -> Any:
        """The rows of an event table with what decides their flags."""
        return rows_with_traits(self.dataset, table, self.people, self.codes(table), self.as_of, self.until)

    def codes(self, table: str) -> CodesFound:
        """The distinct codes of a table, as recorded, in their classes; none of a table that has no codes."""
        if table not in CODED_BY:
            return NO_CODES
        if table not in self._codes:
            found = rows_of(self.dataset.table(table).select(*CODED_BY[table]).distinct())
            self._codes[table] = self.known.classes(
                (row.get("kind"), row.get("system", SYSTEMS.get(table)), row["code"]) for row in found
            )
        return self._codes[table]


def count(counting: Counting, progress: Progress | None = None, *, least: int = 0) -> Counts:
    """Everything that the rules ask of the dataset as of the day; only the people where fewer than `least` are."""
    began, steps = time.perf_counter(), len(EVENTS) + 2
    registered = _registered(counting)
    if sum(registered.values()) < least:
        people = tuple(PeopleCount(code, number, {}) for code, number in sorted(registered.items()))
        return Counts(counting.as_of, people, {}, has_identifiers=False, sampled=1)
    events: dict[str, tuple[EventCount, ...]] = {}
    for step, table in enumerate(EVENTS):
        if progress:
            progress(f"Counting {table}", step, steps)
        events[table] = _events(counting, table)
    if progress:
        progress("Comparing facts", len(EVENTS), steps)
    facts = sum(each.rows for each in events["facts"])
    sampled = 1 + facts // MOST_COMPARED
    events["facts"] += _twice(counting, sampled)
    if progress:
        progress("Counting people", len(EVENTS) + 1, steps)
    has_identifiers = _has_identifiers(counting)
    people = _people(counting, has_identifiers)
    return Counts(counting.as_of, people, events, has_identifiers, sampled, time.perf_counter() - began)


def _registered(counting: Counting) -> dict[str, int]:
    here = counting.people.filter(counting.people.practice_code.notnull())
    grouped = here.group_by("practice_code").aggregate(people=here.count().cast("int64"))
    return {row["practice_code"]: int(row["people"]) for row in rows_of(grouped)}


def _events(counting: Counting, table: str) -> tuple[EventCount, ...]:
    """Rows alike in every trait are counted together, then their pattern's flags."""
    rows, flags = counting.rows_with_traits(table), flags_of(table)
    alike = rows.group_by(TRAITS[table]).aggregate(
        row_count=rows.count().cast("int64"), last_day=rows[EVENT_DAY[table]].max()
    )
    patterns = with_flags(alike, table, counting.codes(table))
    grouped = patterns.group_by("practice", "feed", "series", "code_system", "month").aggregate(
        row_count=patterns.row_count.sum().cast("int64"),
        last_day=patterns.last_day.max(where=~patterns.not_yet),
        **{flag: patterns.row_count.sum(where=patterns[flag]).cast("int64") for flag in flags},
    )
    return tuple(
        EventCount(
            practice=row["practice"] or "",
            feed=row["feed"] or "",
            kind=", ".join(filter(None, (row["series"], row["code_system"]))),
            month=int(row["month"] or EARLIER),
            rows=int(row["row_count"]),
            flags={flag: int(row[flag] or 0) for flag in flags},
            last=row["last_day"],
        )
        for row in rows_of(grouped)
    )


def _twice(counting: Counting, sampled: int) -> tuple[EventCount, ...]:
    """Facts after the first of the same person, kind, system, code, day and value, by practice."""
    facts, as_of = counting.dataset.table("facts"), counting.as_of
    recent = facts.filter(
        facts.occurred_on > ibis.literal(months_before(as_of, MONTHS_FOR_TWICE)),
        facts.occurred_on <= ibis.literal(as_of),
        facts.person_id % sampled == 0,
    )
    same = recent.group_by("person_id", "kind", "system", "code", "occurred_on", "value").aggregate(
        row_count=recent.count().cast("int64")
    )
    about = counting.people.select(about_person_id="person_id", practice="practice_code")
    joined = same.join(about, same.person_id == about.about_person_id, how="left")
    grouped = joined.group_by("practice").aggregate(
        looked_at_for_twice=joined.row_count.sum().cast("int64"),
        twice=(joined.row_count - 1).sum().cast("int64"),
    )
    nothing = dict.fromkeys(COUNTED["facts"], 0)
    return tuple(
        EventCount(row["practice"] or "", row["practice"] or "", "", EARLIER, 0,
                   nothing | {flag: int(row[flag] or 0) for flag in COUNTED_APART})
        for row in rows_of(grouped)
    )  # fmt: skip


def _has_identifiers(counting: Counting) -> bool:
    persons = counting.dataset.table("persons")
    found = persons.filter(persons.nhs_number.notnull()).limit(1).select("person_id")
    return bool(rows_of(found))


def people_rows(counting: Counting, has_identifiers: bool) -> Any:
    """Everyone registered, with practice and every flag of persons."""
    dataset, as_of = counting.dataset, counting.as_of
    persons = _with_likeness(dataset.table("persons"), has_identifiers)
    registered = counting.people.filter(counting.people.practice_code.notnull())
    about = registered.select(about_person_id="person_id", practice="practice_code", age="age")
    table = persons.join(about, persons.person_id == about.about_person_id, how="inner")
    older = registered.filter(registered.age >= OLDER_FROM)
    table = _with_those(
        table, "older_without_facts", _without(older, dataset, ["facts"], as_of), ["person_id"]
    )
    since = months_before(as_of, MONTHS_OF_ACTIVITY)
    quiet = _without(registered, dataset, ["contacts", "facts", "stays", "attendances"], as_of, since)
    table = _with_those(table, "without_activity", quiet, ["person_id"])
    return table.mutate(
        older=table.age >= OLDER_FROM,
        with_identifiers=ibis.literal(has_identifiers),
        sex_not_known=table.sex.isnull() | table.sex.isin(["", "unknown"]),
        ethnicity_not_known=table.ethnic_category.fill_null("").strip().isin(NOT_KNOWN_ETHNICITY),
        deprivation_not_known=table.imd_decile.isnull(),
        number_missing=ibis.literal(has_identifiers) & table.nhs_number.fill_null("").strip().isin([""]),
    )


def _with_likeness(persons: Any, has_identifiers: bool) -> Any:
    """Who shares a number, and who looks like somebody else; nobody where names are left out."""
    if not has_identifiers:
        return persons.mutate(number_twice=ibis.literal(False), alike=ibis.literal(False))
    number = persons.nhs_number.fill_null("").replace(" ", "").replace("-", "")
    persons = persons.mutate(
        number_key=number,
        likeness_name=persons.family_name.fill_null("").upper().strip(),
        likeness_initial=persons.given_name.fill_null("").upper().strip().substr(0, 1),
        likeness_postcode=persons.postcode.fill_null("").upper().replace(" ", ""),
    )
    persons = _with_shared(persons, "number_twice", ["number_key"], persons.number_key != "")
    named = (persons.likeness_name != "") & (persons.likeness_postcode != "")
    alike = ["birth_date", "likeness_name", "likeness_initial", "likeness_postcode"]
    return _with_shared(persons, "alike", alike, named)


def _with_shared(persons: Any, flag: str, keys: list[str], has_them: Any) -> Any:
    """Whether somebody else has the same keys, as a column; the few keys that are shared are joined, not everybody sorted."""
    some = persons.filter(has_them)
    counted = some.group_by(keys).aggregate(people=some.count())
    return _with_those(persons, flag, counted.filter(counted.people > 1), keys)


def _with_those(rows: Any, flag: str, those: Any, keys: list[str]) -> Any:
    """Whether a row's keys are among those of a few others, which are told once each, as a column."""
    few = those.select(**{f"{flag}_{key}": key for key in keys})
    joined = rows.join(few, [rows[key] == few[f"{flag}_{key}"] for key in keys], how="left")
    return joined.mutate(**{flag: joined[f"{flag}_{keys[0]}"].notnull()})


def _without(
    people: Any, dataset: LinkedDataset, tables: list[str], as_of: date, since: date | None = None
) -> Any:
    """The people of whom none of the tables has a row up to the day, or after `since` up to the day."""
    for name in tables:
        rows = dataset.table(name)
        rows = rows.filter(rows[EVENT_DAY[name]] <= ibis.literal(as_of))
        if since:
            rows = rows.filter(rows[EVENT_DAY[name]] > ibis.literal(since))
        people = people.anti_join(rows, "person_id")
    return people


def _people(counting: Counting, has_identifiers: bool) -> tuple[PeopleCount, ...]:
    rows = people_rows(counting, has_identifiers)
    grouped = rows.group_by("practice").aggregate(
        people=rows.count().cast("int64"),
        **{flag: rows[flag].cast("int64").sum().cast("int64") for flag in COUNTED["persons"]},
    )
    return tuple(
        PeopleCount(
            row["practice"], int(row["people"]), {flag: int(row[flag] or 0) for flag in COUNTED["persons"]}
        )
        for row in sorted(rows_of(grouped), key=lambda row: row["practice"])
    )
