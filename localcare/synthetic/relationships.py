"""Spouses, parents and unpaid carers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from localcare.analysis.dataset.schema import RELATIONSHIPS
from localcare.synthetic.columns import NEVER, coded, days, record_batch
from localcare.synthetic.definitions import conditions, definition
from localcare.synthetic.health import Health
from localcare.synthetic.people import DAYS_IN_YEAR, NOBODY, Ints, People

KINDS = ("spouse-or-partner", "parent", "unpaid-carer", "child")
SPOUSE, PARENT, CARER, CHILD = range(4)
CALLS_FOR_CARE = ("dementia", "care_requirement", "housebound", "mobility", "parkinsonism", "stroke")


def draw_carers(random: np.random.Generator, people: People, health: Health) -> Ints:
    """The unpaid carer of each person: the spouse, a grown-up child, or NOBODY; by position."""
    parameters = definition("population")["carers"]
    wanted = [conditions().position(name) for name in CALLS_FOR_CARE]
    needs = health.has[:, wanted].any(axis=1) & (people.age >= parameters["from_age"]) & ~people.in_care_home
    draw = random.random(people.count)
    by_spouse = needs & (people.partner != NOBODY) & (draw < parameters["spouse"])
    by_child = needs & ~by_spouse & (draw < parameters["child"])
    carer = np.where(by_spouse, people.partner, NOBODY)
    adults = np.flatnonzero((people.age >= 35) & (people.age < 68))
    if len(adults):
        adults = adults[np.argsort(people.age[adults], kind="stable")]
        wanted_age = people.age - np.clip(random.normal(28, 5, people.count), 18, 42)
        found = adults[np.minimum(np.searchsorted(people.age[adults], wanted_age), len(adults) - 1)]
        carer = np.where(by_child & (people.age - people.age[found] > 17), found, carer)
    return carer


def relationship_rows(random: np.random.Generator, people: People, carer: Ints) -> pa.Table:
    """The relationships table of the chunk, person by person; keys start at 1."""
    spouses = np.flatnonzero(people.partner != NOBODY)
    children = np.flatnonzero(people.parent != NOBODY)
    cared_for = np.flatnonzero(carer != NOBODY)
    by_child = cared_for[people.partner[cared_for] != carer[cared_for]]
    groups = (spouses, people.partner, SPOUSE), (children, people.parent, PARENT), (cared_for, carer, CARER)
    who = np.concatenate([*(rows for rows, _, _ in groups), by_child])
    other = np.concatenate([*(related[rows] for rows, related, _ in groups), carer[by_child]])
    kind = np.concatenate(
        [*(np.full(len(rows), kind) for rows, _, kind in groups), np.full(len(by_child), CHILD)]
    )
    order = np.argsort(who, kind="stable")
    who, other, kind = who[order], other[order], kind[order]
    caring_since = people.as_of - random.integers(30, int(6 * DAYS_IN_YEAR), len(who))
    columns = {
        "relationship_id": pa.array(np.arange(1, len(who) + 1)),
        "person_id": pa.array(people.ids[who]),
        "related_person_id": pa.array(people.ids[other]),
        "kind": coded(kind, pa.array(KINDS)),
        "started_on": days(np.where(kind == CARER, caring_since, NEVER)),
    }
    return record_batch(RELATIONSHIPS, columns, len(who))
