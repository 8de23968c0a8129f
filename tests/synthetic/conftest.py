from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from localcare.analysis.dataset.schema import TABLES
from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import practice_shares

AS_OF = date(2026, 9, 30)
PEOPLE = 20_000
SEED = 11
PRACTICES = practice_shares(
    [
        ("S1001", "Deal", 20.0),
        ("S1002", "Margate", 40.0),
        ("S1003", "Sevenoaks", 30.0),
        ("S1004", "Elsewhere", 10.0),
    ]
)


@pytest.fixture(scope="session")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty thousand people with the usual dirt."""
    out = tmp_path_factory.mktemp("population")
    return synthesise(people=PEOPLE, seed=SEED, as_of=AS_OF, practices=PRACTICES, out=out)


@pytest.fixture(scope="session")
def ask(population: Path) -> Callable[[str], list[tuple]]:
    """Answers SQL over the tables of the population."""
    database = duckdb.connect()
    for name in [*(table.name for table in TABLES), "truth"]:
        database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{population / name}.parquet')")
    return lambda query: database.execute(query).fetchall()


def write_small(out: Path, **changes: object) -> Path:
    """A small population; arguments can be changed."""
    arguments = {"people": 900, "seed": 5, "as_of": AS_OF, "practices": PRACTICES, "out": out} | changes
    return synthesise(**arguments)
