"""The same people as a register and as a second source sees them: damaged at stated rates, with the truth kept.

The rates are those of `definitions/synthetic/second_source.yaml`. Each record carries `truth_key` (who it is) and, in the
feed, `damage` (what was done to it), so that linkage can be measured: two records are of one person if their keys are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from localcare.synthetic.columns import day_number
from localcare.synthetic.damage import Record, damaged
from localcare.synthetic.definitions import definition
from localcare.synthetic.families import draw_families
from localcare.synthetic.identities import person_columns
from localcare.synthetic.people import draw_people
from localcare.synthetic.practices import PracticeShare, kent_and_medway_practices

PEOPLE_IN_CHUNK = 20_000  # part of the result: another size gives other people
KEPT = (
    "nhs_number", "local_identifier", "family_name", "given_name", "birth_date", "sex", "address_line", "postcode",
    "telephone",
)  # fmt: skip
SCHEMA = pa.schema(
    [("record_id", pa.string()), ("truth_key", pa.int64())]
    + [(name, pa.date32() if name == "birth_date" else pa.string()) for name in KEPT]
    + [("damage", pa.string())]
)


@dataclass(frozen=True)
class TwoSources:
    """What the register and the feed say, with the truth; tables of SCHEMA."""

    register: pa.Table
    feed: pa.Table


def draw_two_sources(
    *, people: int, seed: int, as_of: date, practices: Sequence[PracticeShare] | None = None
) -> TwoSources:
    """Draw `people` people and what either source says of them. The same arguments give the same records."""
    records = _everybody(people, seed, as_of, tuple(practices or kent_and_medway_practices()))
    random = np.random.default_rng([seed, people, 2])
    draw_families(random, records, as_of)
    parameters = definition("second_source")
    shares = parameters["known_to"]
    known = random.choice(list(shares), size=len(records), p=list(shares.values()))
    without_number = random.random(len(records)) < parameters["register_without_number"]
    register = [
        _registered(record, number, bool(without))
        for number, (record, where, without) in enumerate(zip(records, known, without_number, strict=True))
        if where != "feed_only"
    ]
    feed = _feed(random, records, known, as_of)
    return TwoSources(_table(register), _table(feed))


def write_two_sources(sources: TwoSources, folder: Path) -> tuple[Path, Path]:
    """Write `register.parquet` and `feed.parquet` with the truth in them, and return the two paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "register.parquet", folder / "feed.parquet"
    for path, table in zip(paths, (sources.register, sources.feed), strict=True):
        pq.write_table(table, path, compression="zstd")
    return paths


def _everybody(people: int, seed: int, as_of: date, practices: tuple[PracticeShare, ...]) -> list[Record]:
    """Everybody drawn, as one record each; the position is the truth key."""
    records: list[Record] = []
    for first in range(0, people, PEOPLE_IN_CHUNK):
        count = min(PEOPLE_IN_CHUNK, people - first)
        random = np.random.default_rng([seed, people, 1, first])
        drawn = draw_people(
            random, count=count, first_id=first + 1, as_of=day_number(as_of), practices=practices
        )
        columns = person_columns(
            random, drawn, practices, total=people, seed=seed, without_number=np.zeros(count, dtype=np.bool_)
        )
        table = pa.table([columns[name] for name in KEPT], names=list(KEPT))
        households = (drawn.household + first).tolist()
        for row, household in zip(table.to_pylist(), households, strict=True):
            records.append({**row, "truth_key": len(records), "household": household, "damage": ""})
    return records


def _registered(record: Record, number: int, without_number: bool) -> Record:
    kept = {**record, "record_id": f"R{number:08d}", "local_identifier": f"REG-{number:08d}"}
    return {**kept, "nhs_number": None} if without_number else kept


def _feed(
    random: np.random.Generator, records: list[Record], known: NDArray[Any], as_of: date
) -> list[Record]:
    """The records of the feed in an order of its own, so that nothing follows from the position."""
    members = np.flatnonzero(known != "register_only")
    random.shuffle(members)
    made = []
    for number, member in enumerate(members.tolist()):
        identifier = f"F{number:08d}"
        changed = damaged(random, records[member], records, as_of)
        made.append({**changed, "record_id": identifier, "local_identifier": f"FEED-{number:08d}"})
    return made


def _table(records: list[Record]) -> pa.Table:
    return pa.Table.from_pylist(records, schema=SCHEMA)
