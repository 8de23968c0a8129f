"""Coded facts: problems, observations, medicines, allergies, immunisations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from localcare.analysis.dataset.schema import FACT_KINDS, FACTS
from localcare.synthetic.columns import NEVER, coded, days, record_batch
from localcare.synthetic.definitions import Floats, choose, conditions, definition, shares
from localcare.synthetic.health import Health
from localcare.synthetic.people import DAYS_IN_YEAR, NOBODY, Ints, People
from localcare.synthetic.timing import Calendar, draw_days, repeated

DAYS_BETWEEN_ISSUES = 168
MOST_MEDICINES = 12
NOT_CODED_SHARE = 0.07
COURSE_DAYS = 7


@dataclass(frozen=True)
class Concepts:
    """Every code a fact can carry, and the words that go with each."""

    codes: pa.Array
    texts: pa.Array
    kinds: NDArray[np.int32]
    systems: NDArray[np.int32]
    units: NDArray[np.int32]
    system_names: pa.Array
    unit_names: pa.Array
    position: dict[str, int]


@cache
def concepts() -> Concepts:
    """The concepts of the reviewed definitions, in a fixed order."""
    rows: dict[str, tuple[str, str, str, str]] = {}
    for condition in conditions().content:
        for code in (condition["efi"], condition["cms"]):
            if code:
                rows.setdefault(code, ("condition", "LOCAL", _title(code, condition["title"]), ""))
    parameters = definition("medicines")
    for name, kind in (("medicines", "medicine"), ("courses", "medicine"), ("allergies", "allergy"),
                       ("immunisations", "immunisation"), ("other", "other")):  # fmt: skip
        rows |= {item["code"]: (kind, "LOCAL", item["text"], "") for item in parameters[name]}
    rows |= {o["code"]: ("observation", "LOINC", o["text"], o["unit"]) for o in parameters["observations"]}
    systems, units = ["LOCAL", "LOINC"], sorted({unit for *_, unit in rows.values()})
    return Concepts(
        pa.array(list(rows)),
        pa.array([text for _, _, text, _ in rows.values()]),
        np.array([FACT_KINDS.index(kind) for kind, *_ in rows.values()], dtype=np.int32),
        np.array([systems.index(system) for _, system, *_ in rows.values()], dtype=np.int32),
        np.array([units.index(unit) for *_, unit in rows.values()], dtype=np.int32),
        pa.array(systems),
        pa.array(units),
        {code: index for index, code in enumerate(rows)},
    )


def _title(code: str, title: str) -> str:
    """The condition's title, or for a code shared by several conditions the words of the code."""
    users = sum(code in (c["efi"], c["cms"]) for c in conditions().content)
    return title if users == 1 else code.split("-", 1)[1].replace("-", " ").capitalize()


@dataclass
class Facts:
    """Facts in the making: who (by position), which concept, when, until when, with what value."""

    who: list[NDArray[Any]]
    concept: list[NDArray[Any]]
    day: list[NDArray[Any]]
    ended: list[NDArray[Any]]
    value: list[NDArray[Any]]

    def add(
        self,
        who: Ints,
        concept: Ints | int,
        day: Ints,
        *,
        ended: Ints | None = None,
        value: Floats | None = None,
    ) -> None:
        """Adds facts; a single concept stands for all."""
        count = len(who)
        self.who.append(who.astype(np.int32))
        self.concept.append(np.broadcast_to(np.asarray(concept, dtype=np.int32), count))
        self.day.append(day.astype(np.int32))
        self.ended.append(np.full(count, NEVER, np.int32) if ended is None else ended.astype(np.int32))
        self.value.append(np.full(count, np.nan) if value is None else value)


def fact_rows(
    random: np.random.Generator,
    people: People,
    health: Health,
    carer: Ints,
    *,
    calendar: Calendar,
    intensity: float,
) -> pa.Table:
    """The facts table of the chunk, person by person; keys start at 1."""
    facts = Facts([], [], [], [], [])
    _add_conditions(random, facts, people, health, calendar)
    _add_medicines(random, facts, people, health, calendar, intensity)
    _add_courses(random, facts, people, calendar, intensity)
    _add_observations(random, facts, people, health, calendar, intensity)
    _add_others(random, facts, people, carer, calendar)
    return _table(facts, people)


def _add_conditions(
    random: np.random.Generator, facts: Facts, people: People, health: Health, calendar: Calendar
) -> None:
    place = concepts().position
    for position, condition in enumerate(conditions().content):
        who = np.flatnonzero(health.has[:, position])
        who = who[random.random(len(who)) > NOT_CODED_SHARE]
        ago = np.minimum(random.exponential(6.0, len(who)), people.age[who] * 0.8)
        onset = people.as_of - (ago * DAYS_IN_YEAR).astype(np.int64) - 1
        codes = [place[code] for code in (condition["efi"], condition["cms"]) if code]
        for code in codes:
            facts.add(who, code, onset)
        if codes:
            owner, _ = repeated(random.poisson(0.2 * calendar.length / DAYS_IN_YEAR, len(who)))
            review = random.integers(calendar.first_day, calendar.last_day + 1, len(owner))
            later = review > onset[owner]
            facts.add(who[owner[later]], codes[0], review[later])


def _add_medicines(
    random: np.random.Generator,
    facts: Facts,
    people: People,
    health: Health,
    calendar: Calendar,
    intensity: float,
) -> None:
    """Regular medicines, at most 12 a person, issued at even intervals."""
    place, table = concepts().position, conditions()
    taken = np.zeros(people.count, dtype=np.int64)
    every = max(DAYS_BETWEEN_ISSUES / intensity, 14)
    for medicine in definition("medicines")["medicines"]:
        indicated = health.has[:, [table.position(name) for name in medicine["for"]]].any(axis=1)
        low, high = medicine["else"]
        otherwise = np.clip(low + (high - low) * (people.age - 40) / 45, 0, None) * (people.age >= 16)
        share = np.where(indicated, medicine["share"], otherwise)
        who = np.flatnonzero((random.random(people.count) < share) & (taken < MOST_MEDICINES))
        taken[who] += 1
        ago = np.minimum(random.exponential(5.0, len(who)), people.age[who] / 2) * DAYS_IN_YEAR
        span = np.minimum(ago, calendar.length - 1) - random.random(len(who)) * every
        owner, number = repeated(np.maximum(span // every, 0).astype(np.int64) + (span > 0))
        day = people.as_of - np.floor(span[owner] - number * every).astype(np.int64)
        facts.add(who[owner], place[medicine["code"]], day)


def _add_courses(
    random: np.random.Generator, facts: Facts, people: People, calendar: Calendar, intensity: float
) -> None:
    place = concepts().position
    codes = np.array([place[course["code"]] for course in definition("medicines")["courses"]])
    rate = (0.25 + 0.008 * people.age) * intensity * calendar.length / DAYS_IN_YEAR
    who, _ = repeated(random.poisson(rate))
    day = draw_days(random, calendar.quantiles(winter=0.3, working_days=True), len(who))
    facts.add(who, codes[random.integers(0, len(codes), len(who))], day, ended=day + COURSE_DAYS)


def _add_observations(
    random: np.random.Generator,
    facts: Facts,
    people: People,
    health: Health,
    calendar: Calendar,
    intensity: float,
) -> None:
    place, table = concepts().position, conditions()
    quantiles = calendar.quantiles(working_days=True)
    for observation in definition("medicines")["observations"]:
        ill = health.has[:, [table.position(name) for name in observation["more_for"]]].any(axis=1)
        low, high = observation["rate"]
        rate = np.clip(low + (high - low) * (people.age - 40) / 45, 0, high) * (people.age >= 16)
        rate = (rate + ill * observation["more"]) * intensity * calendar.length / DAYS_IN_YEAR
        usual = (
            observation["mean"]
            + observation["per_year_of_age"] * (people.age - 40)
            + ill * observation["shift"]
        )
        usual += random.normal(0, observation["spread"] * 0.8, people.count)
        who, _ = repeated(random.poisson(rate))
        value = usual[who] + random.normal(0, observation["spread"] * 0.5, len(who))
        value = np.round(np.maximum(value, observation["mean"] * 0.25), observation["round"])
        facts.add(who, place[observation["code"]], draw_days(random, quantiles, len(who)), value=value)


def _add_others(
    random: np.random.Generator, facts: Facts, people: People, carer: Ints, calendar: Calendar
) -> None:
    place, parameters = concepts().position, definition("medicines")
    names, cumulative = shares({place[a["code"]]: a["weight"] for a in parameters["allergies"]})
    allergic = np.flatnonzero(random.random(people.count) < 0.03 + 0.0012 * people.age)
    since = people.as_of - (random.random(len(allergic)) * people.age[allergic] * 300).astype(np.int64) - 1
    facts.add(allergic, np.array(names)[choose(random, cumulative, len(allergic))], since)
    household_size = np.bincount(people.household, minlength=people.count)[people.household]
    alone = np.flatnonzero((people.age >= 60) & (household_size == 1) & ~people.in_care_home)
    facts.add(alone, place["SOC-LIVES-ALONE"], np.full(len(alone), people.as_of - 400))
    cared_for = np.flatnonzero(carer != NOBODY)
    for code, who in (("SOC-HAS-A-CARER", cared_for), ("SOC-IS-A-CARER", np.unique(carer[cared_for]))):
        facts.add(who, place[code], np.full(len(who), people.as_of - 200))
    _add_immunisations(random, facts, people, calendar)


def _add_immunisations(random: np.random.Generator, facts: Facts, people: People, calendar: Calendar) -> None:
    place = concepts().position
    for autumn in range(calendar.first_day, calendar.last_day, 365):
        who = np.flatnonzero(random.random(people.count) < np.where(people.age >= 65, 0.75, 0.08))
        facts.add(who, place["IMM-INFLUENZA"], autumn + random.integers(0, 60, len(who)))
    for code, at_age, share in (
        ("IMM-PNEUMOCOCCAL", 66, 0.65),
        ("IMM-SHINGLES", 72, 0.45),
        ("IMM-CHILDHOOD", 1, 0.92),
    ):
        who = np.flatnonzero((people.age > at_age) & (random.random(people.count) < share))
        facts.add(
            who,
            place[code],
            people.born[who] + int(at_age * DAYS_IN_YEAR) + random.integers(0, 200, len(who)),
        )


def _table(facts: Facts, people: People) -> pa.Table:
    """Drops what lies outside the person's life, sorts by person and makes the columns."""
    who, day = np.concatenate(facts.who), np.concatenate(facts.day)
    kept = np.flatnonzero((day >= people.born[who]) & (day <= people.last_day[who]))
    kept = kept[np.argsort(who[kept], kind="stable")]
    concept, words = np.concatenate(facts.concept)[kept], concepts()
    value, unit = np.concatenate(facts.value)[kept], words.units[concept]
    dates = days(day[kept])
    columns = {
        "fact_id": pa.array(np.arange(1, len(kept) + 1)),
        "person_id": pa.array(people.ids[who[kept]]),
        "kind": coded(words.kinds[concept], pa.array(FACT_KINDS)),
        "system": coded(words.systems[concept], words.system_names),
        "code": coded(concept, words.codes),
        "text": coded(concept, words.texts),
        "value": pa.array(value, mask=np.isnan(value)),
        "unit": coded(unit, words.unit_names, missing=unit == 0),
        "occurred_on": dates,
        "ended_on": days(np.concatenate(facts.ended)[kept]),
        "recorded_on": dates,
    }
    return record_batch(FACTS, columns, len(kept))
