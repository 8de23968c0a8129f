"""Rows between DuckDB and PostgreSQL through COPY, in both directions, a pipe's length at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import IO, Any

from django.db import connection

CHUNK_BYTES = 1 << 20
NULL = r"\N"

Counted = Callable[[int], None]


def _nothing(rows: int) -> None:
    """Count for nobody."""


def stream_in(engine: Any, query: str, target: str, *, counted: Counted = _nothing) -> int:
    """Copy the rows of a DuckDB query into `target` ("table (column, …)"); the number of rows.

    `counted` hears of lines as they pass.
    Raises what DuckDB raises while reading, or PostgreSQL while writing; the caller's transaction is then lost.
    """
    statement = f"COPY {target} FROM STDIN (FORMAT csv, NULL '{NULL}')"
    with _writing_thread(lambda end: _write_csv(engine, query, end)) as (start, failed):
        cursor = connection.cursor()
        with cursor.copy(statement) as copy:
            while chunk := os.read(start, CHUNK_BYTES):
                copy.write(chunk)
                counted(chunk.count(b"\n"))
            # The pipe closed, so the writer has ended. Leaving the block normally would end the COPY as if all rows
            # had come.
            if failed:
                raise failed[0]
        rows = int(cursor.rowcount)
        cursor.close()
    return rows


def stream_out(query: str, engine: Any, use: Callable[[str], str], *, counted: Counted = _nothing) -> None:
    """Run the DuckDB statement `use(path)` over the rows of a PostgreSQL query, given as a CSV file without header.

    `counted` hears of rows as they pass, and may take its time: everything waits meanwhile.
    """
    stream_pieces_out((query,), engine, use, counted=counted)


def stream_pieces_out(
    queries: Iterable[str], engine: Any, use: Callable[[str], str], *, counted: Counted = _nothing
) -> None:
    """The same over the rows of several queries, one after the other; `counted` hears after each as well."""
    start, end = os.pipe()
    failed: list[BaseException] = []
    reader = Thread(
        target=_run, args=(lambda: engine.cursor().execute(use(f"/dev/fd/{start}")), failed, start)
    )
    reader.start()
    try:
        with os.fdopen(end, "wb", CHUNK_BYTES) as pipe:  # closed in any case, or the reader waits for ever
            for query in queries:
                _copy_out(query, pipe, counted)
    except BrokenPipeError:
        reader.join()
        if not failed:
            raise
    finally:
        reader.join()
    if failed:
        raise failed[0]


def _copy_out(query: str, pipe: IO[bytes], counted: Counted) -> None:
    statement = f"COPY ({query}) TO STDOUT (FORMAT csv, NULL '{NULL}')"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        block, rows = bytearray(), 0
        for row in copy:  # a million rows a second; joining lists of them takes four times as long
            block += row
            rows += 1
            if len(block) >= CHUNK_BYTES:
                pipe.write(block)
                counted(rows)
                block, rows = bytearray(), 0
        pipe.write(block)
        counted(rows)


def _write_csv(engine: Any, query: str, end: int) -> None:
    engine.cursor().execute(f"COPY ({query}) TO '/dev/fd/{end}' (FORMAT csv, HEADER false, NULLSTR '{NULL}')")


@contextmanager
def _writing_thread(write: Callable[[int], None]) -> Iterator[tuple[int, list[BaseException]]]:
    start, end = os.pipe()
    failed: list[BaseException] = []
    writer = Thread(target=_run, args=(lambda: write(end), failed, end))
    writer.start()
    try:
        yield start, failed
    finally:
        os.close(start)  # a writer still at work now gets a broken pipe and ends
        writer.join()


def _run(work: Callable[[], object], failed: list[BaseException], descriptor: int) -> None:
    try:
        work()
    except BaseException as error:
        failed.append(error)
    finally:
        os.close(descriptor)
