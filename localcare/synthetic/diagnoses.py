"""What stays were for: ICD-10 diagnoses and OPCS-4 procedures."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localcare.analysis.dataset.schema import DIAGNOSES, PROCEDURES
from localcare.synthetic.columns import NEVER, coded, days, record_batch
from localcare.synthetic.definitions import choose, conditions, definition, shares
from localcare.synthetic.dirt import odd_code_variants
from localcare.synthetic.health import Health
from localcare.synthetic.people import Ints, People
from localcare.synthetic.stays import ELECTIVE, EMERGENCY, MATERNITY, Stays

MOST_DIAGNOSES = 20
FROM_OWN_CONDITION_SHARE = 0.5
RECORDED_SHARE = 0.55  # of a person's conditions, on any one stay
AGE_GROUPS = (18, 65, 80)  # child, adult, older, oldest


@cache
def _codes() -> dict[str, int]:
    """Every ICD-10 code in use and its position."""
    activity, found = definition("activity"), []
    for condition in conditions().content:
        found += condition["chronic"] + condition["acute"]
    for reasons in activity["emergency_reasons"].values():
        found += list(reasons)
    for name in ("frailty_codes", "elective_reasons", "maternity_reasons"):
        found += list(activity[name])
    return {code: position for position, code in enumerate(dict.fromkeys(found))}


def diagnosis_rows(
    random: np.random.Generator, people: People, health: Health, stays: Stays, *, dirt: bool
) -> pa.Table:
    """The diagnoses table of the chunk, stay by stay; keys start at 1."""
    primary = _primary(random, people, health, stays)
    secondary = _secondary(random, people, health, stays)
    stay = np.concatenate([np.arange(stays.count), *(rows for rows, _ in secondary)])
    code = np.concatenate([primary, *(np.full(len(rows), code) for rows, code in secondary)])
    again = np.concatenate([np.zeros(stays.count, bool), code[stays.count :] == primary[stay[stays.count :]]])
    stay, code = stay[~again], code[~again]
    order = np.argsort(stay, kind="stable")
    stay, code = stay[order], code[order]
    first = np.searchsorted(stay, np.arange(stays.count))
    position = np.arange(len(stay)) - first[stay] + 1
    kept = position <= MOST_DIAGNOSES
    stay, code, position = stay[kept], code[kept], position[kept]
    columns = {
        "diagnosis_id": pa.array(np.arange(1, len(stay) + 1)),
        "person_id": pa.array(people.ids[stays.who[stay]]),
        "stay_id": pa.array(stay + 1),
        "position": pa.array(position.astype(np.int32)),
        "code": _written(random, code, dirt=dirt),
        "occurred_on": days(stays.admitted[stay]),
    }
    return record_batch(DIAGNOSES, columns, len(stay))


def _written(random: np.random.Generator, code: Ints, *, dirt: bool) -> pa.Array:
    """The codes as systems write them: mostly plain, some with dots, lower case, blanks or daggers."""
    variants = [odd_code_variants(word) for word in _codes()]
    each = len(variants[0])
    words = pa.array([written for one in variants for written in one])
    odd = random.random(len(code)) < (definition("population")["dirt"]["odd_code"] if dirt else 0)
    return coded(code * each + np.where(odd, random.integers(1, each, len(code)), 0), words)


def _primary(random: np.random.Generator, people: People, health: Health, stays: Stays) -> Ints:
    activity, place = definition("activity"), _codes()
    group = np.searchsorted(np.array(AGE_GROUPS), people.age[stays.who], side="right")
    chosen = np.zeros(stays.count, dtype=np.int64)
    choices = [((stays.kind == EMERGENCY) & (group == position), reasons)
               for position, reasons in enumerate(activity["emergency_reasons"].values())]  # fmt: skip
    choices.append((stays.kind == ELECTIVE, activity["elective_reasons"]))
    choices.append((stays.kind == MATERNITY, activity["maternity_reasons"]))
    for rows, reasons in choices:
        names, cumulative = shares(reasons)
        picked = choose(random, cumulative, int(rows.sum()))
        chosen[rows] = np.array([place[name] for name in names])[picked]
    own = _own_reason(random, health, stays)
    return np.where(own >= 0, own, chosen)


def _own_reason(random: np.random.Generator, health: Health, stays: Stays) -> Ints:
    """For half of emergency stays a reason out of the person's own conditions, else -1."""
    place, table = _codes(), conditions()
    acute = [position for position, condition in enumerate(table.content) if condition["acute"]]
    draw = random.random((stays.count, len(acute)), dtype=np.float32) * health.has[stays.who][:, acute]
    picked = draw.argmax(axis=1) if stays.count else np.zeros(0, dtype=np.int64)
    has_any = draw.max(axis=1, initial=0) > 0
    from_own = has_any & (stays.kind == EMERGENCY) & (random.random(stays.count) < FROM_OWN_CONDITION_SHARE)
    lists = [[place[code] for code in table.content[position]["acute"]] for position in acute]
    widest = max(len(codes) for codes in lists)
    grid = np.array([(codes * widest)[:widest] for codes in lists])
    return np.where(from_own, grid[picked, random.integers(0, widest, stays.count)], -1)


def _secondary(
    random: np.random.Generator, people: People, health: Health, stays: Stays
) -> list[tuple[Ints, int]]:
    """(stays, code) for conditions that ride along and for the codes of frailty."""
    place, found = _codes(), []
    usual = stays.kind != MATERNITY
    for position, condition in enumerate(conditions().content):
        rows = np.flatnonzero(health.has[stays.who, position] & usual)
        rows = rows[random.random(len(rows)) < RECORDED_SHARE]
        found += [(rows, place[code]) for code in condition["chronic"]]
    frailty = _frailty_share(people, health)[stays.who] * (stays.kind == EMERGENCY)
    frail = np.flatnonzero(frailty > 0.02)
    for code, share in definition("activity")["frailty_codes"].items():
        rows = frail[random.random(len(frail)) < frailty[frail] * share]
        found.append((rows, place[code]))
    return found


def _frailty_share(people: People, health: Health) -> NDArray[np.float64]:
    """0 to 1: how much of frailty's baggage a stay shows."""
    log_odds = (people.age - 84) / 7 + 1.1 * health.propensity
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def procedure_rows(random: np.random.Generator, people: People, stays: Stays) -> pa.Table:
    """The procedures table of the chunk: every elective and maternity stay, some emergency ones."""
    activity = definition("activity")
    lists = [activity[f"{name}_procedures"] for name in ("emergency", "elective", "maternity")]
    words = list(dict.fromkeys(code for codes in lists for code in codes))
    done = (stays.kind != EMERGENCY) | (random.random(stays.count) < 0.3)
    picked = np.zeros(stays.count, dtype=np.int64)
    for kind, codes in enumerate(lists):
        names, cumulative = shares(codes)
        rows = stays.kind == kind
        picked[rows] = np.array([words.index(n) for n in names])[choose(random, cumulative, int(rows.sum()))]
    stay = np.flatnonzero(done)
    latest = np.where(stays.discharged >= NEVER, people.as_of, stays.discharged)[stay]
    columns = {
        "procedure_id": pa.array(np.arange(1, len(stay) + 1)),
        "person_id": pa.array(people.ids[stays.who[stay]]),
        "stay_id": pa.array(stay + 1),
        "position": pa.array(np.ones(len(stay), dtype=np.int32)),
        "code": coded(picked[stay], pa.array(words)),
        "occurred_on": days(np.minimum(stays.admitted[stay] + random.integers(0, 3, len(stay)), latest)),
    }
    return record_batch(PROCEDURES, columns, len(stay))
