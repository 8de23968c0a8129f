"""The life of a load: begun, one file at a time under its source's lock, finished, failed or found interrupted."""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from localcare.exchange.loads.models import LoadedFile, LoadRun
from localcare.exchange.loads.summaries import FileSummary
from localcare.foundation.record.models import Source
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

RUN_LOCKS = 0x10AD  # first half of the advisory lock key; the second half is the run
FILE_LOCKS = 0x10AE


class FileRefused(ValueError):
    """A whole file cannot be loaded; the message names the file, the fault and the remedy."""


def source_named(name: str) -> Source:
    """The source of this name, remembered from now on."""
    code = slugify(name)[:64] or "unnamed"
    return Source.objects.get_or_create(code=code, defaults={"name": name[:200]})[0]


@contextmanager
def load_run(*, feed: str, source: Source, location: str, by: Reader) -> Iterator[LoadRun]:
    """A run that ends finished or failed; runs of processes that died are marked interrupted first."""
    mark_interrupted_runs()
    run = LoadRun.objects.create(
        feed=feed, source=source, location=location[:500], started_at=timezone.now(), started_by=by.name[:150]
    )
    _lock_session(run.pk)
    try:
        yield run
    except BaseException as error:
        _finish(run, LoadRun.Status.FAILED, failure=str(error) or type(error).__name__)
        raise
    else:
        _finish(run, LoadRun.Status.FINISHED)
        record_access(
            reader=by, action=f"load.{feed}", basis="direct care feed",
            detail={"run": run.pk, "source": source.code},
        )  # fmt: skip
    finally:
        _unlock_session(run.pk)


def mark_interrupted_runs() -> None:
    """Mark runs as interrupted whose process no longer holds the run's lock."""
    for run in LoadRun.objects.filter(status=LoadRun.Status.RUNNING):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [RUN_LOCKS, run.pk])
            if cursor.fetchone()[0]:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [RUN_LOCKS, run.pk])
                _finish(run, LoadRun.Status.INTERRUPTED, failure="The loading process ended without a word.")


@contextmanager
def whole_file(source: Source, table: str) -> Iterator[None]:
    """One transaction in which all of a file goes in or nothing, one at a time for a table of a source."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [FILE_LOCKS, f"{source.code} {table}"]
            )
        yield


def settle() -> None:
    """Check now what the database would check at the end of the transaction: a broken link names its statement."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def loaded_before(source: Source, table: str, digest: str) -> bool:
    """Whether this very content has gone in."""
    return LoadedFile.objects.filter(source=source, table=table, digest=digest).exists()


def keep_file(run: LoadRun, digest: str, summary: FileSummary) -> None:
    """Remember a file that went in, in the transaction that put it in."""
    counts = {name: value for name, value in asdict(summary).items() if name != "was_loaded_before"}
    LoadedFile.objects.create(
        run=run, source_id=run.source_id, digest=digest, loaded_at=timezone.now(), **counts
    )


def digest_of(*files: Path) -> str:
    """SHA-256 over the bytes of the files in order; FileRefused when a gzip file is damaged or cut short."""
    digest = hashlib.sha256()
    for file in files:
        unpacking = zlib.decompressobj(wbits=31) if file.suffix == ".gz" else None
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
                if unpacking:
                    unpacking = _unpack(unpacking, chunk, file)
        if unpacking and not unpacking.eof:
            raise FileRefused(f"{file} is cut short: the gzip file has no end. Send or copy it again.")
    return digest.hexdigest()


def _unpack(unpacking: zlib._Decompress, chunk: bytes, file: Path) -> zlib._Decompress:
    """Decompress and forget; a gzip file may hold several members one after the other."""
    try:
        unpacking.decompress(chunk)
        while unpacking.eof and unpacking.unused_data.strip(b"\0"):
            rest = unpacking.unused_data
            unpacking = zlib.decompressobj(wbits=31)
            unpacking.decompress(rest)
    except zlib.error as error:
        raise FileRefused(f"{file} is damaged: {error}. Send or copy it again.") from error
    return unpacking


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        return time.perf_counter() - self._started


def _finish(run: LoadRun, status: LoadRun.Status, *, failure: str = "") -> None:
    run.status, run.failure, run.finished_at = status, failure, timezone.now()
    run.save(update_fields=("status", "failure", "finished_at", "not_understood"))


def _lock_session(run_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [RUN_LOCKS, run_id])


def _unlock_session(run_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [RUN_LOCKS, run_id])
