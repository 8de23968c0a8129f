"""Every score of everyone on the register, as one Ibis expression."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from itertools import product
from typing import Any

from localcare.analysis.dataset.linked_dataset import LinkedDataset
from localcare.analysis.dataset.schema import CONTACT_SETTINGS
from localcare.analysis.libraries import ibis
from localcare.analysis.scores import (
    acsc,
    activity,
    cambridge,
    charlson,
    coded,
    efi,
    facts,
    hfrs,
    polypharmacy,
)
from localcare.analysis.scores.columns import ALL, columns_of
from localcare.analysis.scores.definitions import definition
from localcare.analysis.scores.packs import Packs, shipped_packs
from localcare.analysis.scores.register import registered
from localcare.analysis.scores.staging import Stage, as_planned
from localcare.analysis.scores.windows import Window


def score(
    dataset: LinkedDataset,
    *,
    as_of: date,
    scores: Collection[str] = ALL,
    packs: Packs | None = None,
    stage: Stage = as_planned,
) -> Any:
    """One row per person registered and alive on the date, with the columns of `columns.py`.

    Nothing after `as_of` counts. People without any record are there with 0. Distinct codes are read when the
    expression is made; the rest runs when it is executed, unless `stage` works the parts out before they are joined
    (`staging.staged`). ValueError for a score that does not exist.
    """
    if unknown := sorted(set(scores) - set(ALL)):
        raise ValueError(f"there is no score {unknown[0]!r}; choose from {', '.join(ALL)}")
    chosen = _with_what_they_need(scores)
    table = stage(registered(dataset.table("persons"), dataset.table("registrations"), as_of))
    for measured in _measured(dataset, as_of, chosen, packs or shipped_packs()):
        table = _left_join(table, stage(measured))
    table = _fill(table, chosen)
    derived = table.mutate(**_derived(table, chosen))
    return derived.select(
        **{column.name: derived[column.name].cast(column.type) for column in columns_of(scores)}
    )


def _with_what_they_need(scores: Collection[str]) -> set[str]:
    """The electronic Frailty Index counts polypharmacy as a deficit."""
    return set(scores) | ({"polypharmacy"} if "efi" in scores else set())


def _measured(dataset: LinkedDataset, as_of: date, scores: set[str], packs: Packs) -> list[Any]:
    """The tables of measures per person; each holds only people who have something to measure."""
    tables: list[Any] = []
    tables += _from_diagnoses(dataset, as_of, scores)
    rules = [module.fact_rules(packs, as_of) for module in (efi, cambridge) if _name(module) in scores]
    masks = [module.MASK for module in (efi, cambridge) if _name(module) in scores]
    codes = dataset.distinct("facts", "code") if masks or "polypharmacy" in scores else []
    if masks:
        # two small questions are quicker than one about pairs, and few of the pairs mean anything
        pairs = product(dataset.distinct("facts", "system"), codes)
        merged, units = facts.merge(*rules), dataset.distinct("facts", "unit")
        tables.append(facts.masks_per_person(dataset.table("facts"), pairs, merged, masks, as_of, units))
    if "polypharmacy" in scores:
        tables.append(polypharmacy.medicines_per_person(dataset.table("facts"), codes, as_of))
    if "activity" in scores:
        tables.append(activity.stays_per_person(dataset.table("stays"), as_of))
        tables.append(activity.attendances_per_person(dataset.table("attendances"), as_of))
        tables.append(activity.contacts_per_person(dataset.table("contacts"), as_of))
    return tables


def _name(module: Any) -> str:
    return str(module.__name__.rsplit(".", 1)[-1])


def _from_diagnoses(dataset: LinkedDataset, as_of: date, scores: set[str]) -> list[Any]:
    if not scores & {"hfrs", "charlson", "acsc"}:
        return []
    diagnoses, stays = dataset.table("diagnoses"), dataset.table("stays")
    codes = dataset.distinct("diagnoses", "code")
    tables = []
    if scores & {"hfrs", "charlson"}:
        tables.append(_diagnosis_masks(diagnoses, stays, codes, as_of, scores))
    if "acsc" in scores:
        tables.append(acsc.admissions_per_person(diagnoses, stays, codes, as_of))
    return tables


def _diagnosis_masks(diagnoses: Any, stays: Any, codes: list[str], as_of: date, scores: set[str]) -> Any:
    parts = [module.masks() for module in (hfrs, charlson) if _name(module) in scores]
    windows = {
        name: Window.ending(as_of, months=definition(name).look_back_months) for name in ("hfrs", "charlson")
    }
    conditions: dict[str, Callable[[Any], Any]] = {}
    recent = diagnoses.filter(
        diagnoses.occurred_on
        > ibis.literal(min(window.after for name, window in windows.items() if name in scores)),
        diagnoses.occurred_on <= ibis.literal(as_of),
    )
    if "hfrs" in scores:
        counted = _stays_for_frailty(stays, windows["hfrs"])
        of_the_same_person = recent.person_id == counted.frailty_person_id
        recent = recent.join(
            counted, [recent.stay_id == counted.frailty_stay_id, of_the_same_person], how="left"
        )
        for column in hfrs.MASKS:
            conditions[column] = lambda rows: (
                rows.frailty_stay_id.notnull() & coded.in_window(rows.occurred_on, windows["hfrs"])
            )
    if "charlson" in scores:
        conditions[charlson.MASK] = lambda rows: coded.in_window(rows.occurred_on, windows["charlson"])
    return coded.masks_per_person(recent, parts, codes=codes, conditions=conditions)


def _stays_for_frailty(stays: Any, window: Window) -> Any:
    """Emergency stays of the window, and every stay that began on the person's most recent day of admission."""
    recent = stays.filter(coded.in_window(stays.admitted_on, window))
    latest = recent.group_by(latest_person_id=recent.person_id).aggregate(latest_on=recent.admitted_on.max())
    joined = recent.join(latest, recent.person_id == latest.latest_person_id)
    kept = joined.filter((joined.admission_type == "emergency") | (joined.admitted_on == joined.latest_on))
    return kept.select(frailty_stay_id=kept.stay_id, frailty_person_id=kept.person_id)


def _left_join(table: Any, measured: Any) -> Any:
    renamed = measured.rename(measured_person_id="person_id")
    return table.join(renamed, table.person_id == renamed.measured_person_id, how="left").drop(
        "measured_person_id"
    )


def _fill(table: Any, scores: set[str]) -> Any:
    """0 for everyone nothing was measured for."""
    filled = {}
    for name in table.columns:
        column = table[name]
        if name in ("person_id", "practice_code", "age", "sex", "imd_decile") or column.type().is_date():
            continue
        filled[name] = column.fill_null(
            ibis.literal(False if column.type().is_boolean() else 0, column.type())
        )
    table = table.mutate(**filled)
    if "polypharmacy" in scores:
        table = table.mutate(polypharmacy=table.medicines_12m >= polypharmacy.at_least())
    return table


def _derived(table: Any, scores: set[str]) -> dict[str, Any]:
    derived: dict[str, Any] = {}
    for module in (hfrs, charlson, efi, cambridge):
        if _name(module) in scores:
            derived |= module.columns(table)
    for name in ("hfrs", "efi"):
        if name in scores:
            derived[f"{name}_applicable"] = table.age >= definition(name).age_from
    if "activity" in scores:
        derived["contacts_12m"] = sum(
            table[activity.contacts_column(setting)] for setting in CONTACT_SETTINGS
        )
        dates = (table.last_stay_on, table.last_attendance_on, table.last_care_contact_on)
        derived["last_contact_on"] = _latest(*dates)
    return derived


def _latest(*dates: Any) -> Any:
    """The latest of several days of which some may be empty."""
    earliest = ibis.literal(date(1, 1, 1))
    return ibis.greatest(*(day.fill_null(earliest) for day in dates)).nullif(earliest)
