"""An export does one thing at a time, rests after each piece, and stops when nobody waits for it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest
from django.db import connection

from localcare.foundation.record.copying import stream_pieces_out
from localcare.foundation.record.exporting import changes
from localcare.foundation.record.exporting.giving_way import A_PIECE, Pace, Stopped, politely
from localcare.foundation.record.models import Fact
from tests.record.exports import export, fact, rows_of, with_full_record

pytestmark = pytest.mark.usefixtures("own_home")
WORK = 0.02  # seconds, less than a piece may take


def rest_after(worked: float, pace: Pace) -> float:
    pace.since = time.perf_counter() - worked
    started = time.perf_counter()
    pace.rest()
    return time.perf_counter() - started


@pytest.mark.parametrize(("percent", "times_the_work"), [(25, 3), (50, 1), (80, 0.25)])
def test_a_rest_is_in_proportion_to_the_work(percent, times_the_work):
    assert rest_after(WORK, Pace(percent)) >= WORK * times_the_work


def test_who_may_work_all_the_time_does_not_rest():
    assert rest_after(60, Pace(100)) < 1


def test_who_had_to_wait_for_others_does_not_rest_for_that_as_well():
    """Or on a busy machine an export would never end."""
    assert A_PIECE <= rest_after(60, Pace(50)) < 1


def test_a_rest_ends_at_once_when_nobody_waits_any_more():
    pace = Pace(percent=0.1)  # half a minute would follow
    pace.since -= 60
    with ThreadPoolExecutor() as pool:
        resting = pool.submit(pace.rest)
        started = time.perf_counter()
        pace.stopping.set()
        with pytest.raises(Stopped):
            resting.result()
    assert time.perf_counter() - started < 1


@pytest.mark.django_db(transaction=True)
def test_it_has_one_connection_without_helpers_and_one_thread_of_its_engine(tmp_path):
    with_full_record()
    seen = []

    def look(done: int, total: int, what: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('max_parallel_workers_per_gather'), current_setting('transaction_isolation'),"
                " (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xmin IS NOT NULL)"
            )
            seen.append(cursor.fetchone())

    export(tmp_path, progress=lambda *told: look(*told) if told[2] == "rows written" else None)
    assert seen == [("0", "repeatable read", 1)]


@pytest.mark.django_db
def test_inside_a_transaction_it_sees_what_that_sees():
    with_full_record()
    assert politely(lambda _: Fact.objects.count()) == 1


@pytest.mark.django_db
def test_pieces_of_a_table_hold_each_row_once(tmp_path, monkeypatch):
    """However small the pieces are, going on finds every change and counts every row."""
    monkeypatch.setattr(changes, "PIECE", 1)
    person = with_full_record()
    for number in range(400):
        fact(person, f"before-{number}", text="x" * 100)
    export(tmp_path / "one", pseudonymous=True)
    for number in range(400):
        fact(person, f"after-{number}", text="y" * 100)
    summary = export(tmp_path / "two", pseudonymous=True, since=tmp_path / "one")
    assert summary.since
    assert "number of rows" not in (tmp_path / "two" / "export-report.json").read_text()
    assert len(set(rows_of(tmp_path / "two", "facts", "fact_id"))) == summary.rows["facts"] == 801


@pytest.mark.django_db
def test_several_queries_come_as_one_file_and_each_is_counted():
    engine, heard = duckdb.connect(), []
    stream_pieces_out(
        (f"SELECT n FROM generate_series({first}, {first + 2}) AS n" for first in (1, 4)), engine,
        lambda path: f"CREATE TABLE found AS SELECT * FROM read_csv('{path}', columns = {{'n': 'BIGINT'}},"
        " header = false, auto_detect = false, parallel = false)",
        counted=heard.append,
    )  # fmt: skip
    assert engine.execute("SELECT list(n) FROM found").fetchone() == ([1, 2, 3, 4, 5, 6],)
    assert heard == [3, 3]
