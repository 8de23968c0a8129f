"""Searching the register by likeness for people without an NHS number; pairs go to the review list, nothing is merged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from localcare.analysis.linkage.definition import linkage_model
from localcare.analysis.linkage.working import LinkageTooLarge, working_engine
from localcare.foundation.people.models import LikenessSearch
from localcare.kernel.access.models import User
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access
from localcare.kernel.database.one_at_a_time import only_one
from localcare.kernel.work.carrying_out import CarryingOut, Progress, begin, end, taken_up
from localcare.kernel.work.files import cleared, work_folder
from localcare.kernel.work.stopping import stop

SEARCH_LOCK = 8_105_000  # advisory lock: one search at a time; it ends with the connection, whatever happens
BASIS = "search for people who are registered twice"
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

    Weights are learnt from the register itself. Raises SearchRefused when it cannot be searched, and InProgress while
    another searches; this one then waits as it did.
    """
    with only_one(SEARCH_LOCK, "A search by likeness runs already. Wait for it to end."):
        kept = search or LikenessSearch.objects.create(asked_by=by.name, asked_at=timezone.now())
        taken_up(LikenessSearch, pk=kept.pk)  # another that says it runs was killed: nobody works but us
        if begin(kept):
            refused = (SearchRefused, LikenessSearch.Status.FAILED)
            with (
                CarryingOut(kept, also=progress, answer=refused, in_words=_plain) as carrying,
                cleared(work_folder(kept)) as folder,
            ):
                _search(kept, folder, carrying, by)
    return kept


def stop_search(*, search: LikenessSearch, by: User | Reader) -> str:
    """Ask a search to stop; the list of possible duplicates stays. What came of it, in a sentence. NotAllowed."""
    detail = {"search": str(search.reference)}
    return stop(
        search, by=by, permission="person.merge", action="person.search-stop", basis=BASIS, detail=detail
    )


def _search(kept: LikenessSearch, folder: Path, carrying: CarryingOut, by: Reader) -> None:
    from localcare.analysis.linkage.bands import linkage_bands
    from localcare.analysis.linkage.library import quiet
    from localcare.analysis.linkage.run import Linking

    quiet()
    with _refused_when_too_large(), working_engine() as engine:
        file = folder / "register.csv"  # names and addresses: gone at the end
        _take_out(file)
        linking = Linking(
            engine,
            linkage_model(),
            linkage_bands(),
            lambda what, done, total: carrying.tell(done, total, what),
        )
        linking.read([file])
        ((kept.without_number,),) = engine.execute(
            "SELECT count(*) FROM raw_0 WHERE coalesce(nhs_number, '') = ''"
        ).fetchall()
        if linking.records[0] < LEAST_PEOPLE:
            raise SearchRefused(
                f"The register holds {linking.records[0]} people; from {LEAST_PEOPLE:,} on it can be learnt how often two"
                " people are alike by chance. Until then the rules search alone."
            )
        weights = linking.find(below=0)
        pairs = list(_pairs(engine))
        ((kept.held_back,),) = engine.execute(
            "SELECT count(*) FROM pairs WHERE held_back IS NOT NULL"
        ).fetchall()
    kept.people, kept.definition = linking.records[0], linking.model.version
    kept.weights = [*weights.how, linking.compared.in_words]
    carrying.tell(5, 6, "keeping the pairs")
    with transaction.atomic():
        kept.new, kept.changed, kept.gone = _keep(pairs)
        end(kept, LikenessSearch.Status.DONE)
        detail = {
            name: getattr(kept, name) for name in ("people", "without_number", "new", "changed", "gone")
        }
        record_access(reader=by, action="person.search-by-likeness", detail=detail)


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
    """Bring the review list up to date, in the caller's transaction: how many are new, changed and gone."""
    with connection.cursor() as cursor:
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


def _plain(error: Exception) -> str:
    """The kind of error only, since its words may repeat what was compared."""
    return f"It stopped with {type(error).__name__}. The log of the worker says where. Nothing on the list was changed."
