"""Every stage of the pipeline, written to Parquet by one engine: scores, places, and who indicators count."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from localcare.analysis.dataset.engine import EngineChoice, lookup
from localcare.analysis.dataset.linked_dataset import DUCKDB_TYPES, LinkedDataset
from localcare.analysis.dataset.results import opened_for, write_result
from localcare.analysis.measures import dataset_rows
from localcare.analysis.measures.people import with_breakdowns
from localcare.analysis.measures.places import shipped_places
from localcare.analysis.scores.columns import ALL, columns_of
from localcare.analysis.scores.run import write_scores
from localcare.care.stratification.columns import STAGED
from localcare.care.stratification.definitions import definitions
from localcare.care.stratification.stages import place

STAGES = ("scores", "places", "population", "stays")
KEYS = {"population": ("person_id", "day"), "stays": ("stay_id",)}
POPULATION = {
    "person": "int64", "day": "date", "practice": "string", "cluster": "string", "locality": "string",
    "sex": "string", "birth_date": "date", "death_date": "date", "deprivation_decile": "int32",
    "deprivation_quintile": "string", "age": "int64", "age_band": "string", "age_five": "string",
    "frailty": "string", "has_plan": "boolean",
}  # fmt: skip
STAYS = {
    "stay_id": "int64", "person": "int64", "day": "date", "practice": "string", "age": "int64", "nights": "int64",
    "is_sensitive": "boolean", "left_alive": "boolean", "readmitted": "boolean", "had_reablement": "boolean",
    "at_home_on_day": "boolean", "month": "int64", "age_band": "string",
}  # fmt: skip


def written(stage: str, dataset: Path | str, out: Path, *, as_of: date, choice: EngineChoice) -> int:
    """Write one stage of one engine; how many rows."""
    if stage == "scores":
        return write_scores(dataset, as_of, out, choice=choice).people
    if stage == "places":
        return place(dataset, out, as_of=as_of, definitions=definitions(), choice=choice)
    with opened_for(
        dataset, choice, memory_limit="2GB", temp_directory=out.parent, allow_missing=True
    ) as opened:
        table = _population(opened, as_of) if stage == "population" else _stays(opened)
        types = POPULATION if stage == "population" else STAYS
        cast = table.select(**{name: table[name].cast(kind) for name, kind in types.items()})
        return write_result(opened.backend, cast.rename(person_id="person"), out)


def declared(stage: str) -> dict[str, str]:
    """The type that each column of a stage must have, as DuckDB calls it."""
    types = {
        "scores": {column.name: column.type for column in columns_of(ALL)},
        "places": STAGED,
        "population": POPULATION,
        "stays": STAYS,
    }[stage]
    names = {"person": "person_id"} if stage in ("population", "stays") else {}
    return {names.get(name, name): DUCKDB_TYPES[kind] for name, kind in types.items()}


def _population(opened: LinkedDataset, as_of: date):
    """Everyone registered and alive on two days, as the denominators of indicators know them."""
    persons = opened.table("persons")
    days = lookup(persons, {"day": "date"}, [[as_of], [as_of.replace(year=as_of.year - 1)]])
    there = dataset_rows.registered(opened, days, _places(persons))
    coded = dataset_rows.with_coded(there, dataset_rows.facts_of_plans_and_frailty(opened))
    return with_breakdowns(coded)


def _stays(opened: LinkedDataset):
    """Every stay that ended, as the numerators of indicators know it."""
    rows = dataset_rows.stays(opened, {})
    rows = rows.mutate(day=rows.discharged_on).filter(rows.discharged_on.notnull())
    return with_breakdowns(dataset_rows.with_people(rows, opened, _places(opened.table("persons"))))


def _places(beside):
    names = ("of_practice", "cluster", "locality")
    rows = [[row[name] for name in names] for row in dataset_rows.places_rows(shipped_places())]
    return lookup(beside, dict.fromkeys(names, "string"), rows)
