"""Reading what a run wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from localcare.analysis.libraries import duckdb
from localcare.analysis.linkage.reading import LinkageInputError


def find_pair(folder: Path, left: str, right: str) -> dict[str, Any]:
    """The row of `pairs.parquet` of two records, whichever is named first; LinkageInputError when there is none."""
    path = folder / "pairs.parquet"
    if not path.exists():
        raise LinkageInputError(f"{path} does not exist. Run localcare link run with --out {folder} first.")
    with duckdb.connect() as engine:
        engine.execute(
            "SELECT * FROM read_parquet($1) WHERE (left_id = $2 AND right_id = $3) OR (left_id = $3 AND right_id = $2)",
            [str(path), left, right],
        )
        names = [column[0] for column in engine.description]
        rows = engine.fetchall()
    if not rows:
        raise LinkageInputError(
            f"{left} and {right} are no pair in {path}: they share no name with a birthday, postcode or telephone, or"
            " the ids are of other files."
        )
    return dict(zip(names, rows[0], strict=True))
