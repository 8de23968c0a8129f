"""The columns of the scores table: name, type and meaning."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from localcare.analysis.dataset.schema import CONTACT_SETTINGS
from localcare.analysis.scores.activity import contacts_column, emergency_months, long_stay_days

ALL = ("hfrs", "charlson", "efi", "cambridge", "acsc", "activity", "polypharmacy")


@dataclass(frozen=True)
class ScoreColumn:
    """One column of the result; `score` is empty for the person's own columns."""

    name: str
    type: str
    meaning: str
    score: str = ""


PERSON_COLUMNS = (
    ScoreColumn("person_id", "int64", "The person, as in persons"),
    ScoreColumn("practice_code", "string", "Practice where the person is registered on the date"),
    ScoreColumn("age", "int32", "Completed years on the date"),
    ScoreColumn("sex", "string", "As in persons"),
    ScoreColumn("imd_decile", "int32", "As in persons; empty when not known"),
)

SCORE_COLUMNS = (
    ScoreColumn("hfrs_tenths", "int32", "Hospital Frailty Risk Score in tenths (71 is 7.1)", "hfrs"),
    ScoreColumn("hfrs_band", "string", "low, intermediate or high", "hfrs"),
    ScoreColumn("hfrs_applicable", "boolean", "Whether the person is of the published ages, 75 and over", "hfrs"),
    ScoreColumn("hfrs_mask_low", "int64", "Which codes counted: the first 55 of the definition", "hfrs"),
    ScoreColumn("hfrs_mask_high", "int64", "Which codes counted: the rest", "hfrs"),
    ScoreColumn("charlson_1987", "int32", "Charlson index, weights of 1987, no points for age", "charlson"),
    ScoreColumn("charlson_quan_2011", "int32", "Charlson index, weights of Quan 2011", "charlson"),
    ScoreColumn("charlson_mask", "int64", "Which diseases were found, milder forms included", "charlson"),
    ScoreColumn("efi_deficits", "int32", "Deficits of the electronic Frailty Index, 0 to 36", "efi"),
    ScoreColumn("efi_category", "string", "fit, mild, moderate or severe", "efi"),
    ScoreColumn("efi_applicable", "boolean", "Whether the person is of the validated ages, 65 and over", "efi"),
    ScoreColumn("efi_mask", "int64", "Which deficits were found", "efi"),
    ScoreColumn("cambridge_hundredths", "int32", "Cambridge Multimorbidity Score in hundredths", "cambridge"),
    ScoreColumn("cambridge_mask", "int64", "Which conditions were found", "cambridge"),
    ScoreColumn("acsc_admissions_12m", "int32", "Emergency admissions for sensitive conditions in 12 months", "acsc"),
    ScoreColumn("acsc_mask", "int64", "Which groups of conditions they were for", "acsc"),
    *(
        ScoreColumn(f"emergency_admissions_{months}m", "int32", f"Emergency admissions in {months} months", "activity")
        for months in emergency_months()
    ),
    ScoreColumn("attendances_12m", "int32", "Urgent and emergency care attendances in 12 months", "activity"),
    *(
        ScoreColumn(contacts_column(setting), "int32", f"Contacts in 12 months, {setting}", "activity")
        for setting in CONTACT_SETTINGS
    ),
    ScoreColumn("contacts_12m", "int32", "Contacts in 12 months, all settings", "activity"),
    ScoreColumn("bed_days_12m", "int32", "Nights in hospital that fall in the 12 months", "activity"),
    ScoreColumn("longest_stay_days_12m", "int32", "Nights of the longest stay that reaches into the 12 months", "activity"),
    *(
        ScoreColumn(f"long_stays_{days}_days_12m", "int32", f"Stays of {days} nights or more, likewise", "activity")
        for days in long_stay_days()
    ),
    ScoreColumn("in_hospital", "boolean", "Whether a stay is open on the date", "activity"),
    ScoreColumn("last_contact_on", "date", "Latest day of a contact, attendance or stay; empty when none", "activity"),
    ScoreColumn("medicines_12m", "int32", "Different medicines in 12 months", "polypharmacy"),
    ScoreColumn("polypharmacy", "boolean", "Whether those are five or more", "polypharmacy"),
)  # fmt: skip


def columns_of(scores: Collection[str]) -> tuple[ScoreColumn, ...]:
    """The columns of a result with these scores, in order."""
    return PERSON_COLUMNS + tuple(column for column in SCORE_COLUMNS if column.score in scores)
