"""Use of care: emergency admissions, attendances, contacts by setting, nights in hospital and long stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from localcare.analysis.dataset.schema import CONTACT_SETTINGS
from localcare.analysis.libraries import ibis
from localcare.analysis.scores.coded import in_window
from localcare.analysis.scores.definitions import definition
from localcare.analysis.scores.windows import Window


def emergency_months() -> tuple[int, ...]:
    """The windows, in months, over which emergency admissions are counted."""
    return tuple(definition("activity").parameters["emergency_months"])


def long_stay_days() -> tuple[int, ...]:
    """The lengths, in nights, from which a stay is long."""
    return tuple(definition("activity").parameters["long_stay_days"])


def window(as_of: date) -> Window:
    """The 12 months that end with the date."""
    return Window.ending(as_of, months=definition("activity").parameters["months"])


def contacts_column(setting: str) -> str:
    """The column that counts the contacts of a setting."""
    return f"contacts_{setting.replace('-', '_')}_12m"


def stays_per_person(stays: Any, as_of: date) -> Any:
    """One row per person with a stay that began by the date."""
    began = stays.filter(stays.admitted_on <= ibis.literal(as_of))
    today = ibis.literal(as_of)
    end = ibis.cases((began.discharged_on < today, began.discharged_on), else_=today)
    first_night = window(as_of).after + timedelta(days=1)
    from_night = ibis.cases(
        (began.admitted_on < ibis.literal(first_night), ibis.literal(first_night)), else_=began.admitted_on
    )
    began = began.select(
        "person_id", "admission_type", "admitted_on",
        end=end,
        open=began.discharged_on.isnull() | (began.discharged_on > today),
        nights=ibis.greatest(end.delta(from_night, unit="day"), 0).cast("int32"),
        length=ibis.greatest(end.delta(began.admitted_on, unit="day"), 0).cast("int32"),
    )  # fmt: skip
    here = began.nights > 0
    emergency = began.admission_type == "emergency"
    counts = {
        f"emergency_admissions_{months}m": (
            emergency & in_window(began.admitted_on, Window.ending(as_of, months=months))
        )
        for months in emergency_months()
    } | {f"long_stays_{days}_days_12m": here & (began.length >= days) for days in long_stay_days()}
    return began.group_by("person_id").aggregate(
        **{name: _count(condition) for name, condition in counts.items()},
        bed_days_12m=began.nights.sum().cast("int32"),
        longest_stay_days_12m=ibis.cases((here, began.length), else_=0).max().cast("int32"),
        in_hospital=began.open.any(),
        last_stay_on=began.end.max(),
    )


def attendances_per_person(attendances: Any, as_of: date) -> Any:
    """One row per person with an attendance by the date."""
    came = attendances.filter(attendances.arrived_on <= ibis.literal(as_of))
    return came.group_by("person_id").aggregate(
        attendances_12m=_count(in_window(came.arrived_on, window(as_of))),
        last_attendance_on=came.arrived_on.max(),
    )


def contacts_per_person(contacts: Any, as_of: date) -> Any:
    """One row per person with a contact by the date that was not missed."""
    held = contacts.filter(contacts.occurred_on <= ibis.literal(as_of), contacts.attended.fill_null(True))
    recent = in_window(held.occurred_on, window(as_of))
    counts = {
        contacts_column(setting): _count(recent & (held.setting == setting)) for setting in CONTACT_SETTINGS
    }
    return held.group_by("person_id").aggregate(**counts, last_care_contact_on=held.occurred_on.max())


def _count(condition: Any) -> Any:
    return condition.ifelse(1, ibis.null("int8")).count().cast("int32")
