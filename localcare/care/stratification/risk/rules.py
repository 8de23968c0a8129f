"""Decisions about risk models as pure functions: what is said of a number, and what may be done with a model."""

from __future__ import annotations

from collections.abc import Sequence

LISTED_OUTCOME = "emergency-admission-12m"  # the outcome by which the list can be ordered
METHODS = {
    "logistic": "Logistic regression",
    "lightgbm": "Gradient boosting (LightGBM)",
}
BANDS = {"500": 500, "300": 300, "200": 200, "100": 100}  # per mille from which a filter shows people
SHORTEST_WHY = 10  # letters


def people_in_100(per_mille: int) -> str:
    """A risk as people say it: "23 in 100 people", with no more certainty than it has."""
    if per_mille < 5:
        return "fewer than 1 in 100 people"
    if per_mille > 994:
        return "more than 99 in 100 people"
    whole = (per_mille + 5) // 10
    return f"{whole} in 100 people"


def short_risk(per_mille: int) -> str:
    """The same for a table: "23 in 100"."""
    return people_in_100(per_mille).removesuffix(" people")


def why_not_publishable(
    *, status: str, may_be_published: bool, reasons: Sequence[str], trained_with: str, in_force: str
) -> list[str]:
    """Why a model may not be published, in words; nothing when it may."""
    if status == "published":
        return ["It is published already."]
    if status not in ("evaluated", "refused", "replaced", "withdrawn"):
        return ["It has not been trained and evaluated."]
    found = []
    if not may_be_published:
        found += list(reasons) or ["Its evaluation does not allow it."]
    if trained_with != in_force:
        found.append(
            "The definitions have changed since it was trained. Train a new model with those in force."
        )
    return found
