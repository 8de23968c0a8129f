"""Which pathways lead out of hospital, read from the definitions."""

from __future__ import annotations

from collections.abc import Iterable

from localcare.analysis.pathways.model import Pathway
from localcare.foundation.pathways import definitions
from localcare.foundation.services.models import Service

INTERVENTION = "discharge-and-reablement"
ACUTE_BED = "acute-bed"
DISCHARGERS = ("acute-discharge", "community-hospital", "integrated-discharge-team")


def all_of_them() -> list[Pathway]:
    """Every pathway of discharge and reablement, by title."""
    found = [one for one in definitions.pathways().values() if one.intervention == INTERVENTION]
    return sorted(found, key=lambda pathway: pathway.title)


def codes() -> list[str]:
    """Their codes."""
    return [pathway.code for pathway in all_of_them()]


def waits_in_bed(pathway: Pathway) -> bool:
    """Whether somebody waits in an acute bed for a step of it."""
    return any(step.waits_in == ACUTE_BED for step in pathway.steps.values())


def openable(services: Iterable[Service]) -> list[Pathway]:
    """Those that lead out of an acute bed and that one of these services may open."""
    kinds = {service.kind for service in services}
    return [pathway for pathway in all_of_them() if waits_in_bed(pathway) and kinds & set(pathway.opened_by)]


def lasting_steps() -> list[tuple[str, str]]:
    """(pathway, step) of every package: work that goes on for a while."""
    return [
        (pathway.code, step.code)
        for pathway in all_of_them()
        for step in pathway.steps.values()
        if step.lasts is not None
    ]


def assessing_steps() -> list[tuple[str, str]]:
    """(pathway, step) of every assessment at home."""
    return [
        (pathway.code, step.code)
        for pathway in all_of_them()
        for step in pathway.steps.values()
        if step.form == "home-assessment"
    ]
