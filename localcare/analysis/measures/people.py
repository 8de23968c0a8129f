"""What a number can be broken down by: who the people are, on the day that counts."""

from __future__ import annotations

from typing import Any

from localcare.analysis.libraries import ibis

AGE_BANDS = ((0, "0-17"), (18, "18-64"), (65, "65-74"), (75, "75-84"), (85, "85+"))
FIVE_YEARS = tuple((age, f"{age:02d}-{age + 4:02d}" if age < 90 else "90+") for age in range(0, 91, 5))
KNOWN = ("practice", "cluster", "locality", "sex", "birth_date", "deprivation_decile")


def with_breakdowns(rows: Any) -> Any:
    """Age, age bands and the fifth of deprivation from what is known of each person on the row's day."""
    age = age_column(rows.day, rows.birth_date)
    rows = rows.mutate(age=age.cast("int64"))
    return rows.mutate(
        age_band=_band(rows.age, AGE_BANDS),
        age_five=_band(rows.age, FIVE_YEARS),
        deprivation_quintile=((rows.deprivation_decile + 1) // 2).cast("string"),
    )


def age_column(day: Any, birth_date: Any) -> Any:
    """Completed years of age on each day."""
    before = day.month() * 100 + day.day() < birth_date.month() * 100 + birth_date.day()
    return day.year() - birth_date.year() - before.cast("int32")


def _band(age: Any, bands: Any) -> Any:
    return ibis.cases(*((age >= least, name) for least, name in reversed(bands)))
