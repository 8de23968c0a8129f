"""What the tests of this desk ask and answer: a contact, its triage, a visit, the end of a package."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

CONTACT: dict[str, Any] = {
    "caller-type": "carer",
    "caller-name": "Ernest Marshfield",
    "callback-number": "01632 960011",
    "channel": "phone",
    "address": "12 Harbour Street, Deal, CT14 6AB",
    "reason": "She slid off her chair and cannot get up",
    "needs": ["fall", "confusion"],
    "alone": True,
    "red-flags": ["none"],
    "safeguarding": False,
    "scene-safety": "Key safe 4 numbers, ask Ernest; a dog in the kitchen",
    "urgency": "two-hours",
    "consent": "agrees",
}
WELL = {
    "respirations": 16,
    "saturation-scale": "scale-1",
    "saturation": 97,
    "oxygen": "air",
    "systolic": 128,
    "pulse": 76,
    "consciousness": "alert",
    "temperature": 36.8,
}
ILL = WELL | {"respirations": 26, "saturation": 92, "pulse": 112}


def visit(observations: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The answers of a visit record that ends in a package of three days, unless `more` says otherwise."""
    return {
        "seen-at": timezone.localtime().isoformat(timespec="minutes"),
        "seen-where": "home",
        "presenting": "A fall from a chair",
        "observations-taken": True,
        **(observations or WELL),
        "findings": "Unhurt, tired, has not drunk enough",
        "done": "Helped up; drinks, skin and feet looked at",
        "fell": True,
        "agreed": "Come each day; Ernest rings if she is drowsy",
        "outcome": "package",
        "package-days": 3,
        "visits-per-day": 2,
        "safety-net": "Ring the single point of access, day and night",
    } | more


def package_end(**more: Any) -> dict[str, Any]:
    """The answers at the end of a package."""
    return {
        "ended-on": timezone.localdate().isoformat(),
        "outcome": "independent",
        "goals-reached": "all",
    } | more
