"""Searching the register by likeness for people without an NHS number; pairs go to the review list, nothing is merged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from localcare.analysis.linkage.definition import linkage_model
from localcare.analysis.linkage.working import LinkageTooLarge, working_engine
from localcare.foundation.people.models import LikenessSearch
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

Progress = Callable[[int, int, str], None]
ONE_AT_A_TIME = "SELECT pg_try_advisory_lock(hashtext('people: search by likeness'))"
ANOTHER_MAY = "SELECT pg_advisory_unlock(hashtext('people: search by likeness'))"
STOPPED = "It was stopped before it ended. Nothing on the list was changed: search again."
LEAST_PEOPLE = 1000  # fewer do not say how often two people are alike by chance

TAKE_OUT = """COPY (
    SELECT id AS record_id, nhs_number, family_name, given_name, birth_date, sex, address_line, postcode, telephone
    FROM people_person WHERE merged_into_id IS NULL ORDER BY id
) TO STDOUT WITH (FORMAT csv, HEADER true)"""

STAGING = """CREATE TEMP TABLE linked (first bigint, second bigint, bits float8, band text, rivals int, evidence jsonb)
ON COMMIT DROP"""
# What a person has decided stays; a pair put aside as "not sure" is kept up to date without coming back.
KEEP = """
WITH kept AS (
    INSERT INTO people_possibleduplicate AS known (first_id, second_id, reasons, score, found_at, decision, decided_by,
        decision_reason, band, bits, rivals, evidence)
    SELECT first, second, '[]', 0, now(), '', '', '', band, bits, rivals, evidence FROM linked
    JOIN people_person AS one ON one.id = first AND one.merged_into_id IS NULL
    JOIN people_person AS other ON other.id = second AND other.merged_into_id IS NULL
    ORDER BY first, second
    ON CONFLICT (first_id, second_id) DO UPDATE
        SET band = excluded.band, bits = excluded.bits, rivals = excluded.rivals, evidence = excluded.evidence
        WHERE known.decision IN ('', 'not-sure') AND (known.band, known.bits, known.rivals, known.evidence)
            IS DISTINCT FROM (excluded.band, excluded.bits, excluded.rivals, excluded.evidence)
    RETURNING xmax = 0 AS is_new
) SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM kept
"""
FORGET = """
WITH lost AS (
    SELECT id, score = 0 AND decision = '' AND reasons = '[]' AS is_only_ours FROM people_possibleduplicate AS known
    WHERE decision IN ('', 'not-sure') AND band <> ''
        AND NOT EXISTS (SELECT FROM linked WHERE first = known.first_id AND second = known.second_id)
), cleared AS (
    UPDATE people_possibleduplicate SET band = '', bits = NULL, rivals = 0, evidence = '{}'
    WHERE id IN (SELECT id FROM lost WHERE NOT is_only_ours)
), removed AS (
    DELETE FROM people_possibleduplicate WHERE id IN (SELECT id FROM lost WHERE is_only_ours)
) SELECT count(*) FROM lost"""


class SearchRefused(RuntimeError):
    """The register cannot be searched now; the message says why and what to do."""


@dataclass(frozen=True)
class Linked:
    """One pair proposed."""

    first: int
    second: int
    bits: float
    band: str
    rivals: int
    evidence: dict[str, Any]


def search_by_likeness(
    *, by: Reader, search: LikenessSearch | None = None, progress: Progress | None = None
) -> LikenessSearch:
    """Compare the people without an NHS number with everybody, and bring the review list up to date. Merges nothing.

    Weights are learnt from the register itself. Raises SearchRefused when another search runs or too few people are there.
    """
    kept = search or LikenessSearch.objects.create(asked_by=by.name)

    def tell(what: str, done: int, total: int) -> None:
        LikenessSearch.objects.filter(pk=kept.pk).update(
            state=LikenessSearch.State.RUNNING, step=what, steps_done=done, steps=total
        )
        if progress:
            progress(done, total, what)

    try:
        with _alone():
            _search(kept, tell)
    except Exception as error:
        LikenessSearch.objects.filter(pk=kept.pk).update(
            state=LikenessSearch.State.FAILED, finished_at=timezone.now(), message=_plain(error)
        )
        raise
    kept.refresh_from_db()
    detail = {name: getattr(kept, name) for name in ("people", "without_number", "new", "changed", "gone")}
    record_access(reader=by, action="person.search-by-likeness", detail=detail)
    return kept


def settle_stopped() -> None:
    """A search that says it runs while nobody holds the lock was stopped, with its worker; say so."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
        (nobody_runs,) = cursor.fetchone() or (False,)
        if nobody_runs:
            LikenessSearch.objects.filter(state=LikenessSearch.State.RUNNING).update(
                state=LikenessSearch.State.FAILED, finished_at=timezone.now(), message=STOPPED
            )
            cursor.execute(ANOTHER_MAY)


def _search(kept: LikenessSearch, tell: Callable[[str, int, int], None]) -> None:
    from localcare.analysis.linkage.bands import linkage_bands
    from localcare.analysis.linkage.library import quiet
    from localcare.analysis.linkage.run import Linking

    quiet()
    with (
        _refused_when_too_large(),
        TemporaryDirectory(prefix="localcare-likeness-") as folder,
        working_engine() as engine,
    ):
        file = (
            Path(folder) / "register.csv"
        )  # names and addresses: readable by this account only, gone at the end
        _take_out(file)
        linking = Linking(engine, linkage_model(), linkage_bands(), tell)
        linking.read([file])
        ((without,),) = engine.execute(
            "SELECT count(*) FROM raw_0 WHERE coalesce(nhs_number, '') = ''"
        ).fetchall()
        if linking.records[0] < LEAST_PEOPLE:
            raise SearchRefused(
                f"The register holds {linking.records[0]} people; from {LEAST_PEOPLE:,} on it can be learnt how often two"
                " people are alike by chance. Until then the rules search alone."
            )
        weights = linking.find(below=0)
        pairs = list(_pairs(engine))
        ((held,),) = engine.execute("SELECT count(*) FROM pairs WHERE held_back IS NOT NULL").fetchall()
    tell("keeping the pairs", 5, 6)
    new, changed, gone = _keep(pairs)
    LikenessSearch.objects.filter(pk=kept.pk).update(
        state=LikenessSearch.State.DONE, finished_at=timezone.now(), step="", steps_done=6, steps=6,
        people=linking.records[0], without_number=without, new=new, changed=changed, gone=gone, held_back=held,
        definition=linking.model.version, weights=[*weights.how, linking.compared.in_words], message="",
    )  # fmt: skip


@contextmanager
def _refused_when_too_large() -> Iterator[None]:
    try:
        yield
    except LinkageTooLarge as large:
        raise SearchRefused(str(large)) from large


def _take_out(file: Path) -> None:
    with connection.cursor() as cursor, file.open("wb") as out, cursor.copy(TAKE_OUT) as rows:
        for part in rows:
            out.write(part)


def _pairs(engine: Any) -> Iterator[Linked]:
    """The pairs in a band, with the level and bits of each comparison."""
    engine.execute("SELECT * FROM pairs WHERE band IS NOT NULL ORDER BY left_id, right_id")
    names = [column[0] for column in engine.description]
    compared = [name.removeprefix("level_") for name in names if name.startswith("level_")]
    for values in engine.fetchall():
        row = dict(zip(names, values, strict=True))
        first, second = sorted((int(row["left_id"]), int(row["right_id"])))
        evidence = {name: [row[f"level_{name}"], row[f"bits_{name}"]] for name in compared}
        yield Linked(first, second, row["bits"], row["band"], row["rivals"], evidence)


def _keep(pairs: list[Linked]) -> tuple[int, int, int]:
    """Bring the review list up to date: how many are new, changed and gone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGING)
        cursor.executemany(
            "INSERT INTO linked VALUES (%s, %s, %s, %s, %s, %s)",
            [(p.first, p.second, p.bits, p.band, p.rivals, json.dumps(p.evidence)) for p in pairs],
        )
        cursor.execute("ANALYZE linked")
        cursor.execute(KEEP)
        new, changed = cursor.fetchone() or (0, 0)
        cursor.execute(FORGET)
        (gone,) = cursor.fetchone() or (0,)
        cursor.execute("DROP TABLE pg_temp.linked")
    return new, changed, gone


@contextmanager
def _alone() -> Iterator[None]:
    """One search at a time, over all processes."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
        (mine,) = cursor.fetchone() or (False,)
    if not mine:
        raise SearchRefused("A search by likeness runs already. Wait for it to end.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(ANOTHER_MAY)


def _plain(error: Exception) -> str:
    """What the page says: our own words, or the kind of error only, since others may repeat what was compared."""
    if isinstance(error, SearchRefused):
        return str(error)
    return f"It stopped with {type(error).__name__}. The log of the worker says where. Nothing on the list was changed."
