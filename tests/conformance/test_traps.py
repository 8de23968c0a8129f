"""Where engines are known to differ: each trap once, on both, against the value that Python works out."""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from localcare.analysis.dataset import LinkedDataset, write_table
from localcare.analysis.dataset.engine import EngineChoice, connect, lookup
from localcare.analysis.dataset.schema import TABLES
from localcare.analysis.dataset.spark import SparkError, connect_spark, session_of
from localcare.analysis.dataset.spark_files import address_of, named
from localcare.analysis.scores import score
from localcare.analysis.scores.facts import is_finite
from localcare.analysis.scores.masks import bit_count, bit_or, mask
from localcare.analysis.scores.run import write_scores
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.plan import stratify

AS_OF = date(2026, 11, 22)
ENGINES = ("duckdb", "spark")
NOON = datetime(2026, 7, 1, 12, 0, 0, 123456)
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "spark":
        request.getfixturevalue("spark")
    yield request.param


@pytest.fixture
def backend(engine: str) -> Any:
    return connect_spark().backend if engine == "spark" else connect(threads=1)


def read(backend: Any, table: pa.Table, folder: Path) -> Any:
    """An Arrow table as the engine reads it from Parquet."""
    pq.write_table(table, folder / "rows.parquet")
    if backend.name == "duckdb":
        return backend.read_parquet(folder / "rows.parquet")
    return named(backend, session_of(backend).read.parquet(address_of(folder / "rows.parquet")))


def rows_of(expression: Any) -> Rows:
    backend = expression.get_backend()
    backend._run_pre_execute_hooks(expression)
    query = backend.compile(expression)
    if backend.name == "duckdb":
        return backend.con.execute(query).fetchall()
    return [tuple(row) for row in session_of(backend).sql(query).collect()]


def test_bits_are_counted_and_gathered_in_64(backend: Any, tmp_path: Path) -> None:
    values = [1 << 61, (1 << 61) | 5, 1 << 35, 0, None, (1 << 62) - 1]
    table = read(backend, pa.table({"one": [1, 1, 1, 2, 2, 3], "bits": values}), tmp_path)
    gathered = table.group_by("one").aggregate(found=bit_or(table.bits)).order_by("one")
    assert rows_of(gathered) == [(1, (1 << 61) | (1 << 35) | 5), (2, 0), (3, (1 << 62) - 1)]
    counted = table.select(n=bit_count(table.bits & mask((1 << 62) - 2)).cast("int32"))
    assert sorted(n for (n,) in rows_of(counted) if n is not None) == [0, 1, 1, 2, 61]


def test_no_stage_shifts_or_adds_up_fractions(spark: EngineChoice, tmp_path: Path) -> None:
    """Spark shifts a literal in 32 bits, whatever type Ibis gave it, and says nothing."""
    shifted = lookup_of_one(connect_spark().backend).select(bit=ibis.literal(1, "int64") << ibis.literal(40))
    assert rows_of(shifted) != [(1 << 40,)], "Spark shifts as DuckDB does now: masks.py can say so"
    with LinkedDataset.open(empty(tmp_path), engine="spark", allow_missing=True) as dataset:
        for table in (score(dataset, as_of=AS_OF), stratify(dataset, as_of=AS_OF, definitions=definitions())):
            query = dataset.backend.compile(table).upper()
            assert "SHIFT" not in query and "<<" not in query
            assert not re.search(r"SUM\([^()]*(\([^()]*\)[^()]*)*(DOUBLE|FLOAT)", query)


def lookup_of_one(backend: Any) -> Any:
    return named(backend, session_of(backend).range(1))


def test_days_are_counted_by_the_calendar(backend: Any, tmp_path: Path) -> None:
    days = [date(2024, 2, 29), date(1926, 1, 1), date(1, 1, 1), date(2026, 3, 29), None]
    table = read(backend, pa.table({"day": days}), tmp_path)
    counted = table.select(
        table.day,
        since=table.day.delta(ibis.literal(date(1, 1, 1)), unit="day").cast("int64"),
        month_and_day=(table.day.month() * 100 + table.day.day()).cast("int32"),
        later=(table.day + ibis.interval(days=91)).delta(table.day, unit="day").cast("int32"),
        latest=ibis.greatest(table.day.fill_null(date(1, 1, 1)), ibis.literal(date(2000, 1, 1))),
    )
    found = {row[0]: row[1:] for row in rows_of(counted)}
    for day in days[:-1]:
        assert day is not None
        expected = (day.toordinal() - 1, day.month * 100 + day.day, 91, max(day, date(2000, 1, 1)))
        assert found[day] == expected
    assert found[None] == (None, None, None, date(2000, 1, 1))


def test_whole_numbers_divide_alike(backend: Any, tmp_path: Path) -> None:
    table = read(backend, pa.table({"n": pa.array([0, 1, 7, 10, None], pa.int32())}), tmp_path)
    divided = table.select(table.n, half=((table.n + 1) // 2).cast("int32"), rest=(table.n % 3).cast("int32"))
    assert {row[0]: row[1:] for row in rows_of(divided)} == {
        0: (0, 0), 1: (1, 1), 7: (4, 1), 10: (5, 1), None: (None, None),
    }  # fmt: skip


def test_no_number_is_neither_high_nor_low(backend: Any, tmp_path: Path) -> None:
    values = [math.nan, math.inf, -math.inf, 5.5, None]
    table = read(backend, pa.table({"n": range(5), "value": pa.array(values, pa.float64())}), tmp_path)
    beyond = table.filter(is_finite(table.value) & ((table.value > 1.0) | (table.value < -1.0))).select("n")
    assert rows_of(beyond) == [(3,)]


def test_empty_is_not_nothing_and_blanks_are_cut_alike(backend: Any, tmp_path: Path) -> None:
    texts = ["", " ", "\tB \n", "B", "B\u00a0", "b", None]
    table = read(backend, pa.table({"n": range(7), "text": texts}), tmp_path)
    cut = table.select(table.n, cut=table.text.strip(), given=table.text.notnull()).order_by("n")
    assert rows_of(cut) == [
        (0, "", True), (1, "", True), (2, "B", True), (3, "B", True), (4, "B\u00a0", True), (5, "b", True),
        (6, None, False),
    ]  # fmt: skip


def test_a_lookup_keeps_ends_of_time_and_nothing(backend: Any, tmp_path: Path) -> None:
    beside = read(backend, pa.table({"n": [1]}), tmp_path)
    types = {"code": "string", "after": "date", "above": "float64", "bits": "int64"}
    rows = [["a", date(1, 1, 1), math.inf, 1 << 61], [None, None, -math.inf, None]]
    found = lookup(beside, types, rows).order_by("bits")
    assert rows_of(found) == [tuple(row) for row in rows]
    assert rows_of(lookup(beside, types, [])) == []


def test_ranks_put_the_unknown_last(backend: Any, tmp_path: Path) -> None:
    table = read(backend, pa.table({"n": [1, 2, 3], "points": pa.array([None, 5, 7], pa.int32())}), tmp_path)
    for order, expected in ((table.points.desc(), [3, 2, 1]), (table.points.asc(), [2, 3, 1])):
        ranked = table.select(table.n, place=ibis.row_number().over(ibis.window(order_by=[order])))
        assert [n for n, _ in sorted(rows_of(ranked), key=lambda row: row[1])] == expected


def empty(folder: Path) -> Path:
    for name in ("persons", "registrations"):
        write_table(folder, name, [])
    return folder


MOMENTS: dict[str, tuple[pa.DataType, datetime]] = {
    "without a zone": (pa.timestamp("us"), NOON),
    "by pandas": (pa.timestamp("ns"), NOON),
    "in UTC": (pa.timestamp("us", "UTC"), NOON.replace(tzinfo=UTC)),
    "in London": (pa.timestamp("us", "Europe/London"), NOON.replace(tzinfo=UTC)),
}


@pytest.mark.parametrize("kept", MOMENTS)
def test_moments_are_read_in_utc(engine: str, kept: str, tmp_path: Path) -> None:
    type_, moment = MOMENTS[kept]
    stays = {
        "stay_id": [1, 2], "person_id": [1, 1], "admission_type": ["other"] * 2, "admitted_on": [NOON.date()] * 2,
        "admitted_at": pa.array([moment, None], type_),
    }  # fmt: skip
    pq.write_table(pa.table(stays), empty(tmp_path) / "stays.parquet")
    assert of_table(tmp_path, engine, "stays", "admitted_on", "admitted_at") == [
        (NOON.date(), NOON),
        (NOON.date(), None),
    ]


STAYS = "stay_id,person_id,admission_type,admitted_on,admitted_at\n"
CSVS: dict[str, tuple[bytes, Rows]] = {
    "plain": (b"1,1,other,2026-07-01,2026-07-01 12:00:00.123456\n", [(1, "other", NOON.date(), NOON)]),
    "zone": (
        b"1,1,other,2026-07-01,2026-07-01T12:00:00Z\n",
        [(1, "other", NOON.date(), NOON.replace(microsecond=0))],
    ),
    "offset": (
        b"1,1,other,2026-07-01,2026-07-01T13:00:00+01:00\n",
        [(1, "other", NOON.date(), NOON.replace(microsecond=0))],
    ),
    "point": (b"1.0,1,other,2026-07-01,\n", [(1, "other", NOON.date(), None)]),
    "quoted": (b'1,1,"a ""b"", \\ c",2026-07-01,""\n', [(1, 'a "b", \\ c', NOON.date(), None)]),
    "two lines": (b'1,1,"two\nlines",2026-07-01,\n', [(1, "two\nlines", NOON.date(), None)]),
    "blanks": (b"1,1, other ,2026-07-01,\n", [(1, " other ", NOON.date(), None)]),
    "nobody": (b"", []),
}


@pytest.mark.parametrize("kind", CSVS)
def test_csv_is_read_alike(engine: str, kind: str, tmp_path: Path) -> None:
    content, expected = CSVS[kind]
    (empty(tmp_path) / "stays.csv").write_bytes(STAYS.encode() + content)
    assert (
        of_table(tmp_path, engine, "stays", "stay_id", "admission_type", "admitted_on", "admitted_at")
        == expected
    )


WRITERS: dict[str, Callable[[str], tuple[str, bytes]]] = {
    "semicolons": lambda text: ("stays.csv", text.replace(",", ";").encode()),
    "byte order mark": lambda text: ("stays.csv", text.encode("utf-8-sig")),
    "carriage returns": lambda text: ("stays.csv", text.replace("\n", "\r\n").encode()),
    "compressed": lambda text: ("stays.csv.gz", gzip.compress(text.encode())),
}


@pytest.mark.parametrize("written", WRITERS)
def test_csv_of_other_programs_is_read_alike(engine: str, written: str, tmp_path: Path) -> None:
    name, content = WRITERS[written](f"{STAYS}1,1,other,2026-07-01,\n")
    (empty(tmp_path) / name).write_bytes(content)
    assert of_table(tmp_path, engine, "stays", "stay_id", "admission_type") == [(1, "other")]


def test_a_day_is_never_guessed(engine: str, tmp_path: Path) -> None:
    (empty(tmp_path) / "stays.csv").write_text(f"{STAYS}1,1,other,01/07/2026,\n")
    with pytest.raises(Exception, match="01/07/2026"):
        of_table(tmp_path, engine, "stays", "admitted_on")


def of_table(folder: Path, engine: str, table: str, *columns: str) -> Rows:
    with LinkedDataset.open(folder, engine=engine, allow_missing=True) as dataset:  # type: ignore[arg-type]
        found = dataset.table(table)
        return rows_of(found.order_by(f"{table[:-1]}_id").select(*columns))


def test_a_lake_keeps_a_table_as_a_folder(engine: str, tmp_path: Path) -> None:
    """Parts by practice, whose code is in the name of the folder only and begins with noughts."""
    persons = [{"person_id": n, "birth_date": date(1950, 1, 1), "sex": "female"} for n in (1, 2)]
    write_table(tmp_path, "persons", persons)
    for n, practice in ((1, "0042"), (2, "0043")):
        part = tmp_path / "registrations.parquet" / f"practice_code={practice}"
        part.mkdir(parents=True)
        row = {"registration_id": [n], "person_id": [n], "started_on": [date(2000, 1, 1)]}
        pq.write_table(pa.table(row), part / "part-0.parquet")
    with LinkedDataset.open(tmp_path, engine=engine, allow_missing=True) as dataset:  # type: ignore[arg-type]
        found = score(dataset, as_of=AS_OF, scores=("polypharmacy",))
        found = found.select("person_id", "practice_code", "medicines_12m").order_by("person_id")
        assert rows_of(found) == [(1, "0042", 0), (2, "0043", 0)]


def test_what_spark_cannot_work_out_is_one_sentence(spark: EngineChoice, tmp_path: Path) -> None:
    for table in TABLES[1:]:
        write_table(tmp_path, table.name, [])
    (tmp_path / "persons.csv").write_text("person_id,birth_date,sex\n1,1950-02-31,female\n")
    with pytest.raises(SparkError, match=r"1950-02-31.*localcare dataset check") as told:
        write_scores(tmp_path, AS_OF, tmp_path / "out.parquet", choice=spark)
    assert "\n" not in str(told.value) and not (tmp_path / "out.parquet").exists()
