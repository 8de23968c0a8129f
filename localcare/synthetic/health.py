"""The hidden propensity, the conditions and the deaths that follow from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from localcare.synthetic.columns import NEVER
from localcare.synthetic.definitions import Floats, by_age, conditions, definition
from localcare.synthetic.people import DAYS_IN_YEAR, Ints, People


@dataclass
class Health:
    """What is true of a chunk's people and never written in their record."""

    propensity: Floats  # standard normal: how frail beyond age and deprivation
    has: NDArray[np.bool_]  # people x conditions
    emergency_rate: Floats  # expected emergency stays a year, beside those that follow a discharge

    @property
    def condition_count(self) -> Ints:
        """How many conditions each person has."""
        return np.asarray(self.has.sum(axis=1), dtype=np.int64)


def draw_health(random: np.random.Generator, people: People) -> Health:
    """Draws the propensity and the conditions; correlated with age, deprivation and each other."""
    propensity = random.standard_normal(people.count)
    table = conditions()
    deprivation = ((5.5 - people.imd_decile) / 9).astype(np.float32)
    frail = propensity.astype(np.float32)
    has = np.empty((people.count, len(table.names)), dtype=np.bool_, order="F")
    age = people.whole_age
    for position in range(len(table.names)):
        log_odds = table.log_odds[position][age]
        log_odds += table.deprivation[position] * deprivation + table.frailty[position] * frail
        draw = random.random(people.count, dtype=np.float32)
        has[:, position] = draw * (1 + np.exp(-log_odds)) < 1
    _exclude(has, "type_1_diabetes", "diabetes")
    _exclude(has, "dementia", "cognitive_impairment")
    health = Health(propensity, has, np.zeros(people.count))
    health.emergency_rate = yearly_rate("emergency_stays", people, health)
    return health


def _exclude(has: NDArray[np.bool_], stronger: str, weaker: str) -> None:
    table = conditions()
    has[:, table.position(weaker)] &= ~has[:, table.position(stronger)]


def yearly_rate(kind: str, people: People, health: Health) -> Floats:
    """Expected number a year of a kind of activity, from age, propensity, deprivation and conditions."""
    parameters = definition("activity")
    at_age = by_age(parameters["ages"], parameters[kind])[people.whole_age]
    slope, each = parameters["propensity"][kind], parameters["conditions_effect"][kind]
    usual = 0.06 * np.maximum(people.age - 15, 0)  # roughly how many conditions people of this age have
    extra = np.clip(health.condition_count - usual, -4, 8)
    return np.asarray(
        at_age
        * np.exp(slope * health.propensity - slope**2 / 2 + each * extra + (5.5 - people.imd_decile) * 0.03)
    )


def draw_deaths(random: np.random.Generator, people: People, health: Health, *, years: int) -> None:
    """Sets the day of death of those who died within the history."""
    parameters = definition("population")["mortality"]
    log_rate = parameters["log_rate_at_zero"] + parameters["per_year_of_age"] * people.age
    log_rate += parameters["propensity"] * health.propensity - parameters["propensity"] ** 2 / 2
    waits = random.exponential(1.0, people.count) / np.exp(log_rate)
    died = waits < years
    day = people.as_of - np.floor((years - waits) * DAYS_IN_YEAR).astype(np.int64)
    people.died = np.where(died, np.clip(day, people.born, people.as_of), NEVER)
