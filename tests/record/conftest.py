"""What tests of the export share: a home of their own for keys and memories, and lists for the codes they use."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from localcare.analysis.scores.packs import PackCode, checksum
from localcare.foundation.record.exporting.keys import new_key
from localcare.kernel.access.readers import system_reader


@pytest.fixture
def own_home(settings, tmp_path_factory) -> Path:
    """A home for this test alone."""
    settings.HOME = tmp_path_factory.mktemp("home")
    return Path(settings.HOME)


@pytest.fixture
def lists_for_all_systems(own_home) -> None:
    """Lists that a place would install for SNOMED CT and OPCS-4, here with one invented code each."""
    codes = [
        PackCode("sensitive/hiv", "SNOMED-CT", "999000001"),
        PackCode("sensitive/termination", "OPCS-4", "Y99"),
    ]
    content = {
        "pack": "place", "title": "Lists of a place", "version": "1", "source": "a test", "licence": "free",
        "checksum": checksum(codes),
        "lists": {code.code_list: [{"system": code.system, "code": code.code}] for code in codes},
    }  # fmt: skip
    folder = own_home / "codelists" / "sensitive"
    folder.mkdir(parents=True)
    (folder / "place.yaml").write_text(yaml.safe_dump(content))


@pytest.fixture
def keys(db, own_home) -> None:
    """The keys of planning and research."""
    for project in ("planning", "research"):
        new_key(project, by=system_reader("test of the export"))
