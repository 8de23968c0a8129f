"""The outcomes that can be trained for, and the version of everything that decides what a model's numbers mean."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from localcare.analysis.risk.definitions import Factor, Outcome, outcomes
from localcare.analysis.scores.definitions import definition as score_definition
from localcare.care.stratification.packs import installed_packs

SCORES = ("acsc", "activity", "cambridge", "charlson", "efi", "hfrs", "polypharmacy")
RESHAPES = (
    "name", "column", "minus", "divide_by", "equals", "known", "bit", "needs_months", "log", "up_to", "bend_at",
)  # fmt: skip


@cache
def known_outcomes() -> dict[str, Outcome]:
    """Every outcome by its name, in the order in which pages show them."""
    return {found.name: found for found in outcomes()}


def definitions_version(outcome: str) -> str:
    """A digest of what is predicted, from which factors, scores and code lists; empty when the outcome is gone.

    Titles, words and thresholds of judgement are not in it: changing them changes no number.
    """
    found = known_outcomes().get(outcome)
    if found is None:
        return ""
    what = [
        f"{found.name} {found.version} {found.index} {found.age_from}",
        *(
            f"{name} {found.content.get(name)}"
            for name in ("horizon", "event", "died", "moved", "index_months")
        ),
        *(_said(factor) for factor in found.factors),
        *(f"{name} {score_definition(name).version}" for name in SCORES),
        *(f"{pack.name} {pack.version} {pack.checksum}" for pack in installed_packs().packs),
    ]
    return sha256("\n".join(what).encode()).hexdigest()[:32]


def _said(factor: Factor) -> str:
    return " ".join(f"{name}={getattr(factor, name)!r}" for name in RESHAPES)
