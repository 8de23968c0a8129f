"""A journal on disk: a folder with its entries, people, services, the pathways it was lived on, and what it is.

journal.parquet, people.parquet, services.parquet, pathways/CODE.VERSION.yaml and about.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml

from localcare.analysis.journal.version import VERSION
from localcare.analysis.libraries import pyarrow as pa
from localcare.analysis.pathways.model import Pathway
from localcare.analysis.pathways.reading import read_pathway

PathwayKey = tuple[str, str]  # code and version
ROWS_IN_A_GROUP = 122_880


class JournalError(ValueError):
    """A journal cannot be opened or written; the message names the place and the remedy."""


@dataclass(frozen=True)
class About:
    """What a journal is: lived or simulated, from when to when (UTC), and how it was made."""

    kind: Literal["lived", "simulated"]
    since: datetime
    until: datetime  # nothing after this moment is known: the "now" of clocks that still run
    purpose: str = ""
    scenario: str = ""  # code and digest, for a simulated one
    seed: int | None = None
    replication: int | None = None
    schema_version: int = VERSION


class JournalFolder:
    """A folder that holds a journal; JournalError when something is missing or cannot be read."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        for name in ("journal.parquet", "about.json"):
            if not (self.path / name).is_file():
                raise JournalError(
                    f"{self.path} has no {name}: give a folder written by `localcare export journal`"
                    " or by a simulation"
                )

    @cached_property
    def about(self) -> About:
        """What the journal is."""
        file = self.path / "about.json"
        try:
            said = json.loads(file.read_text(encoding="utf-8"))
            said["since"], said["until"] = (datetime.fromisoformat(said[key]) for key in ("since", "until"))
            about = About(**said)
        except (ValueError, TypeError, KeyError) as fault:
            raise JournalError(f"{file} cannot be read ({fault}): write the journal again") from fault
        if about.schema_version != VERSION:
            raise JournalError(
                f"{file}: version {about.schema_version} of the journal; this program reads version {VERSION}."
                " Write it again with this program"
            )
        return about

    @cached_property
    def contents(self) -> Mapping[PathwayKey, Mapping[str, Any]]:
        """What each version of a pathway says, by code and version."""
        found = {}
        for file in sorted((self.path / "pathways").glob("*.yaml")):
            code, _, version = file.stem.rpartition(".")
            found[code, version] = yaml.safe_load(file.read_text(encoding="utf-8"))
        return found

    @cached_property
    def pathways(self) -> Mapping[PathwayKey, Pathway]:
        """The pathways that the journeys are on, by code and version."""
        return {key: read_pathway(content) for key, content in self.contents.items()}

    def table(self, name: Literal["journal", "people", "services"], backend: Any) -> Any:
        """One of its tables as an Ibis expression on a DuckDB backend; people and services may be absent: empty."""
        file = self.path / f"{name}.parquet"
        if not file.is_file():
            backend.con.register(f"no_{name}", _schemas()[name].empty_table())
            return backend.table(f"no_{name}")
        return backend.read_parquet(str(file))

    def arrow(self, name: Literal["journal", "people", "services"]) -> Any:
        """One of its tables in memory, in the order of the file."""
        file = self.path / f"{name}.parquet"
        return pa.parquet.read_table(file) if file.is_file() else _schemas()[name].empty_table()


def _schemas() -> Mapping[str, Any]:
    from localcare.analysis.journal import schema  # on use: it needs the engine, which pages do without

    return {"journal": schema.JOURNAL, "people": schema.PEOPLE, "services": schema.SERVICES}


def read_journal(path: Path | str, backend: Any) -> Any:
    """The entries of a journal folder as an Ibis expression."""
    return JournalFolder(path).table("journal", backend)


def write_journal(batches: Any, path: Path | str) -> int:
    """Write the entries (a pyarrow Table, or record batches) into a folder; the number of rows.

    They come in the order of `entry`. The file is there whole or not at all.
    """
    return _write(batches, Path(path), "journal")


def write_folder(
    path: Path | str,
    *,
    about: About,
    journal: Any,
    people: Any = None,
    services: Any = None,
    pathways: Mapping[PathwayKey, Mapping[str, Any]],
) -> JournalFolder:
    """Write a whole journal folder; `pathways` are the contents of the versions used, as their files read."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    write_journal(journal, folder)
    if people is not None:
        _write(people, folder, "people")
    if services is not None:
        _write(services, folder, "services")
    write_pathways(folder, pathways)
    write_about(folder, about)
    return JournalFolder(folder)


def write_pathways(folder: Path, pathways: Mapping[PathwayKey, Mapping[str, Any]]) -> None:
    """Write what each version of a pathway says."""
    (folder / "pathways").mkdir(parents=True, exist_ok=True)
    for (code, version), content in sorted(pathways.items()):
        text = yaml.safe_dump(_plain(content), sort_keys=False, allow_unicode=True)
        (folder / "pathways" / f"{code}.{version}.yaml").write_text(text, encoding="utf-8")


def write_about(folder: Path, about: About) -> None:
    """Write what the journal is."""
    said = asdict(about) | {"since": about.since.isoformat(), "until": about.until.isoformat()}
    (folder / "about.json").write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(said) for key, said in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _write(batches: Any, folder: Path, name: str) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    schema, part, rows = _schemas()[name], folder / f".{name}.part", 0
    try:
        with pa.parquet.ParquetWriter(part, schema, compression="zstd") as writer:
            for batch in _batches(batches):
                writer.write_table(
                    pa.Table.from_batches([batch]).cast(schema), row_group_size=ROWS_IN_A_GROUP
                )
                rows += batch.num_rows
        part.replace(folder / f"{name}.parquet")
    finally:
        part.unlink(missing_ok=True)
    return rows


def _batches(batches: Any) -> Iterator[Any]:
    found: Iterable[Any] = batches.to_batches() if isinstance(batches, pa.Table) else batches
    return iter(found)
