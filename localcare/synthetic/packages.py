"""Packages of health and social care at home or in a home."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from localcare.analysis.dataset.schema import PACKAGE_TYPES, PACKAGES
from localcare.synthetic.columns import NEVER, coded, days, record_batch
from localcare.synthetic.definitions import conditions, definition
from localcare.synthetic.health import Health
from localcare.synthetic.people import NOBODY, Ints, People
from localcare.synthetic.stays import EMERGENCY, Stays

REABLEMENT_DAYS = 42  # at most six weeks
# condition that brings the package, share who have it, hours a week at most
BROUGHT_BY = (
    ("domiciliary-care", "care_requirement", 0.45, 28), ("community-nursing", "housebound", 0.35, 5),
    ("equipment", "mobility", 0.25, 0), ("day-care", "dementia", 0.1, 12),
)  # fmt: skip


def package_rows(
    random: np.random.Generator, people: People, health: Health, carer: Ints, stays: Stays
) -> pa.Table:
    """The packages table of the chunk, person by person; keys start at 1."""
    groups: list[tuple[Ints, str, Ints, Ints, int]] = []
    for kind, condition, share, hours in BROUGHT_BY:
        has = health.has[:, conditions().position(condition)] & ~people.in_care_home
        who = np.flatnonzero(has & (people.age >= 50) & (random.random(people.count) < share))
        start = people.as_of - random.integers(10, 1000, len(who))
        ended = np.where(random.random(len(who)) < 0.2, start + random.integers(5, 300, len(who)), NEVER)
        groups.append((who, kind, start, ended, hours))
    groups += _homes_and_support(random, people, carer)
    groups.append(_reablement(random, people, stays))
    return _table(random, people, groups)


def _homes_and_support(
    random: np.random.Generator, people: People, carer: Ints
) -> list[tuple[Ints, str, Ints, Ints, int]]:
    found = []
    residents = np.flatnonzero(people.in_care_home)
    nursing = random.random(len(residents)) < 0.4
    supported = np.unique(carer[carer != NOBODY])
    supported = supported[random.random(len(supported)) < 0.08]
    for who, kind in ((residents[~nursing], "residential-care"), (residents[nursing], "nursing-care"),
                      (supported, "carer-support")):  # fmt: skip
        start = people.as_of - random.integers(20, 1200, len(who))
        found.append((who, kind, start, np.full(len(who), NEVER, dtype=np.int64), 0))
    return found


def _reablement(
    random: np.random.Generator, people: People, stays: Stays
) -> tuple[Ints, str, Ints, Ints, int]:
    """Up to six weeks of support at home after an emergency stay of an older person."""
    likely = (stays.kind == EMERGENCY) & (people.age[stays.who] >= 70) & (stays.discharged < NEVER)
    likely &= stays.discharged - stays.admitted >= 4
    rows = np.flatnonzero(likely & (random.random(stays.count) < 0.12))
    start = stays.discharged[rows]
    return (
        stays.who[rows],
        "reablement",
        start,
        start + random.integers(7, REABLEMENT_DAYS + 1, len(rows)),
        10,
    )


def _table(
    random: np.random.Generator, people: People, groups: list[tuple[Ints, str, Ints, Ints, int]]
) -> pa.Table:
    who = np.concatenate([group[0] for group in groups])
    start = np.concatenate([group[2] for group in groups])
    ended = np.concatenate([group[3] for group in groups])
    sizes = [len(group[0]) for group in groups]
    kind = np.repeat([PACKAGE_TYPES.index(group[1]) for group in groups], sizes)
    most_hours = np.repeat([group[4] for group in groups], sizes)
    kept = np.flatnonzero((start >= people.born[who]) & (start <= people.last_day[who]))
    kept = kept[np.lexsort((start[kept], who[kept]))]
    who, start, kind, most_hours = who[kept], start[kept], kind[kept], most_hours[kept]
    ended = np.minimum(ended[kept], people.died[who])
    ended = np.where(ended > people.as_of, NEVER, ended)
    hours = np.ceil(random.random(len(who)) * most_hours * 2) / 2
    providers = definition("activity")["providers"]
    words = pa.array([*providers["social-care"], *providers["community"]])
    columns = {
        "package_id": pa.array(np.arange(1, len(who) + 1)),
        "person_id": pa.array(people.ids[who]),
        "package_type": coded(kind, pa.array(PACKAGE_TYPES)),
        "provider_code": coded((kind == PACKAGE_TYPES.index("community-nursing")).astype(np.int64), words),
        "started_on": days(start),
        "ended_on": days(ended),
        "hours_per_week": pa.array(hours, mask=most_hours == 0),
    }
    return record_batch(PACKAGES, columns, len(who))
