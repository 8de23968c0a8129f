"""The synthetic population: people and their activity, written as a linked dataset."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from localcare.analysis.dataset.writing import write_metadata
from localcare.synthetic.attendances import attendance_rows
from localcare.synthetic.columns import day_number
from localcare.synthetic.contacts import contact_rows
from localcare.synthetic.diagnoses import diagnosis_rows, procedure_rows
from localcare.synthetic.dirt import Dirt, draw_dirt, no_dirt, soil_persons
from localcare.synthetic.facts import fact_rows
from localcare.synthetic.health import Health, draw_deaths, draw_health
from localcare.synthetic.identities import person_columns, person_rows, registration_rows
from localcare.synthetic.packages import package_rows
from localcare.synthetic.people import DAYS_IN_YEAR, People, draw_people
from localcare.synthetic.personas import COUNT as PERSONA_COUNT
from localcare.synthetic.personas import persona_names, persona_tables
from localcare.synthetic.practices import PracticeShare
from localcare.synthetic.readmissions import with_readmissions
from localcare.synthetic.relationships import draw_carers, relationship_rows
from localcare.synthetic.stays import draw_stays, stay_rows
from localcare.synthetic.timing import Calendar
from localcare.synthetic.writing import TRUTH, TRUTH_SCHEMA, DatasetWriter

Progress = Callable[[int, int, str], None]

PEOPLE_IN_CHUNK = 20_000  # part of the result: another size gives another population
DEFAULT_INTENSITY = 1.0
READMISSIONS = 30  # names their own random numbers: with or without them, everything else is the same


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    people: int
    seed: int
    as_of: date
    practices: tuple[PracticeShare, ...]
    years: int
    dirt: bool
    intensity: float

    @property
    def calendar(self) -> Calendar:
        """The days of the history."""
        last = day_number(self.as_of)
        return Calendar(last - round(self.years * DAYS_IN_YEAR) + 1, last)


def synthesise(
    *,
    people: int,
    seed: int,
    as_of: date,
    practices: Sequence[PracticeShare],
    out: Path,
    years: int = 3,
    dirt: bool = True,
    progress: Progress | None = None,
    events_per_person: float | None = None,
    threads: int | None = None,
) -> Path:
    """Writes a linked dataset of `people` synthetic people (at least 3) up to `as_of` into the folder `out`.

    The same arguments give the same content, whatever the threads. `truth.parquet` beside the tables holds
    the hidden propensity, the expected emergency stays a year (beside those that follow a discharge, by
    `definitions/synthetic/readmissions.yaml`), true duplicates and the personas. About 45
    events a person in three years unless `events_per_person` says otherwise. Raises ValueError for arguments
    that make no population.
    """
    if people < PERSONA_COUNT or not practices or years < 1:
        raise ValueError(
            f"a population needs at least {PERSONA_COUNT} people, one practice and one year of history;"
            f" got {people} people, {len(practices)} practices, {years} years"
        )
    request = Request(
        people, seed, as_of, tuple(practices), years, dirt, _intensity(events_per_person, years)
    )
    out.mkdir(parents=True, exist_ok=True)
    done = 0
    with DatasetWriter(out) as writer:
        writer.write(_personas(request))
        for chunk in _chunks(request, threads or os.cpu_count() or 1):
            writer.write(chunk)
            done = writer.rows["persons"]
            if progress:
                progress(done, people, "people written")
    write_metadata(out, as_of=as_of, source=f"synthetic population, seed {seed}")
    return out


def _intensity(events_per_person: float | None, years: int) -> float:
    """How much denser than usual routine activity must be to reach the events asked for."""
    if events_per_person is None:
        return DEFAULT_INTENSITY
    return max((events_per_person - FIXED_EVENTS * years) / (ROUTINE_EVENTS * years), 0.1)


# Events a person and year, measured on 200,000 people: the unchanging, and the routine at intensity 1.
FIXED_EVENTS = 5.1
ROUTINE_EVENTS = 9.8


def _chunks(request: Request, threads: int) -> Iterator[dict[str, pa.Table]]:
    """Chunks in order, a few of them in the making at a time."""
    firsts = list(range(PERSONA_COUNT, request.people, PEOPLE_IN_CHUNK))
    waiting: deque[Future[dict[str, pa.Table]]] = deque()
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for number, first in enumerate(firsts):
            count = min(PEOPLE_IN_CHUNK, request.people - first)
            waiting.append(pool.submit(_chunk, request, number, first + 1, count))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _chunk(request: Request, number: int, first_id: int, count: int) -> dict[str, pa.Table]:
    """Every table of one chunk of people, keys from 1 in each but persons."""
    random = np.random.default_rng([request.seed, number])
    calendar, practices, intensity = request.calendar, request.practices, request.intensity
    people = draw_people(random, count=count, first_id=first_id, as_of=calendar.last_day, practices=practices)
    dirt = draw_dirt(random, people) if request.dirt else no_dirt(people)
    health = draw_health(random, people)
    draw_deaths(random, people, health, years=request.years)
    people.died[dirt.duplicates] = people.died[dirt.originals]
    carer = draw_carers(random, people, health)
    stays = draw_stays(random, people, health, calendar)
    tables = {
        "persons": _persons(random, people, dirt, request),
        "registrations": registration_rows(random, people, practices),
        "facts": fact_rows(random, people, health, carer, calendar=calendar, intensity=intensity),
        "stays": stay_rows(random, people, stays),
        "diagnoses": diagnosis_rows(random, people, health, stays, dirt=request.dirt),
        "procedures": procedure_rows(random, people, stays),
        "attendances": attendance_rows(random, people, health, stays, calendar=calendar),
        "contacts": contact_rows(
            random, people, health, calendar=calendar, intensity=intensity, practices=practices
        ),
        "packages": package_rows(random, people, health, carer, stays),
        "relationships": relationship_rows(random, people, carer),
        TRUTH: _truth(people, health, dirt),
    }
    own = np.random.default_rng([request.seed, number, READMISSIONS])
    return with_readmissions(own, tables, people, health, stays, calendar=calendar, dirt=request.dirt)


def _persons(random: np.random.Generator, people: People, dirt: Dirt, request: Request) -> pa.Table:
    columns = person_columns(
        random,
        people,
        request.practices,
        total=request.people,
        seed=request.seed,
        without_number=dirt.without_number,
    )
    if request.dirt:
        columns = soil_persons(random, columns, people, dirt)
    return person_rows(columns, people.count)


def _truth(people: People, health: Health, dirt: Dirt) -> pa.Table:
    original = np.zeros(people.count, dtype=np.int64)
    original[dirt.duplicates] = people.ids[dirt.originals]
    columns = [
        pa.array(people.ids),
        pa.array(health.propensity),
        pa.array(health.emergency_rate),
        pa.array(original, mask=original == 0),
        pa.nulls(people.count, pa.string()),
    ]
    return pa.table(columns, schema=TRUTH_SCHEMA)


def _personas(request: Request) -> dict[str, pa.Table]:
    tables = persona_tables(request.practices, people=request.people, seed=request.seed, as_of=request.as_of)
    rows = [{"person_id": person, "persona": name} for person, name in persona_names()]
    return tables | {TRUTH: pa.Table.from_pylist(rows, schema=TRUTH_SCHEMA)}
