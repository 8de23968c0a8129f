"""The code list packs that the site's scores use: the shipped ones and those installed in a folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from localcare.analysis.scores.packs import Packs, load_packs


def installed_packs() -> Packs:
    """Every pack installed; PackError names the file, the place and the remedy."""
    return _packs_of(settings.CODE_LIST_PACKS)


@cache
def _packs_of(folder: str) -> Packs:
    return load_packs(Path(folder)) if folder else load_packs()
