"""Urgent and emergency care attendances: before emergency stays, and on their own."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from localcare.analysis.dataset.schema import ATTENDANCES
from localcare.synthetic.columns import coded, days, moments, record_batch
from localcare.synthetic.definitions import choose, definition, shares
from localcare.synthetic.health import Health, yearly_rate
from localcare.synthetic.people import DAYS_IN_YEAR, Ints, People
from localcare.synthetic.stays import EMERGENCY, Stays
from localcare.synthetic.timing import Calendar, draw_days, repeated, seconds_of_day

THROUGH_EMERGENCY_DEPARTMENT_SHARE = 0.8
OUTCOMES = ("admitted", "discharged", "referred", "left-before-treatment", "other")
OUTCOME_WEIGHTS = {1: 0.72, 2: 0.18, 3: 0.06, 4: 0.04}
HOUR = 3600


def attendance_rows(
    random: np.random.Generator,
    people: People,
    health: Health,
    stays: Stays,
    *,
    calendar: Calendar,
    alone: bool = True,
) -> pa.Table:
    """The attendances table of the chunk, person by person: before stays, and unless told otherwise alone; keys from 1."""
    through = np.flatnonzero(
        (stays.kind == EMERGENCY) & (random.random(stays.count) < THROUGH_EMERGENCY_DEPARTMENT_SHARE)
    )
    rate = yearly_rate("attendances", people, health) * calendar.length / DAYS_IN_YEAR
    owner, _ = repeated(random.poisson(rate if alone else np.zeros(people.count)))
    quantiles = calendar.quantiles(winter=definition("activity")["winter"]["attendances"])
    day = draw_days(random, quantiles, len(owner))
    lived = (day >= people.born[owner]) & (day <= people.last_day[owner])
    owner, day = owner[lived], day[lived]
    admitted_second = stays.admitted_second[through]
    arrived_before = np.maximum(admitted_second - random.integers(HOUR, 7 * HOUR, len(through)), 0)
    arrival = seconds_of_day(random, len(owner), from_hour=7, to_hour=23)
    names, cumulative = shares(OUTCOME_WEIGHTS)
    outcome = np.array(names)[choose(random, cumulative, len(owner))]

    who = np.concatenate([stays.who[through], owner])
    day = np.concatenate([stays.admitted[through], day])
    arrived = np.concatenate([arrived_before, arrival])
    departed = np.concatenate([admitted_second, arrival + random.integers(HOUR // 2, 8 * HOUR, len(owner))])
    outcome = np.concatenate([np.zeros(len(through), dtype=np.int64), outcome])
    order = np.lexsort((day, who))
    who, day, arrived, departed, outcome = (a[order] for a in (who, day, arrived, departed, outcome))
    return _table(random, people, who, day, arrived, departed, outcome)


def _table(
    random: np.random.Generator,
    people: People,
    who: Ints,
    day: Ints,
    arrived: Ints,
    departed: Ints,
    outcome: Ints,
) -> pa.Table:
    count = len(who)
    providers = pa.array(definition("activity")["providers"]["acute"])
    provider = people.practice[who] % len(providers)
    minor = (outcome != 0) & (random.random(count) < 0.35)
    by_ambulance = random.random(count) < np.where(
        minor, 0.01, 0.12 + 0.005 * people.age[who] + 0.2 * (outcome == 0)
    )
    columns = {
        "attendance_id": pa.array(np.arange(1, count + 1)),
        "person_id": pa.array(people.ids[who]),
        "provider_code": coded(provider, providers),
        "site_code": coded(provider, pa.array([f"{code.as_py()}-1" for code in providers])),
        "department_type": coded(np.where(minor, 1, 0), pa.array(["1", "3"])),
        "arrived_on": days(day),
        "arrived_at": moments(day, arrived),
        "departed_at": moments(day, departed),
        "arrival_mode": coded(np.where(by_ambulance, 0, 1), pa.array(["ambulance", "other"])),
        "outcome": coded(outcome, pa.array(OUTCOMES)),
    }
    return record_batch(ATTENDANCES, columns, count)
