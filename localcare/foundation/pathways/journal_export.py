"""The lived journal written as a folder of Parquet: one consistent snapshot, streamed, without names or free text."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from localcare.analysis.journal.parquet import About, JournalFolder, write_about, write_pathways
from localcare.analysis.libraries import duckdb
from localcare.foundation.pathways.models import JournalEntry, PathwayVersion
from localcare.foundation.pathways.moment import now
from localcare.foundation.record.copying import stream_out
from localcare.foundation.record.dataset_queries import Purpose, Selection, select_people
from localcare.foundation.record.exporting.keys import secret_of
from localcare.foundation.record.exporting.people import show_pseudonyms
from localcare.foundation.record.linked_dataset import ExportFailed
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.actions import record_access

Progress = Callable[[int, int, str], None]
MEMORY_LIMIT = "512MB"

# What an entry may carry beyond its columns. Words, users and keys of the running system stay at home.
KEPT_DETAIL = ("because", "instead_of", "until", "for", "due", "takes_back")

ENTRIES = """
SELECT entry.id AS entry, entry.journey_id AS journey, person.shown AS person, version.pathway,
       version.number::text AS version,
       CASE WHEN first_person.id IS NOT NULL THEN journey.opened_from_id END AS opened_from,
       entry.task_id AS task, task.step, entry.event, entry.from_state, entry.to_state, entry.effective_at,
       entry.recorded_at, service.code AS service, service.kind AS service_kind, asking.code AS asked_by,
       CASE WHEN entry.code ~ '^[A-Za-z0-9_:.-]*$' THEN entry.code ELSE '' END AS code,
       CASE WHEN entry.event = 'prioritised' THEN entry.code ELSE coalesce(entry.detail->>'priority', '') END AS priority,
       entry.undoes_id AS undoes, jsonb_strip_nulls(jsonb_build_object({detail}))::text AS detail
FROM pathways_journalentry AS entry
JOIN pathways_journey AS journey ON journey.id = entry.journey_id
JOIN exported_person AS person ON person.id = journey.person_id
JOIN pathways_pathwayversion AS version ON version.id = journey.version_id
LEFT JOIN pathways_task AS task ON task.id = entry.task_id
LEFT JOIN pathways_task AS first_task ON first_task.id = journey.opened_from_id
LEFT JOIN pathways_journey AS first_journey ON first_journey.id = first_task.journey_id
LEFT JOIN exported_person AS first_person ON first_person.id = first_journey.person_id
LEFT JOIN services_service AS service ON service.id = entry.service_id
LEFT JOIN services_service AS asking ON asking.id = (entry.detail->>'asked_by')::bigint
WHERE entry.recorded_at < '{until}' AND entry.journey_id IN (
    SELECT journey_id FROM pathways_journalentry WHERE recorded_at >= '{since}' AND recorded_at < '{until}')
ORDER BY entry.id"""

PEOPLE = """
SELECT person.shown AS person, practice.code AS practice,
       CASE WHEN area.kind = 'cluster' THEN area.code END AS cluster,
       CASE WHEN area.kind = 'locality' THEN area.code WHEN around.kind = 'locality' THEN around.code END AS locality,
       area.code AS area, row.sex, {birth_date} AS birth_date, row.imd_decile AS deprivation_decile
FROM (SELECT DISTINCT journey_person.person_id, journey_person.shown FROM pathways_journey AS journey
      JOIN exported_person AS journey_person ON journey_person.id = journey.person_id) AS person
JOIN people_person AS row ON row.id = person.person_id
LEFT JOIN LATERAL (
    SELECT registration.practice_id FROM people_registration AS registration
    JOIN exported_person AS registered ON registered.id = registration.person_id
    WHERE registered.person_id = person.person_id AND registration.started_on <= '{day}'
    ORDER BY registration.started_on DESC, registration.id DESC LIMIT 1) AS latest ON true
LEFT JOIN places_organisation AS practice ON practice.id = latest.practice_id
LEFT JOIN places_practicemembership AS lies ON lies.practice_id = practice.id
    AND lies.valid_from <= '{day}' AND (lies.valid_to IS NULL OR lies.valid_to > '{day}')
LEFT JOIN places_area AS area ON area.id = lies.area_id
LEFT JOIN places_areamembership AS within ON within.child_id = area.id
    AND within.valid_from <= '{day}' AND (within.valid_to IS NULL OR within.valid_to > '{day}')
LEFT JOIN places_area AS around ON around.id = within.parent_id
ORDER BY person.shown"""

SERVICES = """
SELECT code, kind, title, CASE WHEN cardinality(area_codes) = 1 THEN area_codes[1] END AS area
FROM services_service ORDER BY code"""

TYPES = {
    "journal": {
        "entry": "BIGINT", "journey": "BIGINT", "person": "BIGINT", "pathway": "VARCHAR", "version": "VARCHAR",
        "opened_from": "BIGINT", "task": "BIGINT", "step": "VARCHAR", "event": "VARCHAR", "from_state": "VARCHAR",
        "to_state": "VARCHAR", "effective_at": "TIMESTAMPTZ", "recorded_at": "TIMESTAMPTZ", "service": "VARCHAR",
        "service_kind": "VARCHAR", "asked_by": "VARCHAR", "code": "VARCHAR", "priority": "VARCHAR",
        "undoes": "BIGINT", "detail": "VARCHAR",
    },
    "people": {
        "person": "BIGINT", "practice": "VARCHAR", "cluster": "VARCHAR", "locality": "VARCHAR", "area": "VARCHAR",
        "sex": "VARCHAR", "birth_date": "DATE", "deprivation_decile": "INTEGER",
    },
    "services": {"code": "VARCHAR", "kind": "VARCHAR", "title": "VARCHAR", "area": "VARCHAR"},
}  # fmt: skip


@dataclass(frozen=True)
class JournalExport:
    """What was written, and how long it took."""

    folder: JournalFolder
    entries: int
    seconds: float


def export_journal(
    out: Path | str,
    *,
    by: Reader,
    purpose: str,
    since: datetime | None = None,
    until: datetime | None = None,
    progress: Progress | None = None,
) -> JournalFolder:
    """Write the journal into the folder `out` and open it; see `written_journal`."""
    return written_journal(out, by=by, purpose=purpose, since=since, until=until, progress=progress).folder


def written_journal(
    out: Path | str,
    *,
    by: Reader,
    purpose: str,
    since: datetime | None = None,
    until: datetime | None = None,
    progress: Progress | None = None,
) -> JournalExport:
    """Write the journal into the folder `out`: whole journeys to which something was recorded in the time.

    `purpose` as for `export_dataset`: "direct-care" (everyone), "planning" or "research" (people with a national data
    opt-out left out, dates of birth shown as the first of the month). `person` is `person_id` of the linked dataset of
    the same purpose; beyond direct care without a key of that name, it is a pseudonym that links with nothing.
    Raises PermissionError, ExportFailed.
    """
    if not by.may("dataset.export"):
        raise PermissionError("To export the journal you need the permission dataset.export.")
    started, folder, moment = time.perf_counter(), Path(out), until or now()
    selection = Selection(_purpose(purpose), moment.date(), without_identifiers=True)
    record_access(
        reader=by,
        action="journal.export",
        basis=purpose,
        detail={"since": since.isoformat() if since else "", "until": moment.isoformat()},
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with transaction.atomic():
            if not connection.savepoint_ids:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            select_people(selection)
            if selection.goes_beyond_care:
                show_pseudonyms(secret_of(purpose), among="SELECT person_id FROM pathways_journey")
            entries = _write_tables(folder, selection, since, moment, progress)
            versions = PathwayVersion.objects.all()
            write_pathways(folder, {(row.pathway, str(row.number)): row.content for row in versions})
            write_about(folder, About("lived", since or _first() or moment, moment, purpose))
    except (OSError, duckdb.Error) as error:
        raise ExportFailed(
            f"{folder} could not be written: {str(error).splitlines()[0]}."
            " Free some space or choose another folder, then export again; no half-written table was left."
        ) from error
    return JournalExport(JournalFolder(folder), entries, time.perf_counter() - started)


def _purpose(said: str) -> Purpose:
    try:
        return Purpose(said)
    except ValueError as error:
        known = ", ".join(item.value for item in Purpose)
        raise ValueError(f"{said!r} is no purpose of an export: choose {known}") from error


def _first() -> datetime | None:
    return JournalEntry.objects.order_by("recorded_at").values_list("recorded_at", flat=True).first()


def _write_tables(
    folder: Path, selection: Selection, since: datetime | None, until: datetime, progress: Progress | None
) -> int:
    detail = ", ".join(f"'{name}', entry.detail->'{name}'" for name in KEPT_DETAIL)
    beginning = since.isoformat() if since else "-infinity"
    birth_date = (
        "date_trunc('month', row.birth_date)::date" if selection.goes_beyond_care else "row.birth_date"
    )
    queries = {
        "journal": ENTRIES.format(detail=detail, since=beginning, until=until.isoformat()),
        "people": PEOPLE.format(birth_date=birth_date, day=selection.as_of.isoformat()),
        "services": SERVICES,
    }
    done, total, rows = 0, JournalEntry.objects.count(), {}

    def counted(lines: int) -> None:
        nonlocal done
        done += lines
        if progress:
            progress(min(done, total), total, "rows written")

    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(folder)}) as engine:
        for name, query in queries.items():
            rows[name] = _write(engine, name, query, folder, counted)
    if progress:
        progress(total, total, "rows written")
    return rows["journal"]


def _write(engine: Any, name: str, query: str, folder: Path, counted: Callable[[int], None]) -> int:
    """Write beside the final name and rename, so that a file is there whole or not at all."""
    part = folder / f".{name}.part"
    types = ", ".join(f"'{column}': '{kind}'" for column, kind in TYPES[name].items())
    target = str(part).replace("'", "''")
    try:
        stream_out(
            query, engine,
            lambda path: f"COPY (SELECT * FROM read_csv('{path}', header = false, auto_detect = false, delim = ',',"
            f" quote = '\"', escape = '\"', nullstr = '\\N', parallel = false, columns = {{{types}}}))"
            f" TO '{target}' (FORMAT parquet, COMPRESSION zstd)",
            counted=counted,
        )  # fmt: skip
        part.replace(folder / f"{name}.parquet")
    finally:
        part.unlink(missing_ok=True)
    (count,) = engine.execute(
        "SELECT count(*) FROM read_parquet(?)", [str(folder / f"{name}.parquet")]
    ).fetchone()
    return int(count)
