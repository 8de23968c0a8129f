"""Ranges of people to score one after the other: what each range needs stays in memory and is read once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from localcare.analysis.dataset.linked_dataset import LinkedDataset, parquet_path

PEOPLE_IN_SLICE = 250_000  # some 300 MB of joins and groups; a smaller slice plans the same query more often
WORTH_READING = 1.25  # rows read over all slices for each row there is, beyond which one slice is quicker

RESULT = "localcare_scores"

Range = tuple[int, int]
RowGroups = list[tuple[int, int | None, int | None]]


def slices(dataset: LinkedDataset, *, people: int = PEOPLE_IN_SLICE) -> list[Range]:
    """First and last key of each slice, in order; none when the people are few or lie all over the files.

    Only Parquet files can be sliced, and only the statistics of their row groups tell who is where.
    """
    files = [file for file in dataset.files.values() if file is not None]
    if any(file.suffix in (".csv", ".gz") for file in files):
        return []
    ranges = _ranges(dataset, people)
    groups = [group for file in files for group in _row_groups(dataset.backend, file)]
    return ranges if len(ranges) > 1 and _rows_read(groups, ranges) <= WORTH_READING else []


def gathered(dataset: LinkedDataset, table: Any, ranges: Sequence[Range]) -> Any:
    """The rows of the expression over all the ranges, worked out range by range; the dataset is left narrowed."""
    backend = dataset.backend
    query = backend.compile(table)
    # a slice is small on either side of a join, and the register need not be built anew for each score
    backend.con.execute("set disabled_optimizers = 'build_side_probe_side'")
    for number, (first, last) in enumerate(ranges):
        dataset.narrow(first, last)
        backend.con.execute(
            f"{f'insert into {RESULT}' if number else f'create temp table {RESULT} as'} {query}"
        )
    backend.con.execute("reset disabled_optimizers")
    return backend.table(RESULT, database=("temp", "main"))


def _ranges(dataset: LinkedDataset, people: int) -> list[Range]:
    """Equally many people in each range, and no key between two ranges."""
    file = dataset.files["persons"]
    assert file is not None  # a dataset without persons is not opened
    source = "from read_parquet(?)"
    connection = dataset.backend.con
    count, least, greatest = connection.execute(
        f"select count(person_id), min(person_id::bigint), max(person_id::bigint) {source}",
        [parquet_path(file)],
    ).fetchone()
    parts = -(-count // people)
    if parts < 2:
        return []
    places = [part / parts for part in range(1, parts)]
    cuts = connection.execute(
        f"select quantile_disc(person_id::bigint, {places}) {source}", [parquet_path(file)]
    ).fetchone()[0]
    ends = sorted({cut for cut in cuts if cut < greatest} | {greatest})
    return list(zip([least, *(end + 1 for end in ends)], ends, strict=False))


def _row_groups(backend: Any, file: Path) -> RowGroups:
    """Rows, least and greatest person key of each row group; no keys where the file does not tell."""
    found: RowGroups = backend.con.execute(
        "select row_group_num_rows, try_cast(stats_min_value as bigint), try_cast(stats_max_value as bigint)"
        " from parquet_metadata(?) where path_in_schema = 'person_id'",
        [parquet_path(file)],
    ).fetchall()
    return found


def _rows_read(groups: RowGroups, ranges: Sequence[Range]) -> float:
    """How many times a row is read on average when each slice reads the row groups that may hold its people."""
    rows = sum(count for count, _, _ in groups)
    read = sum(
        count
        for count, least, greatest in groups
        for first, last in ranges
        if least is None or greatest is None or (least <= last and greatest >= first)
    )
    return read / rows if rows else 1.0
