"""Writes a linked dataset as FHIR R4: a transaction bundle for each person, or NDJSON."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import duckdb
import orjson

from localcare.analysis.dataset.schema import TABLES
from localcare.analysis.dataset.writing import read_metadata
from localcare.synthetic.fhir_resources import Resource, ResourceMaker, Row, organisation_resource

PEOPLE_AT_A_TIME = 1000
WITH_RELATED_PERSON = """(
    SELECT r.*, p.nhs_number AS related_nhs_number, p.family_name AS related_family_name,
        p.given_name AS related_given_name
    FROM read_parquet(?) r LEFT JOIN read_parquet(?) p ON p.person_id = r.related_person_id
)"""
BUNDLE_ENDINGS = (".json", ".json.gz", ".json.bz2")
Progress = Callable[[int, int, str], None]


def write_fhir(
    dataset_path: Path,
    out: Path,
    *,
    people: int | None = None,
    bundle_ending: str = ".json",
    progress: Progress | None = None,
) -> int:
    """Writes the first `people` of a Parquet dataset (all when None) as FHIR R4; returns how many resources.

    An `out` that ends in .ndjson, .ndjson.gz or .ndjson.bz2 becomes one file with a resource on each line and
    references such as Patient/<id>. Any other `out` is a folder: organisations in one bundle, then a
    transaction bundle for each person with urn:uuid references, compressed when `bundle_ending` says .json.gz
    or .json.bz2. Raises ValueError for another ending.
    """
    if bundle_ending not in BUNDLE_ENDINGS:
        raise ValueError(f"bundles end in {', '.join(BUNDLE_ENDINGS)}, not {bundle_ending!r}")
    with closing(duckdb.connect()) as database:
        if ".ndjson" in out.suffixes:
            return _write_lines(database, dataset_path, out, people, progress)
        return _write_bundles(database, dataset_path, out, people, bundle_ending, progress)


def _write_lines(
    database: duckdb.DuckDBPyConnection,
    dataset: Path,
    out: Path,
    people: int | None,
    progress: Progress | None,
) -> int:
    source = _source(dataset)
    maker, written = ResourceMaker(source, in_bundle=False), 0
    out.parent.mkdir(parents=True, exist_ok=True)
    with _opened(out) as file:
        for code in _practice_codes(database, dataset):
            file.write(orjson.dumps(organisation_resource(source, code), option=orjson.OPT_APPEND_NEWLINE))
            written += 1
        for person, rows in _people(database, dataset, people, progress):
            for resource in maker.resources(person, rows):
                file.write(orjson.dumps(resource, option=orjson.OPT_APPEND_NEWLINE))
                written += 1
    return written


def _write_bundles(
    database: duckdb.DuckDBPyConnection,
    dataset: Path,
    out: Path,
    people: int | None,
    ending: str,
    progress: Progress | None,
) -> int:
    source = _source(dataset)
    maker = ResourceMaker(source, in_bundle=True)
    out.mkdir(parents=True, exist_ok=True)
    organisations = [organisation_resource(source, code) for code in _practice_codes(database, dataset)]
    written = _write_bundle(out / f"organisations{ending}", organisations)
    for person, rows in _people(database, dataset, people, progress):
        resources = list(maker.resources(person, rows))
        written += _write_bundle(out / f"person-{person['person_id']:08d}{ending}", resources)
    return written


def _write_bundle(path: Path, resources: list[Resource]) -> int:
    entries = [
        {
            "fullUrl": f"urn:uuid:{resource['id']}",
            "resource": resource,
            "request": {"method": "POST", "url": resource["resourceType"]},
        }
        for resource in resources
    ]
    with _opened(path) as file:
        file.write(orjson.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}))
    return len(resources)


def _opened(path: Path) -> IO[bytes]:
    """The file for writing, compressed by its ending and without a time stamp inside."""
    if path.suffix == ".gz":
        return gzip.GzipFile(path, "wb", compresslevel=6, mtime=0)  # type: ignore[return-value]
    if path.suffix == ".bz2":
        return bz2.BZ2File(path, "wb")
    return path.open("wb")


def _source(dataset: Path) -> str:
    return str(read_metadata(dataset).get("source", "linked dataset"))


def _practice_codes(database: duckdb.DuckDBPyConnection, dataset: Path) -> list[str]:
    file = str(dataset / "registrations.parquet")
    rows = database.execute(
        "SELECT DISTINCT practice_code FROM read_parquet(?) ORDER BY 1", [file]
    ).fetchall()
    return [code for (code,) in rows]


def _people(
    database: duckdb.DuckDBPyConnection, dataset: Path, people: int | None, progress: Progress | None
) -> Iterator[tuple[Row, dict[str, list[Row]]]]:
    """Each person with the rows of every other table, a thousand people in memory at a time."""
    file = str(dataset / "persons.parquet")
    found = database.execute("SELECT person_id FROM read_parquet(?) ORDER BY 1", [file]).fetchall()
    ids = [person for (person,) in found][:people]
    for start in range(0, len(ids), PEOPLE_AT_A_TIME):
        chunk = ids[start : start + PEOPLE_AT_A_TIME]
        tables = {table.name: _rows(database, dataset, table.name, table.key, chunk) for table in TABLES}
        for person in chunk:
            rows = {name: by_person.get(person, []) for name, by_person in tables.items()}
            yield rows["persons"][0], rows
        if progress:
            progress(start + len(chunk), len(ids), "people written as FHIR")


def _rows(
    database: duckdb.DuckDBPyConnection, dataset: Path, table: str, key: str, ids: list[int]
) -> dict[int, list[Row]]:
    """Rows of a table for people whose identifiers lie next to each other, by person."""
    file = dataset / f"{table}.parquet"
    by_person: dict[int, list[Row]] = {}
    if not file.exists():
        return by_person
    relation, files = "read_parquet(?)", [str(file)]
    if table == "relationships":
        relation, files = WITH_RELATED_PERSON, [str(file), str(dataset / "persons.parquet")]
    cursor = database.execute(
        f"SELECT * FROM {relation} WHERE person_id BETWEEN ? AND ? ORDER BY person_id, {key}",
        [*files, ids[0], ids[-1]],
    )
    names = [column[0] for column in cursor.description or ()]
    for values in cursor.fetchall():
        row: dict[str, Any] = dict(zip(names, values, strict=True))
        by_person.setdefault(row["person_id"], []).append(row)
    return by_person
