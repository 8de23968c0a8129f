"""The list as rows of a CSV file."""

from __future__ import annotations

from datetime import date

from localcare.care.stratification.models import Run
from localcare.care.stratification.presenters import ListRow

HEADINGS = (
    "NHS number", "Family name", "Given names", "Date of birth", "Age", "Practice", "Rank in practice", "Priority points",
    "Tier of acuity", "Segment", "Cohorts", "Reasons", "Changed since the last run", "Hospital Frailty Risk Score",
    "Frailty", "Frailty deficits", "Charlson index (2011)", "Emergency admissions in 12 months",
    "A&E attendances in 12 months", "Risks", "What moved the risks most", "Risk models", "Last contact",
    "Care plan recorded", "On the list since", "Decision",
    "What the scores cannot see", "List as of", "Definitions version",
)  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_row(row: ListRow, run: Run) -> list[str]:
    """The cells of one person, safe to open in a spreadsheet."""
    entry, score, person = row.entry, row.score, row.person
    cells = (
        row.nhs_number, person.family_name, person.given_name, person.birth_date, entry.age, row.practice,
        entry.rank, entry.priority, entry.tier, row.segment.title, "; ".join(cohort.title for cohort in row.cohorts),
        "; ".join(row.reasons), "; ".join(row.changes), row.hfrs, score.efi_category, score.efi_deficits,
        score.charlson_quan_2011, score.emergency_admissions_12m, score.attendances_12m,
        "; ".join(risk.line for risk in row.risks),
        "; ".join(dict.fromkeys(said for risk in row.risks for said in (*risk.raised, *risk.lowered))),
        "; ".join(f"{risk.model.outcome} {risk.model.version[:12]}" for risk in row.risks), score.last_contact_on,
        score.plan_recorded_on, entry.joined_on, row.decision, "; ".join(row.cautions), run.as_of,
        run.definitions_version,
    )  # fmt: skip
    return [_cell(cell) for cell in cells]


def _cell(value: object) -> str:
    """Text that a spreadsheet does not take for a formula."""
    text = value.isoformat() if isinstance(value, date) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
