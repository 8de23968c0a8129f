"""The people (or discharges) of an index day with everything a model may see, and how it went on for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.libraries import ibis
from localcare.analysis.risk.definitions import Outcome
from localcare.analysis.risk.known import MOST_INDEXES, Aligned, KnownOn
from localcare.analysis.scores.packs import Packs
from localcare.analysis.scores.pipeline import score

Values = NDArray[np.float64]
UNKNOWN, NO_EVENT, EVENT = -1, 0, 1
JUST_LEFT_DAYS = 30  # who is asked about in a model of discharges: those who left so lately


@dataclass(frozen=True)
class Frame:
    """Rows in order of `keys`. `event` is EVENT, NO_EVENT or UNKNOWN; without follow-up all are UNKNOWN.

    `columns` are those of the scores table as arrays: numbers as float64 (NaN where empty), words as objects;
    with ethnic_category, opted_out (0 or 1), registered_days and has_facts (0 or 1).
    """

    index_on: date
    keys: NDArray[np.int64]
    people: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]
    event: NDArray[np.int8]
    counts: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.keys)

    def where(self, chosen: NDArray[np.bool_]) -> Frame:
        """The chosen rows."""
        columns = {name: values[chosen] for name, values in self.columns.items()}
        return Frame(
            self.index_on, self.keys[chosen], self.people[chosen], columns, self.event[chosen], self.counts
        )


def read_frame(
    dataset: LinkedDataset,
    outcome: Outcome,
    *,
    last: date,
    packs: Packs | None = None,
    follow: bool = False,
    first: date | None = None,
) -> Frame:
    """Everyone to ask the outcome's question about: on the day `last`, or with a discharge after `first` up to it.

    With `follow`, what happened within the horizon; the dataset must be complete to its end.
    """
    if outcome.index == "discharges":
        indexes = _discharges(dataset, first or outcome.first_index(last), last)
        view: LinkedDataset = Aligned(dataset, indexes, last)
    else:
        indexes, view = None, dataset
    scored = score(KnownOn(view, last), as_of=last, packs=packs).to_pyarrow()
    columns = {name: _numpy(scored[name]) for name in scored.column_names}
    order = np.argsort(columns["person_id"], kind="stable")
    columns = {name: values[order] for name, values in columns.items()}
    keys = columns.pop("person_id").astype(np.int64)
    _add(columns, keys, _details(view, last))
    _add(columns, keys, _people_with_facts(view, last))
    if indexes is None:
        people = keys
    else:
        whose = indexes.select(
            person_id=indexes.index_id, person=indexes.index_person_id, index_day=indexes.index_on
        )
        _add(columns, keys, whose)
        people = columns.pop("person").astype(np.int64)
    asked = columns["age"] >= outcome.age_from
    if indexes is not None:
        asked &= columns["in_hospital"] == 0
    event = np.full(len(keys), UNKNOWN, dtype=np.int8)
    if follow:
        event, columns["died_first"] = _followed(view, outcome, keys, last)
    counts = {
        "registered": len(keys),
        "too young": int((columns["age"] < outcome.age_from).sum()),
        "still in a bed": int(((columns["age"] >= outcome.age_from) & ~asked).sum()),
    }
    return Frame(last, keys, people, columns, event, counts).where(asked)


def _discharges(dataset: LinkedDataset, first: date, last: date) -> Any:
    """Discharges after a stay of a night or more: index_id, index_person_id, index_number and index_on."""
    stays = dataset.table("stays")
    left = stays.filter(
        stays.discharged_on > ibis.literal(first),
        stays.discharged_on <= ibis.literal(last),
        stays.discharged_on > stays.admitted_on,
    )
    number = ibis.row_number().over(ibis.window(group_by=left.person_id, order_by=left.stay_id))
    return left.select(
        index_id=left.stay_id,
        index_person_id=left.person_id,
        index_number=(number % MOST_INDEXES).cast("int64"),
        index_on=left.discharged_on,
    )


def _details(view: LinkedDataset, day: date) -> Any:
    """What judging and the words about a person need beyond the scores table."""
    persons, registrations = view.table("persons"), view.table("registrations")
    today = ibis.literal(day)
    begun = registrations.filter(registrations.started_on <= today)
    since = begun.group_by("person_id").aggregate(since=begun.started_on.min())
    since = since.rename(registered_person_id="person_id")
    joined = persons.join(since, persons.person_id == since.registered_person_id, how="left")
    return joined.select(
        "person_id",
        ethnic_category=joined.ethnic_category,
        opted_out=joined.national_data_opt_out.fill_null(False).cast("int8"),
        registered_days=today.delta(joined.since, unit="day"),
    )


def _people_with_facts(view: LinkedDataset, day: date) -> Any:
    facts = view.table("facts")
    earlier = facts.filter(facts.occurred_on <= ibis.literal(day))
    return earlier.select("person_id").distinct().mutate(has_facts=ibis.literal(1, "int8"))


def _followed(
    view: LinkedDataset, outcome: Outcome, keys: NDArray[np.int64], index: date
) -> tuple[NDArray[np.int8], Values]:
    """Whether the event came within the horizon, and 1 for whoever died first.

    A death first is no event, leaving first is not known, unless the definition says otherwise.
    """
    end = outcome.end_of(index)
    columns: dict[str, NDArray[Any]] = {}
    _add(columns, keys, _first_event(view, outcome, index, end))
    _add(columns, keys, _last_days(view, index, end))
    event_day, died, left = (columns[name] for name in ("event_day", "died_day", "left_day"))
    horizon = (end - index).days
    dead = died <= horizon
    gone = (left <= horizon) & ~(dead & (died <= left))
    came = event_day <= np.where(gone, left, horizon)
    found = np.where(came, EVENT, NO_EVENT).astype(np.int8)
    if outcome.content["moved"] == "left out":
        found[gone & ~came] = UNKNOWN
    if outcome.content["died"] == "left out":
        found[dead & ~came] = UNKNOWN
    return found, (dead & ~came).astype(np.float64)


def _first_event(view: LinkedDataset, outcome: Outcome, index: date, end: date) -> Any:
    stays = view.table("stays")
    events = stays.filter(
        stays.admission_type == outcome.content["event"]["admission_type"],
        stays.admitted_on > ibis.literal(index),
        stays.admitted_on <= ibis.literal(end),
    )
    days = events.mutate(day=events.admitted_on.delta(ibis.literal(index), unit="day"))
    return days.group_by("person_id").aggregate(event_day=days.day.min())


def _last_days(view: LinkedDataset, index: date, end: date) -> Any:
    """Days after the index on which the person died and left the last practice; empty for neither."""
    persons, registrations = view.table("persons"), view.table("registrations")
    begun = registrations.filter(registrations.started_on <= ibis.literal(end))
    ends = begun.ended_on.fill_null(ibis.literal(end + timedelta(days=1)))
    last = begun.group_by("person_id").aggregate(left_on=ends.max()).rename(left_person_id="person_id")
    joined = persons.join(last, persons.person_id == last.left_person_id, how="left")
    return joined.select(
        "person_id",
        died_day=joined.death_date.delta(ibis.literal(index), unit="day"),
        left_day=joined.left_on.delta(ibis.literal(index), unit="day"),
    )


def _add(columns: dict[str, NDArray[Any]], keys: NDArray[np.int64], rows: Any) -> None:
    """Add the columns of an expression with one row per key; NaN (or None) for keys without a row."""
    table = rows.to_pyarrow()
    names = [name for name in table.column_names if name != "person_id"]
    theirs = table["person_id"].to_numpy().astype(np.int64)
    order = np.argsort(theirs, kind="stable")
    theirs = theirs[order]
    place = np.searchsorted(theirs, keys)
    place[place == len(theirs)] = 0
    found = theirs[place] == keys if len(theirs) else np.zeros(len(keys), dtype=bool)
    for name in names:
        values = _numpy(table[name])[order]
        if values.dtype != object:
            values = values.astype(np.float64)
        empty = None if values.dtype == object else np.nan
        column = np.full(len(keys), empty, dtype=values.dtype)
        column[found] = values[place[found]]
        columns[name] = column


def _numpy(column: Any) -> NDArray[Any]:
    """Numbers and truth values as float64, days as float64 since 1970, masks as int64, words as objects."""
    kind = str(column.type)
    if kind in ("string", "large_string"):
        return _words(column)
    if kind.startswith("date"):
        column = column.cast("int32")
    if kind == "int64" and column.null_count == 0:
        return np.asarray(column.to_numpy())
    return np.asarray(column.cast("float64").to_numpy(), dtype=np.float64)


def _words(column: Any) -> NDArray[Any]:
    """Words as objects, each different word held once; None where empty."""
    encoded = column.combine_chunks().dictionary_encode()
    words = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
    places = encoded.indices.fill_null(len(words) - 1)
    return np.asarray(words[places.to_numpy(zero_copy_only=False)])
