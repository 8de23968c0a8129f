"""The slow, obvious twin of `counting`: plain Python over lists, one row after another. Tests compare the two."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from localcare.analysis.quality import flags, traits
from localcare.analysis.quality.code_shapes import Shape, shape_of
from localcare.analysis.quality.codes_known import NOTHING_KNOWN, CodesKnown
from localcare.analysis.quality.counting import EVENTS, MONTHS_FOR_TWICE, NOT_KNOWN_ETHNICITY
from localcare.analysis.quality.counts import EARLIER, Counts, EventCount, PeopleCount, month_of
from localcare.analysis.scores.codes import normalise_code
from localcare.analysis.scores.windows import age_on, months_before

Row = Mapping[str, Any]
Tables = Mapping[str, list[Row]]


@dataclass(frozen=True)
class _Person:
    born: date | None
    died: date | None
    practice: str


def twin_counts(tables: Tables, as_of: date, known: CodesKnown, until: date | None = None) -> Counts:
    """What `counting.count` gives for the rows of the tables, worked out slowly."""
    people = {row["person_id"]: _person(row, tables, as_of) for row in tables["persons"]}
    events = {}
    for name in EVENTS:
        grouped: dict[tuple[str, str, str, int], list[tuple[Row, dict[str, bool]]]] = defaultdict(list)
        for row, found in _flagged(name, tables, people, as_of, known, max(as_of, until or as_of)):
            grouped[_key(name, row, people, as_of)].append((row, found))
        events[name] = tuple(_event_count(name, key, rows, as_of) for key, rows in grouped.items())
    events["facts"] += tuple(_twice(tables["facts"], people, as_of))
    has_identifiers = any(row.get("nhs_number") for row in tables["persons"])
    return Counts(as_of, tuple(_people(tables, people, as_of, has_identifiers)), events, has_identifiers, 1)


def _person(row: Row, tables: Tables, as_of: date) -> _Person:
    current = [
        (one["started_on"], one["registration_id"], one["practice_code"])
        for one in tables["registrations"]
        if one["person_id"] == row["person_id"]
        and one["started_on"] <= as_of
        and (one.get("ended_on") is None or one["ended_on"] > as_of)
    ]
    died = row.get("death_date")
    lives = row["birth_date"] <= as_of and (died is None or died > as_of)
    return _Person(row["birth_date"], died, max(current)[2] if current and lives else "")


def _key(name: str, row: Row, people: Mapping[int, _Person], as_of: date) -> tuple[str, str, str, int]:
    day = row[traits.EVENT_DAY[name]]
    inside = months_before(as_of, traits.MONTHS_TOLD_APART) < day <= as_of
    kind = {
        "facts": ", ".join(filter(None, (row.get("kind"), row.get("system")))),
        "contacts": row.get("setting") or "",
    }.get(name, "")
    feed = row.get("provider_code") or "" if name in ("contacts", "stays", "attendances") else ""
    return people[row["person_id"]].practice, feed, kind, month_of(day) if inside else EARLIER


def _event_count(
    name: str, key: tuple[str, str, str, int], rows: list[tuple[Row, dict[str, bool]]], as_of: date
) -> EventCount:
    counted = [flag for flag in flags.COUNTED[name] if flag not in flags.COUNTED_APART]
    days = [row[traits.EVENT_DAY[name]] for row, _ in rows]
    return EventCount(
        *key,
        rows=len(rows),
        flags={flag: sum(found[flag] for _, found in rows) for flag in counted},
        last=max((day for day in days if day <= as_of), default=None),
    )


def _flagged(
    name: str, tables: Tables, people: Mapping[int, _Person], as_of: date, known: CodesKnown, until: date
) -> Iterator[tuple[Row, dict[str, bool]]]:
    for row in tables[name]:
        found = _days(name, row, people[row["person_id"]], until)
        if name == "facts":
            found |= _fact(row, as_of, known)
        if name == "stays":
            found |= _stay(row, tables, as_of)
        if name in ("diagnoses", "procedures"):
            shape = shape_of("ICD-10" if name == "diagnoses" else "OPCS-4", row["code"])
            found |= {"malformed": bool(row["code"]) and shape is not Shape.GOOD}
        yield row, found


def _days(name: str, row: Row, person: _Person, until: date) -> dict[str, bool]:
    day, end = row[traits.EVENT_DAY[name]], row.get(traits.ENDS.get(name, ""))
    found = {
        "in_future": day > until,
        "before_birth": person.born is not None and day < person.born,
        "after_death": person.died is not None and (day - person.died).days > traits.DAYS_AFTER_DEATH,
        "reversed": end is not None and end < day,
    }
    return found | {"impossible": any(found.values())}


def _fact(row: Row, as_of: date, known: CodesKnown) -> dict[str, bool]:
    code = known.flags(row["system"], row["code"]) if row["system"] and row["code"] else NOTHING_KNOWN
    condition = row["kind"] == "condition"
    recorded = row.get("recorded_on")
    recent = months_before(as_of, 12) < row["occurred_on"] <= as_of
    measured = code.measured and row.get("value") is not None
    usable = known.units.get(normalise_code(row["system"], row["code"]), frozenset())
    return {
        "malformed": code.malformed,
        "system_unknown": code.system_unknown,
        "frailty": code.frailty,
        "condition": condition,
        "condition_not_covered": condition and not code.covered,
        "condition_in_no_list": condition and not code.in_list,
        "measured": measured,
        "unit_not_usable": measured and (row.get("unit") or "") not in usable,
        "no_recorded_on": recorded is None,
        "recent_with_recorded_on": recent and recorded is not None,
        "late": recent and recorded is not None and (recorded - row["occurred_on"]).days > traits.DAYS_LATE,
    }


def _stay(row: Row, tables: Tables, as_of: date) -> dict[str, bool]:
    order = (row["admitted_on"], row["stay_id"])
    others = [one for one in tables["stays"] if one["person_id"] == row["person_id"] and one is not row]
    earlier = [one for one in others if (one["admitted_on"], one["stay_id"]) < order]
    same = ("provider_code", "admitted_on", "discharged_on")
    left = row.get("discharged_on")
    settled = left is not None and months_before(as_of, 12) < left <= as_of - timedelta(
        days=traits.DAYS_TO_CODE
    )
    coded = any(one["stay_id"] == row["stay_id"] for one in tables["diagnoses"])
    overlaps = any((one.get("discharged_on") or as_of) > row["admitted_on"] for one in earlier)
    repeats = any(all(one.get(key) == row.get(key) for key in same) for one in earlier)
    return {
        "settled": settled,
        "without_diagnosis": settled and not coded,
        "overlapping": overlaps or repeats,
    }


def _twice(facts: Iterable[Row], people: Mapping[int, _Person], as_of: date) -> Iterator[EventCount]:
    recent = [row for row in facts if months_before(as_of, MONTHS_FOR_TWICE) < row["occurred_on"] <= as_of]
    same = Counter(
        (row["person_id"], row["kind"], row["system"], row["code"], row["occurred_on"], row.get("value"))
        for row in recent
    )
    by_practice: dict[str, Counter[str]] = defaultdict(Counter)
    for (person, *_), number in same.items():
        by_practice[people[person].practice].update(looked_at_for_twice=number, twice=number - 1)
    nothing = dict.fromkeys(flags.COUNTED["facts"], 0)
    for practice, found in by_practice.items():
        yield EventCount(practice, practice, "", EARLIER, 0, nothing | dict(found))


def _people(
    tables: Tables, people: Mapping[int, _Person], as_of: date, has_identifiers: bool
) -> Iterator[PeopleCount]:
    numbers = Counter(_number(row) for row in tables["persons"])
    likeness = Counter(_likeness(row) for row in tables["persons"])
    last: dict[str, dict[int, date]] = {name: {} for name in ("facts", "contacts", "stays", "attendances")}
    for name, days in last.items():
        for row in tables[name]:
            day, person = row[traits.EVENT_DAY[name]], row["person_id"]
            if day <= as_of:
                days[person] = max(days.get(person, day), day)
    since = months_before(as_of, flags.MONTHS_OF_ACTIVITY)
    by_practice: dict[str, list[dict[str, bool]]] = defaultdict(list)
    for row in tables["persons"]:
        key, practice = row["person_id"], people[row["person_id"]].practice
        if not practice:
            continue
        older = age_on(as_of, birth_date=row["birth_date"]) >= flags.OLDER_FROM
        named = _likeness(row)[1] != "" and _likeness(row)[3] != ""
        by_practice[practice].append(
            {
                "older": older,
                "with_identifiers": has_identifiers,
                "older_without_facts": older and key not in last["facts"],
                "sex_not_known": row.get("sex") in (None, "", "unknown"),
                "ethnicity_not_known": (row.get("ethnic_category") or "").strip() in NOT_KNOWN_ETHNICITY,
                "deprivation_not_known": row.get("imd_decile") is None,
                "number_missing": has_identifiers and not (row.get("nhs_number") or "").strip(),
                "number_twice": has_identifiers and _number(row) != "" and numbers[_number(row)] > 1,
                "alike": has_identifiers and named and likeness[_likeness(row)] > 1,
                "without_activity": not any(key in days and days[key] > since for days in last.values()),
            }
        )
    for practice in sorted(by_practice):
        rows = by_practice[practice]
        counted = {flag: sum(row[flag] for row in rows) for flag in flags.COUNTED["persons"]}
        yield PeopleCount(practice, len(rows), counted)


def _number(row: Row) -> str:
    return (row.get("nhs_number") or "").replace(" ", "").replace("-", "")


def _likeness(row: Row) -> tuple[date, str, str, str]:
    family, given = (row.get("family_name") or ""), (row.get("given_name") or "")
    postcode = (row.get("postcode") or "").upper().replace(" ", "")
    return row["birth_date"], family.upper().strip(), given.upper().strip()[:1], postcode
