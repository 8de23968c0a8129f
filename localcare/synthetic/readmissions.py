"""Emergency stays that follow a discharge: a hazard that fades with the days, greater for frail people and after long stays.

An invented stand-in, never a clinical claim: `definitions/synthetic/readmissions.yaml`. Drawn with random numbers of their
own and added to a chunk that is complete without them.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from localcare.synthetic.attendances import attendance_rows
from localcare.synthetic.columns import NEVER
from localcare.synthetic.definitions import Floats, definition
from localcare.synthetic.diagnoses import diagnosis_rows, procedure_rows
from localcare.synthetic.health import Health
from localcare.synthetic.people import Ints, People
from localcare.synthetic.stays import EMERGENCY, Stays, draw_beds, draw_lengths, stay_rows
from localcare.synthetic.timing import Calendar, seconds_of_day

KINDS = ("emergency", "elective", "maternity")
MOST_TIMES_BACK = 4
LONG_STAY_NIGHTS = 7
ORDER = {  # of the rows of a chunk, and their keys
    "stays": ("stay_id", "person_id", "admitted_on"),
    "diagnoses": ("diagnosis_id", "stay_id", "position"),
    "procedures": ("procedure_id", "stay_id", "position"),
    "attendances": ("attendance_id", "person_id", "arrived_on"),
}


def with_readmissions(
    random: np.random.Generator, tables: dict[str, pa.Table], people: People, health: Health, stays: Stays, *,
    calendar: Calendar, dirt: bool,
) -> dict[str, pa.Table]:  # fmt: skip
    """The tables of a chunk with the stays that follow a discharge, their diagnoses, procedures and attendances."""
    back = draw_readmissions(random, people, health, stays)
    more = {
        "stays": stay_rows(random, people, back),
        "diagnoses": diagnosis_rows(random, people, health, back, dirt=dirt),
        "procedures": procedure_rows(random, people, back),
        "attendances": attendance_rows(random, people, health, back, calendar=calendar, alone=False),
    }
    for name in ("diagnoses", "procedures"):
        more[name] = _with(more[name], "stay_id", pc.add(more[name]["stay_id"], stays.count))
    both = {name: pa.concat_tables([tables[name], rows], promote_options="default").unify_dictionaries()
            for name, rows in more.items()}  # fmt: skip
    where = pc.sort_indices(both["stays"], sort_keys=[(name, "ascending") for name in ORDER["stays"][1:]])
    place_of = np.empty(len(where), dtype=np.int64)
    place_of[where.to_numpy()] = np.arange(1, len(where) + 1)
    for name in ("diagnoses", "procedures"):
        keys = place_of[both[name]["stay_id"].to_numpy() - 1]
        both[name] = _with(both[name], "stay_id", pa.array(keys))
    return tables | {name: _in_order(rows, *ORDER[name]) for name, rows in both.items()}


def _in_order(rows: pa.Table, key: str, *by: str) -> pa.Table:
    ordered = rows.take(pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in by]))
    return _with(ordered, key, pa.array(np.arange(1, len(ordered) + 1)))


def _with(rows: pa.Table, column: str, values: pa.Array) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(column), column, values)


def draw_readmissions(random: np.random.Generator, people: People, health: Health, stays: Stays) -> Stays:
    """The stays that follow a discharge, in the gaps between the given ones; some people come back several times."""
    last = np.append(stays.who[1:] != stays.who[:-1], True) if stays.count else np.zeros(0, dtype=bool)
    free_until = np.where(last, NEVER, np.append(stays.admitted[1:], NEVER)[: stays.count]).astype(np.int64)
    rounds, before, returned = [], stays, False
    for _ in range(MOST_TIMES_BACK):
        back, free_until = _once(random, people, health, before, free_until, returned)
        rounds.append(back)
        before, returned = back, True
    joined = [np.concatenate([getattr(one, name) for one in rounds]) for name in
              ("who", "kind", "admitted", "discharged", "admitted_second", "bed")]  # fmt: skip
    order = np.lexsort((joined[2], joined[0]))
    return Stays(*(values[order] for values in joined))


def _once(
    random: np.random.Generator, people: People, health: Health, before: Stays, free_until: Ints, returned: bool
) -> tuple[Stays, Ints]:  # fmt: skip
    """At most one readmission after each of the stays; with the day from which the next of these stays needs the bed."""
    waits = draw_waits(random, people, health, before, returned)
    admitted = before.discharged + 1 + np.minimum(waits, NEVER).astype(np.int64)
    comes = (waits < np.inf) & (admitted < free_until) & (admitted <= people.last_day[before.who])
    who, admitted, free = before.who[comes], admitted[comes], free_until[comes]
    kind = np.full(len(who), EMERGENCY, dtype=np.int64)
    length = draw_lengths(random, people, health, who, kind)
    discharged = np.minimum(np.minimum(admitted + length, free - 1), people.died[who])
    bed = draw_beds(random, people, who, kind, length)
    second = seconds_of_day(random, len(who), from_hour=0, to_hour=24)
    discharged = np.where(discharged > people.as_of, NEVER, discharged)
    return Stays(who, kind, admitted, discharged, second, bed), free


def draw_waits(
    random: np.random.Generator, people: People, health: Health, stays: Stays, returned: bool
) -> Floats:
    """Days from each discharge to the readmission, infinite where there is none: the fading hazard, inverted."""
    said = definition("readmissions")
    effects, fades = said["effects"], said["fades_after_days"]
    nights = stays.discharged - stays.admitted
    log_times = effects["propensity"] * health.propensity[stays.who]
    log_times += effects["older_by_ten_years"] * (np.clip(people.age[stays.who], 50, 90) - 50) / 10
    log_times += (
        effects["week_in_hospital"] * (nights >= LONG_STAY_NIGHTS) + effects["back_before"] * returned
    )
    after = np.array([said["after"][kind] for kind in KINDS])[stays.kind]
    over = (stays.discharged < NEVER) & (nights >= said["least_nights"])
    ever = said["per_day"] * fades * after * np.exp(log_times) * over  # expected number, were it never to end
    drawn = random.exponential(1.0, stays.count)
    until = 1 - np.exp(-said["until_day"] / fades)
    share = np.divide(drawn, ever, out=np.full(stays.count, np.inf), where=ever > 0)
    comes = share < until
    return np.where(comes, -fades * np.log1p(-np.where(comes, share, 0.0)), np.inf)
