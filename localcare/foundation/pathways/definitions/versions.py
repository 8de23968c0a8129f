"""Versions of a pathway by what it says: a journey finishes on the version it began with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet

from localcare.analysis.pathways.model import Pathway
from localcare.analysis.pathways.reading import read_pathway
from localcare.foundation.pathways.definitions.loading import contents, pathways
from localcare.foundation.pathways.models import PathwayVersion

# Mappings whose order means something: kept as lists of pairs, because the database orders keys anew.
ORDERED = frozenset(
    {"steps", "outcomes", "ends", "priorities", "milestones", "decline_reasons", "clocks", "stops_on"}
)
ATTEMPTS = 5  # how often a number may be taken by somebody else first
_read: dict[str, Pathway] = {}  # by digest, which stands for the content in every database
_versions: dict[int, PathwayVersion] = {}  # by key: the database refuses to change or delete a version


def canonical(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content as it is kept: neither layout nor comments nor the order of plain keys matter."""
    kept: dict[str, Any] = _canonical(content)
    return kept


def _canonical(value: Any, key: str = "") -> Any:
    if isinstance(value, Mapping) and key in ORDERED:
        return [[str(code), _canonical(said)] for code, said in value.items()]
    if isinstance(value, Mapping):
        return {str(code): _canonical(said, str(code)) for code, said in sorted(value.items())}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def digest_of(kept: Mapping[str, Any]) -> str:
    """The fingerprint of a kept content."""
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _kept(code: str) -> tuple[dict[str, Any], str]:
    kept = canonical(contents()[code])
    return kept, digest_of(kept)


def current_digest(code: str) -> str:
    """The fingerprint of the pathway as its file reads now."""
    return _kept(code)[1]


def current_version(code: str) -> PathwayVersion:
    """The version of the pathway as its file reads now; a row is made when it never read like this before.

    LookupError when there is no such pathway.
    """
    if code not in contents():
        known = ", ".join(sorted(contents()))
        raise LookupError(f"there is no pathway {code!r}; known are {known}")
    kept, digest = _kept(code)
    return keep_version(kept, digest)


def keep_version(kept: Mapping[str, Any], digest: str) -> PathwayVersion:
    """The row of this content, made with the next number when there is none, even when two make it at once."""
    code = kept["pathway"]
    for _ in range(ATTEMPTS):
        found = PathwayVersion.objects.filter(pathway=code, digest=digest).first()
        if found is not None:
            return found
        last = PathwayVersion.objects.filter(pathway=code).aggregate(last=Max("number"))["last"] or 0
        try:
            with transaction.atomic():
                return PathwayVersion.objects.create(
                    pathway=code, number=last + 1, digest=digest, title=kept["title"], content=dict(kept)
                )
        except IntegrityError:
            continue
    raise RuntimeError(f"the version of {code} could not be kept in {ATTEMPTS} attempts")


def version_by_key(key: int) -> PathwayVersion:
    """A version that is known to exist, read once for good."""
    if key not in _versions:
        _versions[key] = PathwayVersion.objects.get(pk=key)
    return _versions[key]


def pathway_of(version: PathwayVersion) -> Pathway:
    """The pathway that the version says; read once for each content."""
    if version.digest not in _read:
        _read[version.digest] = read_pathway(version.content)
    return _read[version.digest]


def is_sensitive(version: PathwayVersion) -> bool:
    """Whether only those with a part in it may read a journey: its version says so, or the pathway says so by now."""
    shipped = pathways().get(version.pathway)
    return pathway_of(version).sensitive or (shipped is not None and shipped.sensitive)


def sensitive_versions() -> QuerySet[PathwayVersion, int]:
    """The keys of the versions of which `is_sensitive` holds."""
    shipped = [code for code, pathway in pathways().items() if pathway.sensitive]
    found = PathwayVersion.objects.filter(Q(content__sensitive=True) | Q(pathway__in=shipped))
    return found.values_list("pk", flat=True)
