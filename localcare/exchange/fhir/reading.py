"""FHIR resources from bundles and NDJSON, plain or compressed, one after the other."""

from __future__ import annotations

import bz2
import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson

from localcare.exchange.loads.runs import FileRefused

Resource = dict[str, Any]
ENDINGS = (".json", ".ndjson", ".jsonl")
PEEK_BYTES = 1 << 16
ANY = re.compile(b"")
REFERRED_TO = re.compile(rb'"resourceType"\s*:\s*"(?:Patient|Encounter)"')

# Files with these near their beginning are read in this order, so that most references point back.
FIRST = (b'"Organization"', b'"Practitioner"', b'"Location"', b'"Patient"', b'"Encounter"')


@dataclass(frozen=True)
class Item:
    """One resource with its place in the file, or the text and fault where there is none."""

    number: int
    resource: Resource | None
    full_url: str = ""
    text: str = ""
    fault: str = ""


def fhir_files(paths: list[Path]) -> list[Path]:
    """Every FHIR file among the paths and in the folders, those first that others refer to. Raises FileRefused."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(file for file in path.rglob("*") if is_fhir_file(file)) if path.is_dir() else [path]
        if not inside or not path.exists():
            raise FileRefused(f"{path} holds no FHIR file: give .json or .ndjson, plain, .gz or .bz2")
        found += inside
    return sorted(dict.fromkeys(found), key=_rank)


def is_fhir_file(path: Path) -> bool:
    """Whether the name says JSON or NDJSON, compressed or not."""
    name = path.name.removesuffix(".gz").removesuffix(".bz2")
    return path.is_file() and name.endswith(ENDINGS)


def is_lines(path: Path) -> bool:
    """Whether the name says one resource on a line."""
    return path.name.removesuffix(".gz").removesuffix(".bz2").endswith((".ndjson", ".jsonl"))


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file's content, decompressed; FileRefused when it is damaged or cut short."""
    openers: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open}
    opener = openers.get(path.suffix, open)
    try:
        with cast(BinaryIO, opener(path, "rb")) as stream:
            yield stream
    except (EOFError, zlib.error, gzip.BadGzipFile, OSError) as error:
        raise FileRefused(f"{path} is damaged or cut short: {error}. Send or copy it again.") from error


def read_items(path: Path, *, only_those_referred_to: bool = False) -> Iterator[Item]:
    """The resources of a file: entries of a bundle, a single resource, or one a line (read as they are asked for).

    `only_those_referred_to` passes over lines that can hold neither a patient nor an encounter, without parsing them.
    """
    with opened(path) as stream:
        if is_lines(path):
            yield from _lines(stream, REFERRED_TO if only_those_referred_to else ANY)
        else:
            yield from _document(path, stream.read())


def item_of(number: int, text: bytes | str) -> Item:
    """One resource from its text."""
    try:
        resource = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Item(number, None, text=_as_text(text), fault=str(error))
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        return Item(number, None, text=_as_text(text), fault="a resource is an object with a resourceType")
    return Item(number, resource)


def _lines(stream: BinaryIO, wanted: re.Pattern[bytes]) -> Iterator[Item]:
    for number, line in enumerate(stream, start=1):
        if line.strip() and wanted.search(line):
            yield item_of(number, line)


def _document(path: Path, content: bytes) -> Iterator[Item]:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FileRefused(f"{path} is not JSON: {error}. Correct it or send it again.") from error
    if not isinstance(document, dict) or "resourceType" not in document:
        raise FileRefused(f"{path} is not FHIR: it has no resourceType")
    if document["resourceType"] != "Bundle":
        yield Item(1, document)
        return
    for number, entry in enumerate(document.get("entry", []), start=1):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str):
            yield Item(number, resource, full_url=str(entry.get("fullUrl", "")))
        elif not _is_deletion(entry):
            yield Item(number, None, text=_as_text(orjson.dumps(entry)), fault="the entry holds no resource")


def _is_deletion(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("request", {}).get("method") == "DELETE"


def _rank(path: Path) -> tuple[int, str]:
    """Where in the order a file belongs, by what it begins with."""
    try:
        with opened(path) as stream:
            start = stream.read(PEEK_BYTES).replace(b" ", b"")
    except FileRefused:
        return len(FIRST), str(path)  # it is refused with its name when its turn comes
    places = [place for place, kind in enumerate(FIRST) if b'"resourceType":' + kind in start]
    return min(places, default=len(FIRST)), str(path)


def _as_text(text: bytes | str) -> str:
    return text.decode("utf-8", "replace").rstrip("\n") if isinstance(text, bytes) else text
