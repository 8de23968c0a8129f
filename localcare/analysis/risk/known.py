"""A linked dataset as it was known on a day, and laid out so that many days of discharge become one day.

Both views only leave out or move rows; every score is still worked out by the scores pipeline.
"""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.dataset.schema import TABLES
from localcare.analysis.libraries import ibis

MOST_INDEXES = 1 << 20  # discharges of one person that can be told apart
_NUMBERS = count(1)
DATED = {
    described.name: tuple(column.name for column in described.columns if column.type == "date")
    for described in TABLES
}


class DatasetView(LinkedDataset):
    """The dataset with some of its tables seen differently; closing stays with the dataset itself."""

    def __init__(self, dataset: LinkedDataset) -> None:
        self.__dict__.update(dataset.__dict__)
        self._whole = dataset

    def distinct(self, name: str, column: str) -> list[str]:
        """The distinct values over all days: more than needed does no harm to a code map."""
        return self._whole.distinct(name, column)


class KnownOn(DatasetView):
    """Only what a user could have known on the day: no fact recorded later, no diagnosis of a stay still open.

    The day is a date, or with `aligned` the common day on which every index of an `Aligned` view lies.
    """

    def __init__(self, dataset: LinkedDataset, day: date) -> None:
        super().__init__(dataset)
        self._day = day

    def table(self, name: str) -> Any:
        """The table without what became known after the day."""
        rows = self._whole.table(name)
        today = ibis.literal(self._day)
        if name == "facts":
            return rows.filter(rows.recorded_on.isnull() | (rows.recorded_on <= today))
        if name == "diagnoses":
            stays = self._whole.table("stays")
            closed = stays.filter(stays.discharged_on <= today)
            closed = closed.select(closed_stay_id=closed.stay_id, closed_person_id=closed.person_id)
            same = [("stay_id", "closed_stay_id"), ("person_id", "closed_person_id")]
            return rows.join(closed, same, how="semi")
        return rows


class Aligned(DatasetView):
    """One person for each index (a day of discharge), with all dates moved so that the index falls on `common`.

    `indexes` is an expression with index_id (unique), index_person_id, index_number (0, 1 … within the person) and
    index_on. Keys of persons become index_id; keys of stays are made unique with the number.
    """

    def __init__(self, dataset: LinkedDataset, indexes: Any, common: date) -> None:
        super().__init__(dataset)
        self._made: dict[str, Any] = {}
        self._indexes = indexes.select(
            "index_id",
            "index_person_id",
            "index_number",
            moved_days=ibis.literal(common).delta(indexes.index_on, unit="day"),
        )

    def table(self, name: str) -> Any:
        """The table's rows once for each index of their person; worked out when first asked for, and kept."""
        if name not in self._made:
            self._made[name] = kept(self.backend, self._moved(name))
        return self._made[name]

    def _moved(self, name: str) -> Any:
        rows = self._whole.table(name)
        joined = rows.join(self._indexes, rows.person_id == self._indexes.index_person_id, how="inner")
        columns = {column: joined[column] for column in rows.columns}
        columns["person_id"] = joined.index_id
        for column in DATED[name]:
            columns[column] = later(joined[column], joined.moved_days)
        if "stay_id" in columns:
            columns["stay_id"] = joined.stay_id * MOST_INDEXES + joined.index_number
        return joined.select(**columns)


def kept(backend: Any, rows: Any) -> Any:
    """The rows worked out once and kept by the engine until it is closed."""
    if backend.name == "duckdb":
        return backend.create_table(f"localcare_kept_{next(_NUMBERS)}", rows, temp=True)
    return rows.cache()


def later(day: Any, days: Any) -> Any:
    """The date so many days later, as an expression."""
    return (day + days.as_interval("D")).cast("date")
