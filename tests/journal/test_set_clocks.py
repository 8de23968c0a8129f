"""What set-based tables say of a journal is what the fold says, entry by entry."""

from __future__ import annotations

import pytest

from localcare.analysis.dataset.engine import connect
from localcare.analysis.journal import table_schemas
from localcare.analysis.journal.folded import folded_rows
from localcare.analysis.journal.rulebook import shipped_rulebook
from localcare.analysis.journal.set_clocks import JournalTables
from tests.journal.walks import random_folder

NAMES = ("journeys", "tasks", "clocks", "questions", "waits")


def compared(folder) -> dict[str, tuple[list, list]]:
    """Each table from the expressions and from the fold, as sorted rows."""
    tables = JournalTables(folder, connect(threads=1))
    rows = folder.arrow("journal").to_pylist()
    folded = folded_rows(rows, folder.pathways, shipped_rulebook())
    found = {}
    for name in NAMES:
        columns = getattr(table_schemas, name.upper()).names
        by_set = getattr(tables, name).to_pyarrow().to_pylist()
        by_fold = getattr(folded, name)
        found[name] = tuple(
            sorted(str({column: row[column] for column in columns}) for row in side)
            for side in (by_set, by_fold)
        )
    return found


@pytest.mark.parametrize("seed", range(5))
def test_random_journals(tmp_path, seed):
    for name, (by_set, by_fold) in compared(random_folder(tmp_path, seed)).items():
        assert by_fold, f"the journal has no {name}"
        assert by_set == by_fold, name
