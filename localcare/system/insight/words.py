"""Numbers and groups in words."""

from __future__ import annotations

from localcare.analysis.measures.definitions import Indicator
from localcare.kernel.nhs_design.formatting import format_number

PERCENT = "per cent"
BREAKDOWN_WORDS = {
    "service": "Service",
    "age_band": "Age",
    "sex": "Sex",
    "deprivation_quintile": "Deprivation",
}
QUINTILES = {"1": "1 (most deprived fifth)", "2": "2", "3": "3", "4": "4", "5": "5 (least deprived fifth)"}


def value_in_words(indicator: Indicator, value: float | None) -> str:
    """A value with its unit, short: `71.4%`, `312`, `18.2 minutes`."""
    if value is None:
        return ""
    places = 0 if value == round(value) and indicator.kind in ("count", "census") else 1
    said = format_number(value, places)
    return f"{said}%" if indicator.unit == PERCENT else said


def unit_words(indicator: Indicator) -> str:
    """The unit as it stands beside a chart."""
    return "%" if indicator.unit == PERCENT else indicator.unit


def unit_after(indicator: Indicator) -> str:
    """The unit as it stands after a number; nothing after a percentage, which carries its sign."""
    return "" if indicator.unit == PERCENT else indicator.unit


def member_in_words(breakdown: str, member: str, services: dict[str, str] | None = None) -> str:
    """A group's name."""
    if not member:
        return "Not known"
    if breakdown == "deprivation_quintile":
        return QUINTILES.get(member, member)
    if breakdown == "service":
        return (services or {}).get(member, member)
    return member.replace("_", " ").capitalize()
