"""How a pathway came to read as it does: its versions, with what changed in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from localcare.analysis.pathways.differences import differences
from localcare.analysis.pathways.model import Pathway
from localcare.analysis.pathways.words import Names
from localcare.foundation.pathways.definitions.versions import current_digest, pathway_of
from localcare.foundation.pathways.models import Journey, PathwayVersion


@dataclass(frozen=True)
class Version:
    """One version: its number (None until a journey begins on it), when it came and what it changed."""

    number: int | None
    since: datetime | None
    is_current: bool
    open_journeys: int
    changes: tuple[str, ...]
    is_first: bool


def history_of(pathway: Pathway, names: Names) -> list[Version]:
    """The versions of a pathway, latest first; reads only, so the newest may not have a number yet."""
    rows = list(PathwayVersion.objects.filter(pathway=pathway.code).order_by("number"))
    digest = current_digest(pathway.code)
    found: list[Version] = []
    before: Pathway | None = None
    for row in rows:
        reads = pathway_of(row)
        changes = tuple(differences(before, reads, names)) if before else ()
        is_current = row.digest == digest
        open_journeys = Journey.objects.filter(version=row, state__is_open=True).count()
        found.append(Version(row.number, row.loaded_at, is_current, open_journeys, changes, before is None))
        before = reads
    if all(not version.is_current for version in found):
        changes = tuple(differences(before, pathway, names)) if before else ()
        found.append(Version(None, None, True, 0, changes, before is None))
    return found[::-1]
