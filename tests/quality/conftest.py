"""A sound synthetic dataset made once, and copies of it with one planted fault."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from localcare.synthetic.population import synthesise
from localcare.synthetic.practices import practice_shares

AS_OF = date(2026, 10, 1)
PRACTICES = tuple((f"P{number}", "deal", 250.0) for number in range(1, 7))
Damage = Callable[..., Path]


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,500 synthetic people of six practices, with the dirt that the generator plants."""
    folder = tmp_path_factory.mktemp("quality") / "dataset"
    return synthesise(
        people=1500, seed=5, as_of=AS_OF, practices=practice_shares(list(PRACTICES)), out=folder
    )


@pytest.fixture
def damaged(sound: Path, tmp_path: Path) -> Damage:
    """A copy in which tables are what the SQL makes of them; `t` is the table, `registered` people and practices."""

    def damage(**tables: str) -> Path:
        folder = tmp_path / "damaged"
        shutil.copytree(sound, folder, dirs_exist_ok=True)
        with duckdb.connect() as engine:
            engine.execute(
                "create view registered as select distinct on (person_id) person_id, practice_code"
                f" from '{sound}/registrations.parquet' where ended_on is null order by started_on desc"
            )
            for name, query in tables.items():
                file = folder / f"{name}.parquet"
                engine.execute(f"create or replace view t as select * from '{sound / file.name}'")
                engine.execute(f"copy ({query}) to '{file}' (format parquet)")
        return folder

    return damage
