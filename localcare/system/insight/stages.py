"""The stages of a run before it is published, each leaving a finished file, so that a killed run goes on from there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from localcare.analysis.libraries import pyarrow as pa
from localcare.system.insight.rules import Key, Number

Export = Callable[[Path], None]
READY = "exported"
JOURNAL, DATASET, FOUND = "journal", "dataset", "numbers"


def export_once(folder: Path, export: Export) -> None:
    """Export journal and dataset, unless a finished export is there."""
    if (folder / READY).is_file():
        return
    for name in (JOURNAL, DATASET):
        shutil.rmtree(folder / name, ignore_errors=True)
    export(folder)
    (folder / READY).touch()


def numbers_file(folder: Path, indicator: str) -> Path:
    """Where an indicator's numbers lie once they are all there."""
    (folder / FOUND).mkdir(exist_ok=True)
    return folder / FOUND / f"{indicator}.parquet"


def write_numbers(file: Path, numbers: Mapping[Key, Number], hidden: set[Key]) -> None:
    """Write an indicator's numbers: the file is there whole or not at all."""
    rows = [
        {**key._asdict(), "numerator": one.numerator, "denominator": one.denominator, "value": one.value}
        | {"is_hidden": key in hidden}
        for key, one in numbers.items()
    ]
    schema = pa.schema(
        [
            *((name, pa.string()) for name in ("place", "period")),
            ("starts_on", pa.date32()),
            *((name, pa.string()) for name in ("breakdown", "member")),
            *((name, pa.int64()) for name in ("numerator", "denominator")),
            ("value", pa.float64()),
            ("is_hidden", pa.bool_()),
        ]
    )
    part = file.with_suffix(".part")
    pa.parquet.write_table(pa.Table.from_pylist(rows, schema=schema), part)
    part.rename(file)
