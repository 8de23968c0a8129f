"""Hospital stays: who is admitted, when and for how long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localcare.analysis.dataset.schema import ADMISSION_TYPES, BED_TYPES, STAYS
from localcare.synthetic.columns import NEVER, coded, days, moments, record_batch
from localcare.synthetic.definitions import by_age, choose, definition, shares
from localcare.synthetic.health import Health, yearly_rate
from localcare.synthetic.people import DAYS_IN_YEAR, FEMALE, Ints, People
from localcare.synthetic.timing import Calendar, draw_days, repeated, seconds_of_day

EMERGENCY, ELECTIVE, MATERNITY = range(3)
ACUTE, COMMUNITY = BED_TYPES.index("acute"), BED_TYPES.index("community")
DAY_CASE_SHARE = 0.8


@dataclass
class Stays:
    """Stays in order of person and admission: `who` by position, discharged NEVER while in hospital."""

    who: Ints
    kind: Ints
    admitted: Ints
    discharged: Ints
    admitted_second: Ints
    bed: Ints

    @property
    def count(self) -> int:
        """How many stays."""
        return len(self.who)


def draw_stays(random: np.random.Generator, people: People, health: Health, calendar: Calendar) -> Stays:
    """Emergency, elective and maternity stays inside each life, never two at once."""
    years = calendar.length / DAYS_IN_YEAR
    rates = (health.emergency_rate, yearly_rate("elective_stays", people, health), _maternity_rate(people))
    winter = definition("activity")["winter"]["emergency_stays"]
    quantiles = (
        calendar.quantiles(winter=winter), calendar.quantiles(working_days=True), calendar.quantiles(),
    )  # fmt: skip
    owners = [repeated(random.poisson(rate * years))[0] for rate in rates]
    who = np.concatenate(owners)
    kind = np.repeat(np.arange(3), [len(owner) for owner in owners])
    admitted = np.concatenate([draw_days(random, q, len(o)) for q, o in zip(quantiles, owners, strict=True)])
    length = draw_lengths(random, people, health, who, kind)
    return _in_order(random, people, who, kind, admitted, length)


def _maternity_rate(people: People) -> NDArray[np.float64]:
    parameters = definition("activity")["maternity"]
    rate = by_age(parameters["ages"], parameters["rate"])[people.whole_age]
    return np.where((people.sex == FEMALE) & (people.age >= 17) & (people.age < 45), rate, 0.0)


def draw_lengths(random: np.random.Generator, people: People, health: Health, who: Ints, kind: Ints) -> Ints:
    """Nights in hospital: a third of emergency stays none, a long tail for old and frail people."""
    age, frail = people.age[who], health.propensity[who]
    middle = np.log(np.where(kind == EMERGENCY, 1.3 + np.clip(age - 20, 0, 75) * 0.045, 2.2))
    nights = np.floor(np.exp(middle + 0.2 * frail + random.normal(0, 1.0, len(who))))
    same_day = random.random(len(who)) < np.where(
        kind == EMERGENCY, np.clip(0.42 - age * 0.0035, 0.1, 0.4), DAY_CASE_SHARE
    )
    nights = np.where((kind != MATERNITY) & same_day, 0, nights)
    return np.minimum(nights, 180).astype(np.int64)


def _in_order(
    random: np.random.Generator, people: People, who: Ints, kind: Ints, admitted: Ints, length: Ints
) -> Stays:
    order = np.lexsort((admitted, who))
    who, kind, admitted, length = who[order], kind[order], admitted[order], length[order]
    lived = (admitted >= people.born[who]) & (admitted <= people.last_day[who])
    who, kind, admitted, length = who[lived], kind[lived], admitted[lived], length[lived]
    discharged = np.minimum(admitted + length, people.died[who])
    line = who * (1 << 20) + discharged  # one number line for everybody: a later person's days all lie beyond
    free_after = np.concatenate([[-1], np.maximum.accumulate(line)[:-1]]) if len(line) else line
    kept = who * (1 << 20) + admitted > free_after
    discharged = np.where(discharged > people.as_of, NEVER, discharged)
    count = int(kept.sum())
    second = seconds_of_day(random, count, from_hour=0, to_hour=24)
    bed = draw_beds(random, people, who[kept], kind[kept], length[kept])
    return Stays(who[kept], kind[kept], admitted[kept], discharged[kept], second, bed)


def draw_beds(random: np.random.Generator, people: People, who: Ints, kind: Ints, length: Ints) -> Ints:
    """Acute, or for some old people's long emergency stays community."""
    community = (kind == EMERGENCY) & (length > 12) & (people.age[who] > 70)
    return np.where(community & (random.random(len(who)) < 0.15), COMMUNITY, ACUTE)


def stay_rows(random: np.random.Generator, people: People, stays: Stays) -> pa.Table:
    """The stays table of the chunk; keys start at 1."""
    parameters = definition("activity")
    providers = pa.array([*parameters["providers"]["acute"], *parameters["providers"]["community"]])
    acute = people.practice[stays.who] % len(parameters["providers"]["acute"])
    provider = np.where(stays.bed == ACUTE, acute, len(providers) - 1)
    names, cumulative = shares(parameters["destinations"])
    there = stays.discharged >= NEVER
    out_second = np.maximum(
        seconds_of_day(random, stays.count, from_hour=9, to_hour=21),
        np.where(stays.discharged == stays.admitted, np.minimum(stays.admitted_second + 7200, 86_340), 0),
    )
    destination = coded(choose(random, cumulative, stays.count), pa.array(names), missing=there)
    columns = {
        "stay_id": pa.array(np.arange(1, stays.count + 1)),
        "person_id": pa.array(people.ids[stays.who]),
        "provider_code": coded(provider, providers),
        "site_code": coded(provider, pa.array([f"{code.as_py()}-1" for code in providers])),
        "admission_type": coded(stays.kind, pa.array(ADMISSION_TYPES)),
        "bed_type": coded(stays.bed, pa.array(BED_TYPES)),
        "specialty_code": _specialties(random, stays),
        "admitted_on": days(stays.admitted),
        "discharged_on": days(stays.discharged),
        "admitted_at": moments(stays.admitted, stays.admitted_second),
        "discharged_at": moments(stays.discharged, out_second),
        "discharge_destination": destination,
    }
    return record_batch(STAYS, columns, stays.count)


def _specialties(random: np.random.Generator, stays: Stays) -> pa.Array:
    by_kind = definition("activity")["specialties"]
    words = sorted({code for codes in by_kind.values() for code in codes})
    picked = np.zeros(stays.count, dtype=np.int64)
    for kind, name in enumerate(("emergency", "elective", "maternity")):
        rows = np.flatnonzero(stays.kind == kind)
        choices = np.array([words.index(code) for code in by_kind[name]])
        picked[rows] = choices[random.integers(0, len(choices), len(rows))]
    return coded(picked, pa.array(words))
