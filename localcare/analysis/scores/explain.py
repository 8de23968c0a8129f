"""Every score of one person from plain rows, with each code, day and weight that counted.

Plain Python over the same definitions: what the person page shows, and the slow, obvious twin that the engine's
results are tested against. Rows are mappings with the columns of the linked dataset.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from localcare.analysis.dataset.schema import CONTACT_SETTINGS
from localcare.analysis.scores import acsc, activity, cambridge, charlson, efi, hfrs, polypharmacy
from localcare.analysis.scores.codes import normalise_code, normalise_icd10
from localcare.analysis.scores.definitions import Definition, Item, ValueRule, definition
from localcare.analysis.scores.packs import Packs, shipped_packs
from localcare.analysis.scores.windows import Window, age_on

Row = Mapping[str, Any]


@dataclass(frozen=True)
class PersonRows:
    """One person's rows of the linked dataset; the person has birth_date and sex."""

    birth_date: date
    sex: str
    facts: Sequence[Row] = ()
    stays: Sequence[Row] = ()
    diagnoses: Sequence[Row] = ()
    attendances: Sequence[Row] = ()
    contacts: Sequence[Row] = ()


@dataclass(frozen=True)
class Contribution:
    """One thing that counted: its label and weight, the codes that showed it, and when first and last."""

    name: str
    label: str
    points: int
    codes: tuple[str, ...]
    first_on: date | None
    latest_on: date | None
    counted: bool = True
    note: str = ""


@dataclass(frozen=True)
class Explanation:
    """One score of one person; `value` is an integer in units of 1/scale."""

    score: str
    title: str
    version: str
    value: int
    scale: int
    band: str
    applicable: bool
    contributions: tuple[Contribution, ...]
    cannot_see: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def display(self) -> str:
        """The value as people write it: 71 tenths is "7.1"."""
        places = {1: 0, 10: 1, 100: 2}[self.scale]
        return f"{self.value / self.scale:.{places}f}"


@dataclass
class _Seen:
    """The codes and days on which something was seen."""

    codes: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)

    def add(self, code: str, day: date) -> None:
        if code not in self.codes:
            self.codes.append(code)
        self.days.append(day)

    def contribution(
        self, name: str, label: str, points: int, *, counted: bool = True, note: str = ""
    ) -> Contribution:
        return Contribution(
            name, label, points, tuple(self.codes), min(self.days), max(self.days), counted=counted, note=note
        )


def score_one(person: PersonRows, *, as_of: date, packs: Packs | None = None) -> dict[str, Any]:
    """The columns of the scores table for one person (those of the scores, not of the register)."""
    values: dict[str, Any] = {}
    for explanation in explain(person, as_of=as_of, packs=packs):
        values |= explanation.values
    return values


def explain(person: PersonRows, *, as_of: date, packs: Packs | None = None) -> tuple[Explanation, ...]:
    """Every score with what contributed, in the order of the scores table."""
    chosen = packs or shipped_packs()
    age = age_on(as_of, birth_date=person.birth_date)
    medicines = _polypharmacy(person, as_of)
    return (
        _hfrs(person, as_of, age),
        _charlson(person, as_of),
        _efi(person, as_of, age, chosen, medicines),
        _cambridge(person, as_of, chosen),
        _acsc(person, as_of),
        _activity(person, as_of),
        medicines,
    )


def _explanation(
    of: Definition, value: int, contributions: Iterable[Contribution], values: Mapping[str, Any], *,
    band: str = "", applicable: bool = True,
) -> Explanation:  # fmt: skip
    ordered = sorted(contributions, key=lambda found: (not found.counted, -found.points, found.label))
    return Explanation(
        of.score,
        of.title,
        of.version,
        value,
        of.scale,
        band,
        applicable,
        tuple(ordered),
        of.cannot_see,
        values,
    )


@lru_cache
def _items_by_prefix(score: str) -> dict[str, tuple[Item, ...]]:
    found: dict[str, tuple[Item, ...]] = {}
    for item in definition(score).items:
        for prefix in item.prefixes:
            found[prefix] = (*found.get(prefix, ()), item)
    return found


def _items_of(score: str, code: str | None) -> list[Item]:
    """The items one of whose prefixes the code begins with."""
    normal = normalise_icd10(code)
    by_prefix = _items_by_prefix(score)
    return [item for length in range(1, len(normal) + 1) for item in by_prefix.get(normal[:length], ())]


def _hfrs(person: PersonRows, as_of: date, age: int) -> Explanation:
    of = definition("hfrs")
    window = Window.ending(as_of, months=of.look_back_months)
    recent = [stay for stay in person.stays if window.contains(stay["admitted_on"])]
    latest = max((stay["admitted_on"] for stay in recent), default=None)
    counted = {
        stay["stay_id"]
        for stay in recent
        if stay["admission_type"] == "emergency" or stay["admitted_on"] == latest
    }
    seen: dict[str, _Seen] = {}
    for row in person.diagnoses:
        if row["stay_id"] in counted and window.contains(row["occurred_on"]):
            for item in _items_of("hfrs", row["code"]):
                seen.setdefault(item.name, _Seen()).add(row["code"], row["occurred_on"])
    found = [
        found.contribution(name, of.item(name).label, of.item(name).weight) for name, found in seen.items()
    ]
    value = sum(each.points for each in found)
    masks = hfrs.masks().layout.bits(set(seen))
    return _explanation(
        of, value, found,
        {"hfrs_tenths": value, "hfrs_band": of.band_of(value), "hfrs_applicable": of.applies_to(age)} | masks,
        band=of.band_of(value), applicable=of.applies_to(age),
    )  # fmt: skip


def _charlson(person: PersonRows, as_of: date) -> Explanation:
    of = definition("charlson")
    window = Window.ending(as_of, months=of.look_back_months)
    seen: dict[str, _Seen] = {}
    for row in person.diagnoses:
        if window.contains(row["occurred_on"]):
            for item in _items_of("charlson", row["code"]):
                seen.setdefault(item.name, _Seen()).add(row["code"], row["occurred_on"])
    milder = {mild: severe for severe, mild in of.hierarchies if severe in seen and mild in seen}
    values: dict[str, Any] = {
        weight_set: sum(of.item(name).weights[weight_set] for name in seen if name not in milder)
        for weight_set in of.weight_sets
    }
    values |= charlson.masks().layout.bits(set(seen))
    found = [
        found.contribution(
            name,
            of.item(name).label,
            of.item(name).weights["charlson_quan_2011"],
            counted=name not in milder,
            note=f"not counted beside {of.item(milder[name]).label.lower()}" if name in milder else "",
        )
        for name, found in seen.items()
    ]
    return _explanation(of, values["charlson_quan_2011"], found, values)


@lru_cache
def _items_by_code(score: str, packs: Packs) -> dict[tuple[str, str], list[tuple[Item, ValueRule | None]]]:
    found: dict[tuple[str, str], list[tuple[Item, ValueRule | None]]] = {}
    for item in definition(score).items:
        for key in packs.codes_of(item.code_list):
            found.setdefault(key, []).append((item, None))
        for rule in item.value_rules:
            for key in packs.codes_of(rule.code_list):
                found.setdefault(key, []).append((item, rule))
    return found


def _facts_seen(score: str, person: PersonRows, as_of: date, packs: Packs) -> dict[str, _Seen]:
    by_code = _items_by_code(score, packs)
    windows = {
        item.name: Window.ending(as_of, months=item.look_back_months) for item in definition(score).items
    }
    seen: dict[str, _Seen] = {}
    for fact in person.facts:
        for item, rule in by_code.get(normalise_code(fact["system"], fact["code"]), ()):
            if windows[item.name].contains(fact["occurred_on"]) and _shows(fact, rule, person.sex):
                seen.setdefault(item.name, _Seen()).add(_written(fact, rule), fact["occurred_on"])
    return seen


def _shows(fact: Row, rule: ValueRule | None, sex: str) -> bool:
    if rule is None:
        return True
    value = fact.get("value")
    finite = value is not None and math.isfinite(value)
    return finite and rule.sex in ("", sex) and rule.holds(value, fact.get("unit"))


def _written(fact: Row, rule: ValueRule | None) -> str:
    name = str(fact.get("text") or fact["code"])
    return name if rule is None else f"{name} {fact['value']:g} {fact.get('unit') or ''}".strip()


def _efi(person: PersonRows, as_of: date, age: int, packs: Packs, medicines: Explanation) -> Explanation:
    of = definition("efi")
    seen = _facts_seen("efi", person, as_of, packs)
    found = [found.contribution(name, of.item(name).label, 1) for name, found in seen.items()]
    if of.parameters.get("polypharmacy_counts", True) and medicines.values["polypharmacy"]:
        label = f"{of.item(efi.POLYPHARMACY).label}: {medicines.value} medicines"
        found.append(Contribution(efi.POLYPHARMACY, label, 1, (), None, as_of))
    value = len(found)
    mask = sum(efi.bit(each.name) for each in found)
    return _explanation(
        of, value, found,
        {"efi_deficits": value, "efi_category": of.band_of(value), "efi_applicable": of.applies_to(age), efi.MASK: mask},
        band=of.band_of(value), applicable=of.applies_to(age),
    )  # fmt: skip


def _cambridge(person: PersonRows, as_of: date, packs: Packs) -> Explanation:
    of = definition("cambridge")
    seen = _facts_seen("cambridge", person, as_of, packs)
    found = [
        found.contribution(name, of.item(name).label, of.item(name).weight) for name, found in seen.items()
    ]
    value = sum(each.points for each in found)
    masks = cambridge.layout().bits(set(seen))
    return _explanation(of, value, found, {"cambridge_hundredths": value} | masks)


def _acsc(person: PersonRows, as_of: date) -> Explanation:
    of = definition("acsc")
    window = acsc.window(as_of)
    emergencies = {
        stay["stay_id"]
        for stay in person.stays
        if stay["admission_type"] == "emergency" and window.contains(stay["admitted_on"])
    }
    by_stay: dict[int, list[Row]] = {}
    for row in person.diagnoses:
        if row["stay_id"] in emergencies and window.contains(row["occurred_on"]):
            by_stay.setdefault(row["stay_id"], []).append(row)
    seen: dict[str, _Seen] = {}
    admissions = 0
    for rows in by_stay.values():
        found = {
            item.name: row for row in rows if row["position"] == 1 for item in _sensitive(row["code"], rows)
        }
        admissions += bool(found)
        for name, row in found.items():
            seen.setdefault(name, _Seen()).add(row["code"], row["occurred_on"])
    contributions = [
        found.contribution(name, of.item(name).label, len(found.days)) for name, found in seen.items()
    ]
    mask = sum(acsc.masks()[0].layout.bits([name])[acsc.MASK] for name in seen)
    return _explanation(of, admissions, contributions, {"acsc_admissions_12m": admissions, acsc.MASK: mask})


def _sensitive(code: str, rows: Sequence[Row]) -> list[Item]:
    """The groups of a primary code, given all diagnoses of the stay."""
    normal = normalise_icd10(code)
    others = [normalise_icd10(row["code"]) for row in rows if row["position"] != 1]
    found = []
    for item in _items_of("acsc", code):
        needed = [seconds for codes, seconds in item.needs_secondary if normal.startswith(codes)]
        if all(any(other.startswith(seconds) for other in others) for seconds in needed):
            found.append(item)
    return found


def _activity(person: PersonRows, as_of: date) -> Explanation:
    window = activity.window(as_of)
    values: dict[str, Any] = {}
    contributions: list[Contribution] = []
    for months in activity.emergency_months():
        span = Window.ending(as_of, months=months)
        days = [
            stay["admitted_on"]
            for stay in person.stays
            if stay["admission_type"] == "emergency" and span.contains(stay["admitted_on"])
        ]
        values[f"emergency_admissions_{months}m"] = len(days)
        contributions += _counted(
            f"emergency_admissions_{months}m", f"Emergency admissions in {months} months", days
        )
    came = [row["arrived_on"] for row in person.attendances if row["arrived_on"] <= as_of]
    recent = [day for day in came if window.contains(day)]
    values["attendances_12m"] = len(recent)
    contributions += _counted("attendances_12m", "Urgent and emergency care attendances in 12 months", recent)
    held = [
        row for row in person.contacts if row["occurred_on"] <= as_of and row.get("attended") is not False
    ]
    for setting in CONTACT_SETTINGS:
        name = activity.contacts_column(setting)
        days = [
            row["occurred_on"]
            for row in held
            if row["setting"] == setting and window.contains(row["occurred_on"])
        ]
        values[name] = len(days)
        contributions += _counted(name, f"Contacts in 12 months, {setting}", days)
    values["contacts_12m"] = sum(values[activity.contacts_column(setting)] for setting in CONTACT_SETTINGS)
    values |= _nights(person, as_of, window)
    last = [row["occurred_on"] for row in held] + came + [end for _, end in _stays_until(person, as_of)]
    values["last_contact_on"] = max(last, default=None)
    return _explanation(definition("activity"), values["emergency_admissions_12m"], contributions, values)


def _counted(name: str, label: str, days: Sequence[date]) -> list[Contribution]:
    return [Contribution(name, label, len(days), (), min(days), max(days))] if days else []


def _stays_until(person: PersonRows, as_of: date) -> list[tuple[Row, date]]:
    """The stays begun by the date, each with the day it ended or the date."""
    return [
        (stay, min(stay.get("discharged_on") or as_of, as_of))
        for stay in person.stays
        if stay["admitted_on"] <= as_of
    ]


def _nights(person: PersonRows, as_of: date, window: Window) -> dict[str, Any]:
    first_night = window.after + timedelta(days=1)
    here: list[tuple[int, int]] = []
    open_stay = False
    for stay, end in _stays_until(person, as_of):
        nights = max((end - max(stay["admitted_on"], first_night)).days, 0)
        here += [(nights, (end - stay["admitted_on"]).days)] if nights else []
        open_stay |= stay.get("discharged_on") is None or stay["discharged_on"] > as_of
    return {
        "bed_days_12m": sum(nights for nights, _ in here),
        "longest_stay_days_12m": max((length for _, length in here), default=0),
        "in_hospital": open_stay,
    } | {
        f"long_stays_{days}_days_12m": sum(length >= days for _, length in here)
        for days in activity.long_stay_days()
    }


def _polypharmacy(person: PersonRows, as_of: date) -> Explanation:
    of = definition("polypharmacy")
    window = polypharmacy.window(as_of)
    seen: dict[str, _Seen] = {}
    labels: dict[str, str] = {}
    for fact in person.facts:
        if fact["kind"] == "medicine" and window.contains(fact["occurred_on"]):
            code = fact["code"].strip()
            seen.setdefault(code, _Seen()).add(code, fact["occurred_on"])
            labels[code] = str(fact.get("text") or code)
    found = [found.contribution(code, labels[code], 1) for code, found in seen.items()]
    many = len(found) >= polypharmacy.at_least()
    return _explanation(of, len(found), found, {"medicines_12m": len(found), "polypharmacy": many})
