"""The output of the scores pipeline written by hand in Polars (streaming engine), to be measured beside it.

The reviewed definitions (which code sets which bit, windows, bands, weights) are shared; everything done to rows is
written here in Polars' own expressions, as an analyst would who knows the rules. `bench/pipeline.py` runs both and
compares every column of everybody.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce
from math import nextafter
from operator import add
from pathlib import Path
from typing import Any

import polars as pl

from localcare.analysis.dataset.schema import CONTACT_SETTINGS
from localcare.analysis.scores import acsc, activity, cambridge, charlson, efi, facts, hfrs, polypharmacy
from localcare.analysis.scores.codes import normalise_code
from localcare.analysis.scores.columns import ALL, columns_of
from localcare.analysis.scores.definitions import Definition, definition
from localcare.analysis.scores.masks import MaskLayout
from localcare.analysis.scores.packs import shipped_packs
from localcare.analysis.scores.windows import Window

TYPES = {"int64": pl.Int64, "int32": pl.Int32, "string": pl.String, "boolean": pl.Boolean, "date": pl.Date}
UNLIMITED = float("inf")


def pipeline_peer(folder: Path, as_of: date, out: Path) -> None:
    """Read the dataset's Parquet files and write every score of everybody to one Parquet file."""
    table = register(folder, as_of)
    for measured in (
        masks_of_diagnoses(folder, as_of),
        sensitive_admissions(folder, as_of),
        masks_of_facts(folder, as_of),
        medicines(folder, as_of),
        stays(folder, as_of),
        attendances(folder, as_of),
        contacts(folder, as_of),
    ):
        table = table.join(measured, on="person_id", how="left")
    derived(filled(table)).sink_parquet(out, compression="zstd", engine="streaming")


def read(folder: Path, name: str) -> pl.LazyFrame:
    return pl.scan_parquet(folder / f"{name}.parquet")


def inside(column: str, window: Window) -> pl.Expr:
    return (pl.col(column) > window.after) & (pl.col(column) <= window.until)


def register(folder: Path, as_of: date) -> pl.LazyFrame:
    current = read(folder, "registrations").filter(
        pl.col("started_on") <= as_of, pl.col("ended_on").is_null() | (pl.col("ended_on") > as_of)
    )
    latest = current.group_by("person_id").agg(
        pl.col("practice_code").sort_by("started_on", "registration_id").last()
    )
    alive = read(folder, "persons").filter(
        pl.col("birth_date") <= as_of, pl.col("death_date").is_null() | (pl.col("death_date") > as_of)
    )
    birth = pl.col("birth_date").dt
    to_come = (birth.month().cast(pl.Int32) * 100 + birth.day()) > as_of.month * 100 + as_of.day
    age = as_of.year - birth.year() - to_come.cast(pl.Int32)
    return alive.join(latest, on="person_id").select(
        "person_id", "practice_code", "sex", "imd_decile", age=age.cast(pl.Int32)
    )


def code_bits(folder: Path, parts: tuple[Any, ...]) -> pl.LazyFrame:
    """The bits of every code that occurs among the diagnoses and means something to one of the parts."""
    codes = read(folder, "diagnoses").select("code").unique().collect(engine="streaming")["code"].drop_nulls()
    rows = [
        {"code": code} | {name: bits for part in parts for name, bits in part.bits(code).items()}
        for code in codes
    ]
    columns = [name for part in parts for name in part.layout.columns]
    schema = {"code": pl.String} | dict.fromkeys(columns, pl.Int64)
    return pl.LazyFrame(rows, schema=schema).filter(pl.any_horizontal(pl.col(columns) != 0))


def masks_of_diagnoses(folder: Path, as_of: date) -> pl.LazyFrame:
    window = Window.ending(as_of, months=definition("hfrs").look_back_months)
    assert window == Window.ending(as_of, months=definition("charlson").look_back_months)
    recent = read(folder, "stays").filter(inside("admitted_on", window))
    latest = recent.group_by("person_id").agg(latest_on=pl.col("admitted_on").max())
    counted = (
        recent.join(latest, on="person_id")
        .filter((pl.col("admission_type") == "emergency") | (pl.col("admitted_on") == pl.col("latest_on")))
        .select("stay_id", "person_id", counts=True)
    )
    coded = (
        read(folder, "diagnoses")
        .filter(inside("occurred_on", window))
        .join(code_bits(folder, (hfrs.masks(), charlson.masks())), on="code")
        .join(counted, on=["stay_id", "person_id"], how="left")
    )
    frailty = [
        pl.when(pl.col("counts")).then(pl.col(name)).otherwise(0).bitwise_or().alias(name)
        for name in hfrs.MASKS
    ]
    return coded.group_by("person_id").agg(*frailty, pl.col(charlson.MASK).bitwise_or())


def sensitive_admissions(folder: Path, as_of: date) -> pl.LazyFrame:
    window = acsc.window(as_of)
    emergencies = read(folder, "stays").filter(
        pl.col("admission_type") == "emergency", inside("admitted_on", window)
    )
    coded = (
        read(folder, "diagnoses")
        .filter(inside("occurred_on", window))
        .join(code_bits(folder, acsc.masks()), on="code")
        .join(emergencies.select("stay_id", "person_id"), on=["stay_id", "person_id"])
    )
    first = pl.col("position") == 1
    by_stay = coded.group_by("person_id", "stay_id").agg(
        plain=pl.when(first).then(acsc.MASK).otherwise(0).bitwise_or(),
        conditional=pl.when(first).then(acsc.CONDITIONAL).otherwise(0).bitwise_or(),
        beside=pl.when(first).then(0).otherwise(acsc.SECONDARY).bitwise_or(),
    )
    groups = by_stay.select(
        "person_id", groups=pl.col("plain") | (pl.col("conditional") & pl.col("beside"))
    ).filter(pl.col("groups") != 0)
    return groups.group_by("person_id").agg(
        acsc_admissions_12m=pl.len(), acsc_mask=pl.col("groups").bitwise_or()
    )


def masks_of_facts(folder: Path, as_of: date) -> pl.LazyFrame:
    rules = facts.merge(efi.fact_rules(shipped_packs(), as_of), cambridge.fact_rules(shipped_packs(), as_of))
    joined = read(folder, "facts").join(rule_rows(folder, rules), on=["system", "code"])
    beyond = (
        (pl.col("unit").fill_null("") == pl.col("only_unit"))
        & pl.col("value").is_finite()
        & ((pl.col("value") > pl.col("above")) | (pl.col("value") < pl.col("below")))
    )
    counted = joined.filter(
        pl.col("occurred_on") > pl.col("after"),
        pl.col("occurred_on") <= as_of,
        pl.col("only_unit").is_null() | beyond,
    )
    return counted.group_by("person_id").agg(pl.col(efi.MASK, cambridge.MASK).bitwise_or())


def rule_rows(folder: Path, rules: facts.FactRules) -> pl.LazyFrame:
    """One row for each recorded code, rule and unit: the bits, the day after which it counts, and the limits."""
    known = read(folder, "facts").select("system", "code").unique().collect(engine="streaming")
    rows = []
    for system, code in known.iter_rows():
        for rule in rules.get(normalise_code(system, code), ()):
            limit = rule.value_rule
            for unit in limit.units if limit else (None,):
                above = UNLIMITED if limit is None or limit.above is None else limit.above
                below = -UNLIMITED if limit is None or limit.below is None else limit.below
                bits = [rule.bits if rule.column == name else 0 for name in (efi.MASK, cambridge.MASK)]
                at_it = bool(limit and limit.inclusive)
                rows.append((system, code, rule.after, unit, above, below, at_it, *bits))
    schema = {"system": pl.String, "code": pl.String, "after": pl.Date, "only_unit": pl.String, "above": pl.Float64,
              "below": pl.Float64, "inclusive": pl.Boolean, efi.MASK: pl.Int64, cambridge.MASK: pl.Int64}  # fmt: skip
    frame = pl.LazyFrame(rows, schema=schema, orient="row")
    # at the limit counts for an inclusive rule: the limit itself moves to the next number
    moved = frame.with_columns(
        above=pl.when("inclusive").then(pl.col("above").map_elements(lower, return_dtype=pl.Float64)).otherwise("above"),
        below=pl.when("inclusive").then(pl.col("below").map_elements(upper, return_dtype=pl.Float64)).otherwise("below"),
    )  # fmt: skip
    same = ["system", "code", "after", "only_unit", "above", "below"]
    return moved.group_by(same).agg(pl.col(efi.MASK, cambridge.MASK).bitwise_or())


def lower(limit: float) -> float:
    return nextafter(limit, -UNLIMITED)


def upper(limit: float) -> float:
    return nextafter(limit, UNLIMITED)


def medicines(folder: Path, as_of: date) -> pl.LazyFrame:
    recent = read(folder, "facts").filter(
        pl.col("kind") == "medicine", inside("occurred_on", polypharmacy.window(as_of))
    )
    different = recent.select("person_id", pl.col("code").str.strip_chars(" \t\r\n")).unique()
    return different.group_by("person_id").agg(medicines_12m=pl.len())


def stays(folder: Path, as_of: date) -> pl.LazyFrame:
    window = activity.window(as_of)
    first_night = window.after + timedelta(days=1)
    end = pl.when(pl.col("discharged_on") < as_of).then(pl.col("discharged_on")).otherwise(pl.lit(as_of))
    began = pl.max_horizontal(pl.col("admitted_on"), pl.lit(first_night))
    found = read(folder, "stays").filter(pl.col("admitted_on") <= as_of).with_columns(
        end=end,
        open=pl.col("discharged_on").is_null() | (pl.col("discharged_on") > as_of),
        nights=(end - began).dt.total_days().clip(lower_bound=0),
        length=(end - pl.col("admitted_on")).dt.total_days().clip(lower_bound=0),
    )  # fmt: skip
    emergency, here = pl.col("admission_type") == "emergency", pl.col("nights") > 0
    return found.group_by("person_id").agg(
        *(
            (emergency & inside("admitted_on", Window.ending(as_of, months=months)))
            .sum()
            .alias(f"emergency_admissions_{months}m")
            for months in activity.emergency_months()
        ),
        *(
            (here & (pl.col("length") >= days)).sum().alias(f"long_stays_{days}_days_12m")
            for days in activity.long_stay_days()
        ),
        bed_days_12m=pl.col("nights").sum(),
        longest_stay_days_12m=pl.when(here).then("length").otherwise(0).max(),
        in_hospital=pl.col("open").any(),
        last_stay_on=pl.col("end").max(),
    )  # fmt: skip


def attendances(folder: Path, as_of: date) -> pl.LazyFrame:
    came = read(folder, "attendances").filter(pl.col("arrived_on") <= as_of)
    return came.group_by("person_id").agg(
        attendances_12m=inside("arrived_on", activity.window(as_of)).sum(),
        last_attendance_on=pl.col("arrived_on").max(),
    )


def contacts(folder: Path, as_of: date) -> pl.LazyFrame:
    held = read(folder, "contacts").filter(pl.col("occurred_on") <= as_of, pl.col("attended").fill_null(True))
    recent = inside("occurred_on", activity.window(as_of))
    counts = {
        activity.contacts_column(setting): (recent & (pl.col("setting") == setting)).sum()
        for setting in CONTACT_SETTINGS
    }
    return held.group_by("person_id").agg(**counts, last_care_contact_on=pl.col("occurred_on").max())


def filled(table: pl.LazyFrame) -> pl.LazyFrame:
    """0 for everybody for whom nothing was measured."""
    own = ("person_id", "practice_code", "age", "sex", "imd_decile")
    empty = {
        name: pl.col(name).fill_null(False if kind == pl.Boolean else 0)
        for name, kind in table.collect_schema().items()
        if name not in own and kind != pl.Date
    }
    table = table.with_columns(**empty)
    return table.with_columns(polypharmacy=pl.col("medicines_12m") >= polypharmacy.at_least())


def derived(table: pl.LazyFrame) -> pl.LazyFrame:
    tenths = weighted(hfrs.masks().layout, {item.name: item.weight for item in definition("hfrs").items})
    hundredths = weighted(
        cambridge.layout(), {item.name: item.weight for item in definition("cambridge").items}
    )
    deficits = found_deficits()
    table = table.with_columns(efi_mask=deficits).with_columns(
        hfrs_tenths=tenths, cambridge_hundredths=hundredths, efi_deficits=ones(pl.col(efi.MASK))
    )
    table = table.with_columns(
        hfrs_band=band("hfrs_tenths", definition("hfrs")),
        efi_category=band("efi_deficits", definition("efi")),
        hfrs_applicable=pl.col("age") >= definition("hfrs").age_from,
        efi_applicable=pl.col("age") >= definition("efi").age_from,
        contacts_12m=reduce(add, (pl.col(activity.contacts_column(name)) for name in CONTACT_SETTINGS)),
        last_contact_on=pl.max_horizontal("last_stay_on", "last_attendance_on", "last_care_contact_on"),
        **{name: charlson_index(name) for name in definition("charlson").weight_sets},
    )
    return table.select(pl.col(column.name).cast(TYPES[column.type]) for column in columns_of(ALL))


def ones(mask: pl.Expr) -> pl.Expr:
    return mask.bitwise_count_ones().cast(pl.Int32)


def weighted(layout: MaskLayout, weights: dict[str, int]) -> pl.Expr:
    """The weights of the items whose bits are set, added up: one bit count for each weight that occurs."""
    parts = []
    for weight in sorted(set(weights.values()) - {0}):
        items = [name for name in layout.items if weights[name] == weight]
        parts += [
            ones(pl.col(column) & pl.lit(bits, pl.Int64)) * weight
            for column, bits in layout.bits(items).items()
            if bits
        ]
    return reduce(add, parts)


def charlson_index(weight_set: str) -> pl.Expr:
    of, layout = definition("charlson"), charlson.masks().layout
    weights = {item.name: item.weights[weight_set] for item in of.items}
    total = weighted(layout, weights)
    for severe, mild in of.hierarchies:
        both = layout.bits([severe, mild])[charlson.MASK]
        total = total - ((pl.col(charlson.MASK) & both) == both).cast(pl.Int32) * weights[mild]
    return total


def found_deficits() -> pl.Expr:
    """The deficits, with those that a value shows for one sex only, and with polypharmacy where it counts."""
    items = definition("efi").items
    found = pl.col(efi.MASK)
    for name in efi.layout().items[len(items) :]:
        deficit, sex = name.split(":")
        shown = (pl.col("sex") == sex) & ((pl.col(efi.MASK) & efi.bit(name)) != 0)
        found = found | pl.when(shown).then(pl.lit(efi.bit(deficit), pl.Int64)).otherwise(0)
    if definition("efi").parameters.get("polypharmacy_counts", True):
        found = found | pl.when("polypharmacy").then(pl.lit(efi.bit(efi.POLYPHARMACY), pl.Int64)).otherwise(0)
    return found & ((1 << len(items)) - 1)


def band(column: str, of: Definition) -> pl.Expr:
    last = of.bands[-1].name
    named: pl.Expr = pl.lit(last)
    for each in reversed(of.bands[:-1]):
        named = pl.when(pl.col(column) <= each.up_to).then(pl.lit(each.name)).otherwise(named)
    return named
