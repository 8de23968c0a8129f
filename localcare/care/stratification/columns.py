"""The columns that a run stores for each person, in the order in which they are copied."""

from __future__ import annotations

from localcare.analysis.dataset.schema import CONTACT_SETTINGS

SCORES = {
    "practice_code": "string",
    "age": "int32",
    "imd_decile": "int32",
    "hfrs_tenths": "int32",
    "hfrs_band": "string",
    "hfrs_mask_low": "int64",
    "hfrs_mask_high": "int64",
    "charlson_1987": "int32",
    "charlson_quan_2011": "int32",
    "charlson_mask": "int64",
    "efi_deficits": "int32",
    "efi_category": "string",
    "efi_mask": "int64",
    "cambridge_hundredths": "int32",
    "cambridge_mask": "int64",
    "acsc_admissions_12m": "int32",
    "emergency_admissions_12m": "int32",
    "attendances_12m": "int32",
    **{f"contacts_{setting.replace('-', '_')}_12m": "int32" for setting in CONTACT_SETTINGS},
    "medicines_12m": "int32",
    "bed_days_12m": "int32",
    "longest_stay_days_12m": "int32",
    "in_hospital": "boolean",
    "last_contact_on": "date",
}
CIRCUMSTANCES = {
    "conditions": "int32",
    "in_acute_bed": "boolean",
    "in_specialist_bed": "boolean",
    "in_care_home": "boolean",
    "has_home_care": "boolean",
    "maternity_stays_12m": "int32",
    "frailty_coded": "string",
    "plan_recorded_on": "date",
    "last_emergency_discharge_on": "date",
    "registered_on": "date",
    **{f"last_{setting.replace('-', '_')}_on": "date" for setting in CONTACT_SETTINGS},
}
PLACEMENT = {
    "segment": "string",
    "segment_flags": "int32",
    "tier": "int32",
    "cohorts": "int64",
    "priority": "int32",
    "on_list": "boolean",
}
STORED = {**SCORES, **CIRCUMSTANCES, **PLACEMENT}
STAGED = {"person_id": "int64", **STORED, "rank": "int32"}
